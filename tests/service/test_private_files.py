"""What is kept of a driver is for the user who runs the service alone, however that user's shell is set up."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

StartService = Callable[..., Any]


def test_files_are_0600_and_folders_0700_whatever_the_umask(start: StartService, video: Path, tmp_path: Path) -> None:
    kept, before = tmp_path / "kept", os.umask(0o000)
    try:
        service = start(
            "--source",
            video,
            "--full-speed",
            "--record",
            kept / "drives",
            "--record-video",
            "all",
            "--journal",
            kept / "journal.db",
        )
        assert service.wait() == 0, service.log
    finally:
        os.umask(before)
    found = [kept, *kept.rglob("*")]
    modes = {str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in found}
    assert {path.suffix for path in found} >= {".mcap", ".db"}
    assert modes == {name: 0o700 if (tmp_path / name).is_dir() else 0o600 for name in modes}
