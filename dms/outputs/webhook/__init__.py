"""A webhook: every alert as a POST of JSON, signed, until the other side has taken it."""

from __future__ import annotations

from dms.outputs.webhook.output import OUTPUT

__all__ = ["OUTPUT"]
