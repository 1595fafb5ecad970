"""A drive to begin, and ways to look into a journal from outside."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from dms.outputs.journal import Journal
from tests.outputs.output_examples import PATIENCE_S

A_DRIVE = {
    "session": "8f14e45f",
    "source": "/dev/video0",
    "pack": "default",
    "pack_sha256": "aa" * 32,
    "models_sha256": "bb" * 32,
    "config_sha256": "cc" * 32,
}


@contextmanager
def open_journal(path: Path, *arguments: Any, **options: Any) -> Iterator[Journal]:
    """A journal that is closed, and everything in it written, at the end of the block."""
    journal = Journal(path, *arguments, **options)
    try:
        yield journal
    finally:
        assert journal.close(PATIENCE_S)


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as any SQLite program sees it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a table in the order of their ids."""
    with database(path) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY id")]


def wait_for(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
    """Whether `condition` comes true; the journal's thread works in its own time."""
    give_up = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.01)
    return True


def without_root_privileges() -> None:
    """Root may write to anything; without CAP_DAC_OVERRIDE the permissions of a file hold for root too."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override = 24, 1
        ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override)
