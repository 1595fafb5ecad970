"""Drives in a browser: which there are, what happened in each, and what the driver really did (`dms studio`)."""
