"""Kuksa: the driver's state as signals of the Vehicle Signal Specification, at a databroker."""

from __future__ import annotations

from dms.outputs.kuksa.output import OUTPUT

__all__ = ["OUTPUT"]
