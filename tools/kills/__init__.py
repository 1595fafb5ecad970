"""The service killed at random moments, and the power cut: what it had acknowledged is there, and it comes back."""
