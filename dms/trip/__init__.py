"""What is said of a drive, or of a few minutes of it, when it is over. Pure."""
