"""Folders in memory for searches, where there is room.

Optuna commits fifteen times for each pack that it tries. A commit was measured to take 26 ms on the disk of a busy machine and
0.4 ms in memory, and what the tests are about is what is committed, not when the disk has it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY, ROOM_BYTES = Path("/dev/shm"), 1 << 30


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In place of pytest's own."""
    is_roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    with tempfile.TemporaryDirectory(dir=MEMORY if is_roomy else None, prefix="dms-") as folder:
        yield Path(folder)
