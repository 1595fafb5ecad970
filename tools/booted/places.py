"""Where things lie in the booted system."""

from __future__ import annotations

from pathlib import Path

CHECKS = Path("/srv/checks")
PACKAGE = CHECKS / "dms.deb"
NEWER = CHECKS / "dms-newer.deb"
DRIVE = CHECKS / "drive.mp4"
PACK = CHECKS / "rules.yaml"

CONFIGURATION = Path("/etc/dms/dms.yaml")
STATE = Path("/var/lib/dms")
RUNTIME = Path("/run/dms")
PROGRAM = Path("/usr/lib/dms")
JOURNAL = STATE / "journal.db"
