"""A driver monitor: one camera in, driver-state alerts out."""

__version__ = "0.1.0"
