"""systemd's journal: alerts as entries with fields, so that `journalctl DMS_KIND=microsleep` finds them."""

from __future__ import annotations

from dms.outputs.journald.output import OUTPUT

__all__ = ["OUTPUT"]
