"""What is kept of a driver is for the user who runs the service alone, however that user's shell is set up."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

StartService = Callable[..., Any]


def test_under_the_units_umask_the_group_may_connect_and_reads_nothing(start: StartService, long_video: Path) -> None:
    """Programs in the group `dms` subscribe; what is kept of the driver is for the service's own user."""
    before = os.umask(0o027)
    try:
        service = start("--source", long_video)
        service.wait_for("health", lambda health: health["journal"]["written"] > 0)
    finally:
        os.umask(before)
    folder = service.journal.parent
    journal = sorted(folder.glob("journal.db*"))
    assert {path.name for path in journal} >= {"journal.db", "journal.db-wal", "journal.db-shm"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in journal} == {0o600}
    sockets = [path for path in folder.iterdir() if path.is_socket()]
    assert {path.name for path in sockets} == {"bus", "vehicle"}
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in sockets} == {0o070}
    assert service.stop() == 0


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
