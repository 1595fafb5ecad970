"""Checks of who could turn the monitor down: by altering its configuration, its rules or its cabin."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from dms.config.cabin import cabin_path
from dms.config.settings import DEFAULT_PATH, Settings
from dms.decision.pack_loader import pack_path
from dms.errors import ConfigurationError
from dms.service.checks.finding import Finding, ok, warn

_OF_MANY = stat.S_IWGRP | stat.S_IWOTH


def check_tampering(settings: Settings, configuration: Path) -> Iterator[Finding]:
    """Check that nobody but their owner can write the files by which the monitor is made gentler, nor the service's own user."""
    seals = settings.seals
    files = {"configuration": configuration} if configuration.is_file() else {}
    try:
        files |= {"rules": pack_path(settings.rules), "cabin": cabin_path(settings.cabin)}
    except ConfigurationError:
        return  # said where rules and cabin are checked
    sealed = {"rules": seals.rules, "cabin": seals.cabin}
    open_files = [file for what, file in files.items() if not sealed.get(what) and _is_open(file)]
    if open_files:
        named = ", ".join(map(str, open_files))
        advice = (
            "chown root and chmod 644 the configuration; seal the others in it (`dms rules seal`), or make them root's as well"
        )
        yield warn("tampering", f"more than their owner may alter {named}", advice)
        return
    kept = [what for what, seal in sealed.items() if seal]
    yield ok(
        "tampering", f"nobody but their owner may alter {', '.join(files)}" + (f"; sealed: {', '.join(kept)}" if kept else "")
    )


def _is_open(file: Path) -> bool:
    """Whether others than its owner may write the file, or the service's own user if it is the one that is installed."""
    found = file.stat()
    is_own = file == DEFAULT_PATH and os.geteuid() != 0 and os.access(file, os.W_OK)
    return bool(found.st_mode & _OF_MANY) or is_own
