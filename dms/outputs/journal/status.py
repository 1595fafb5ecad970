"""The state of the journal for the health message. Read from any thread, written by the journal's own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from dms.health import JournalHealth
from dms.outputs.journal.backlog import Backlog

NOT_OPEN_YET = "not open yet"


class JournalStatus:
    """Counts since the start, and whether the journal can write at the moment."""

    def __init__(self, path: Path) -> None:
        self._guard = threading.Lock()
        self._path = path
        self._reason: str | None = NOT_OPEN_YET
        self._written = 0
        self._lost = 0
        self._size_bytes = 0
        self._quarantined: Path | None = None
        self._set_aside: tuple[str, ...] = ()

    def wrote(self, records: int, size_bytes: int) -> None:
        """Count records that reached the disk."""
        with self._guard:
            self._written += records
            self._size_bytes = size_bytes

    def recovered(self) -> None:
        """Note that the journal can write again."""
        with self._guard:
            self._reason = None

    def lost(self, records: int) -> None:
        """Count records that were given up."""
        with self._guard:
            self._lost += records

    def quarantined(self, moved: Path) -> None:
        """Note where a damaged file was moved."""
        with self._guard:
            self._quarantined = moved

    def set_aside(self, journals: Sequence[Path]) -> None:
        """Note which journals of a newer dms lie beside this one."""
        with self._guard:
            self._set_aside = tuple(map(str, journals))

    def degrade(self, reason: str) -> bool:
        """Note why the journal cannot write. Returns True if it could until now."""
        with self._guard:
            newly = self._reason in (None, NOT_OPEN_YET)
            self._reason = reason
            return newly

    def report(self, backlog: Backlog) -> JournalHealth:
        """The journal's part of a health message."""
        with self._guard:
            return JournalHealth(
                status="degraded" if self._reason else "ok",
                reason=self._reason,
                path=str(self._path),
                size_bytes=self._size_bytes,
                written=self._written,
                backlog=len(backlog),
                lost=self._lost + backlog.forgotten,
                quarantined=str(self._quarantined) if self._quarantined else None,
                sqlite=sqlite3.sqlite_version,
                set_aside=self._set_aside,
            )
