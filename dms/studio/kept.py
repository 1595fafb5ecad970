"""What was found out about drives, on disk, so that it is found out once: a SQLite file in the user's cache.

Everything in it can be made again. It holds what drivers did, so it belongs to this user alone, and what is known of a drive goes
when the drive does.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from dms.durable import private_folder
from dms.errors import ConfigurationError
from dms.recording.drive import is_gone

LOG = logging.getLogger(__name__)
NAME = "studio.sqlite"
MOST_BYTES = 4 << 30
"""Of what drives came to, all together: some four thousand hours."""
_LAYOUT = 1
_TABLES = """
create table if not exists drives
  (key text primary key, path text not null, seen blob not null, series blob not null, used real not null);
create table if not exists lines (key text primary key, path text not null, figures blob not null);
"""
_AT_ONCE = 500  # keys in a query: SQLite takes a thousand


def default_folder() -> Path:
    """Where it is unless somebody says otherwise.

    Raises:
        ConfigurationError: the user has no home.
    """
    cache = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(cache) if cache else Path.home() / ".cache") / "dms"
    except RuntimeError:  # a container that was told a number for its user
        raise ConfigurationError(
            f"no place for what drives came to: user {os.getuid()} has no home; give --cache, or set HOME or XDG_CACHE_HOME"
        ) from None


class Kept:
    """Safe from any thread, and for several studios at once.

    Raises:
        ConfigurationError: the folder cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._lock = threading.Lock()
        try:
            private_folder(folder)
            self._connection = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"--cache {folder}: {getattr(error, 'strerror', None) or error}") from error

    def drive(self, key: str) -> tuple[bytes, bytes] | None:
        """What a drive came to, and its series; None if that is not known."""
        with self._transaction() as ask:
            row = ask.execute("select seen, series from drives where key = ?", (key,)).fetchone()
            if row is not None:
                ask.execute("update drives set used = ? where key = ?", (time.time(), key))
        return None if row is None else (bytes(row[0]), bytes(row[1]))

    def seen(self, key: str) -> bytes | None:
        """The first of both alone."""
        with self._transaction() as ask:
            row = ask.execute("select seen from drives where key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def keep_drive(self, key: str, path: Path, seen: bytes, series: bytes) -> None:
        """Keep what the drive at `path` came to."""
        with self._transaction() as ask:
            row = (key, str(path.absolute()), seen, series, time.time())
            ask.execute("insert or replace into drives values (?, ?, ?, ?, ?)", row)

    def lines(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The lines of the table that are known, by their keys."""
        found: dict[str, bytes] = {}
        remaining = iter(keys)
        with self._transaction() as ask:
            while some := list(islice(remaining, _AT_ONCE)):
                marks = ",".join("?" * len(some))
                found.update(ask.execute(f"select key, figures from lines where key in ({marks})", some))  # noqa: S608 - marks only
        return found

    def keep_line(self, key: str, path: Path, figures: bytes) -> None:
        """Keep the line of the drive at `path`."""
        with self._transaction() as ask:
            ask.execute("insert or replace into lines values (?, ?, ?)", (key, str(path.absolute()), figures))

    def tidy(self, most_bytes: int = MOST_BYTES) -> None:
        """Forget the drives that are gone, and those that were not looked at for longest until the others are few enough."""
        with self._transaction() as ask:
            for (path,) in ask.execute("select path from drives union select path from lines").fetchall():
                if is_gone(Path(path)):
                    ask.execute("delete from drives where path = ?", (path,))
                    ask.execute("delete from lines where path = ?", (path,))
            used = ask.execute("select key, length(seen) + length(series) from drives order by used desc").fetchall()
            total = 0
            for key, size in used:
                total += size
                if total > most_bytes:
                    ask.execute("delete from drives where key = ?", (key,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._connection:
            yield self._connection

    def _opened(self) -> sqlite3.Connection:
        try:
            return _connected(self.path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # it is locked, or the disk refuses
                raise
            LOG.warning("%s: %s: begun anew", self.path, error)
            for leaving in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + leaving).unlink(missing_ok=True)
            return _connected(self.path)


def _check_layout(connection: sqlite3.Connection) -> None:
    if connection.execute("pragma user_version").fetchone()[0] not in (0, _LAYOUT):
        raise sqlite3.DatabaseError("made by another version of dms")


def _connected(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=30.0, check_same_thread=False)
    try:
        _check_layout(connection)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.executescript(_TABLES)
        connection.execute(f"pragma user_version = {_LAYOUT}")
    except BaseException:
        connection.close()
        raise
    return connection
