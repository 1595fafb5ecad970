"""The alert bus: ZeroMQ, its messages and their schemas."""
