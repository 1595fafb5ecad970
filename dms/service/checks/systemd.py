"""Checks of the installation as a systemd service. Without one, dms still runs in the foreground: nothing here is essential."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from dms.service.checks.finding import Finding, ok, warn

UNIT = "dms.service"
UNIT_FOLDERS = (Path("/etc/systemd/system"), Path("/usr/local/lib/systemd/system"), Path("/usr/lib/systemd/system"))
_INSTALL = "follow docs/installing.md"


def check_systemd(folders: Sequence[Path] = UNIT_FOLDERS) -> Iterator[Finding]:
    """Check whether the unit is installed, has its watchdog, and runs."""
    unit = next((folder / UNIT for folder in folders if (folder / UNIT).is_file()), None)
    if unit is None:
        yield warn("systemd", f"{UNIT} is not installed", f"to run it as a service, {_INSTALL}")
        return
    settings = unit.read_text(encoding="utf-8", errors="replace").splitlines()
    if not any(line.startswith("WatchdogSec=") for line in settings):
        yield warn("systemd", f"{unit} has no watchdog", f"a hang would go unnoticed: {_INSTALL}")
    else:
        yield ok("systemd", f"{unit}, with watchdog")
    yield _state()


def _state() -> Finding:
    systemctl = shutil.which("systemctl")
    if systemctl is None:
        return warn("service", "systemctl is not there", "look at the service from the system that runs it")
    answer = subprocess.run([systemctl, "is-active", UNIT], capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    state = answer.stdout.strip()
    if state == "active":
        return ok("service", "active")
    if not state:
        return warn(
            "service", f"systemd does not say how it is: {answer.stderr.strip()}", f"ask as root: systemctl status {UNIT}"
        )
    return warn("service", state, f"systemctl enable --now {UNIT}; why it stopped: journalctl -u {UNIT}")
