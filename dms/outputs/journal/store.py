"""The open journal: one read-write connection, used by one thread. Errors are passed on to the writer, which handles them."""

from __future__ import annotations

import errno
import math
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, event

from dms.durable import file_identity
from dms.outputs.journal.migrations import admit_database, admit_file, migrate
from dms.outputs.journal.records import JournalledDrive, Record
from dms.outputs.journal.recovery import settle_unclean_drives
from dms.outputs.journal.retention import Retention, newest_utc_ns, prune, return_free_pages

_PRAGMAS = (
    "PRAGMA auto_vacuum = INCREMENTAL",  # must come before the first table
    "PRAGMA journal_mode = WAL",
    "PRAGMA secure_delete = ON",  # what is deleted is about people: overwritten, not only forgotten
    "PRAGMA synchronous = FULL",  # an acknowledged alert survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA wal_autocheckpoint = 0",  # not in the middle of a commit that someone waits for: see fold_long_log
    "PRAGMA journal_size_limit = 4194304",  # bytes the write-ahead log keeps after a checkpoint
)


LONG_LOG_BYTES = 4 * 1024 * 1024


class JournalStore:
    """Opens the file, brings it to this version, and checks it if it was not closed cleanly.

    Raises:
        JournalRefusedError: the file is not ours to write to.
        DamagedError: it is not a database, or the check after an unclean end found damage.
        SQLAlchemyError, sqlite3.Error, OSError: it cannot be opened.
    """

    def __init__(self, path: Path, retention: Retention, current: JournalledDrive | None) -> None:
        self._path = path
        self._retention = retention
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_writable(path)
        admit_file(path)
        engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
        event.listen(engine, "connect", self._configure)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self._connection = engine.connect()
        try:
            migrate(self._connection)
            self.unclean_drives = settle_unclean_drives(self._connection, current)
            self._identity = file_identity(path)
        except BaseException:
            self._connection.close()
            raise

    def write(self, records: Sequence[Record]) -> None:
        """Write all records in one transaction. They are on disk when this returns."""
        with self._connection.begin():
            for record in records:
                record.write(self._connection)

    def fold_long_log(self) -> None:
        """Fold the write-ahead log into the file once it is long; it is called when nobody waits, and waits for no reader."""
        if _size_bytes(Path(f"{self._path}-wal")) > LONG_LOG_BYTES:
            self._connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def fold_all(self) -> None:
        """Fold all of the write-ahead log into the file, so that the file may be moved without it.

        Raises:
            sqlite3.OperationalError: a reader needs the log.
        """
        cursor = self._connection.connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0").fetchone()  # the start of the service waits for this
        (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("it is being read by another program")

    def add(self, later: JournalStore, copy_rows: Callable[[Connection, Connection], None]) -> None:
        """Add what another journal holds, in one transaction. It is on disk when this returns."""
        with later._connection.begin(), self._connection.begin():
            copy_rows(later._connection, self._connection)

    def newest_utc_ns(self) -> int | None:
        """When the newest row was written, by the clock of that time; None if nothing says so."""
        with self._connection.begin():
            return newest_utc_ns(self._connection)

    def prune(self, utc_ns: int | None) -> bool:
        """Delete one batch of what is too old or too much. Returns True if there may be more."""
        with self._connection.begin():
            return prune(self._connection, self._retention, utc_ns)

    def shrink(self) -> bool:
        """Give a batch of free pages back to the file system. Returns True if there may be more."""
        return return_free_pages(self._connection)

    def is_still_there(self) -> bool:
        """Whether the path still leads to the open file."""
        return file_identity(self._path) == self._identity

    def setting(self, name: str) -> int:
        """Return one of SQLite's settings on this connection."""
        value: int = self._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        self._connection.rollback()
        return value

    def size_bytes(self) -> int:
        """Return the size of the file and its write-ahead log together."""
        return sum(_size_bytes(Path(f"{self._path}{companion}")) for companion in ("", "-wal"))

    def close(self) -> None:
        """Close the connection, which folds the write-ahead log into the file."""
        self._connection.close()

    def _configure(self, database: sqlite3.Connection, _: Any) -> None:
        database.isolation_level = None
        try:
            admit_database(self._path, database)
            for pragma in _PRAGMAS:
                database.execute(pragma).fetchall()
            (page_size,) = database.execute("PRAGMA page_size").fetchone()
            pages = math.ceil(self._retention.hard_limit_bytes / page_size)
            database.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        except BaseException:
            database.close()
            raise


def _check_writable(path: Path) -> None:
    """SQLite would open a read-only file all the same, and leave companions that stay read-only when the file no longer is."""
    for companion in ("", "-wal", "-shm"):
        file = Path(f"{path}{companion}")
        if file.exists() and not os.access(file, os.W_OK):
            raise PermissionError(errno.EACCES, "may not be written to", str(file))


def _size_bytes(file: Path) -> int:
    """Return the size of a file, 0 if there is none. Others may delete it at any moment."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
