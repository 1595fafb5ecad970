"""CAN: the state of the driver as one cyclic frame, laid out by a DBC file."""

from __future__ import annotations

from dms.outputs.can.output import OUTPUT

__all__ = ["OUTPUT"]
