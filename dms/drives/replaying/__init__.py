"""Recorded drives through a monitor: one, many, many machines."""
