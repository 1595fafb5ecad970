"""Summaries of a drive, or of a few minutes of it. Pure."""
