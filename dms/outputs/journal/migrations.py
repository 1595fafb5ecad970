"""The versions of the journal's file: what is ours, what is newer than this program, and the way up from any older version.

`application_id` says that a SQLite file is a journal at all, `user_version` which version. Migrations are ordered functions;
each runs with its new version number in one transaction, so a crash leaves the version before or the version after.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from dms.bounded import open_file
from dms.errors import ConfigurationError

APPLICATION_ID = int.from_bytes(b"DMSj", "big")
_MAGIC = b"SQLite format 3\0"
_HEADER = struct.Struct(">60xI4xI28x")
_FRACTIONS = slice(21, 24)
_FRACTIONS_OF_ALL = bytes((64, 32, 32))
"""What every database has in this place of its header, by SQLite's definition of the format."""


class DamagedError(Exception):
    """The file is damaged beyond use as a journal."""


class JournalRefusedError(ConfigurationError):
    """The file is not a journal that this program may write to. It was left untouched."""


class NewerJournalError(JournalRefusedError):
    """The file is a journal of this newer `version`: a dms that was put back must not lose it, and writes one of its own."""

    def __init__(self, path: Path, version: int) -> None:
        self.version = version
        written_by = f"written by a newer dms (journal version {version}, this program knows {len(MIGRATIONS)})"
        super().__init__(f"{path}: {written_by}; update dms or give another path")


def _create_tables(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(
        "CREATE TABLE drives (id INTEGER NOT NULL PRIMARY KEY, session TEXT NOT NULL, boot_id TEXT, "
        "started_mono_ns INTEGER NOT NULL, started_utc_ns INTEGER, ended_mono_ns INTEGER, ended_utc_ns INTEGER, end_reason TEXT, "
        "source TEXT NOT NULL, pack TEXT NOT NULL, pack_sha256 TEXT NOT NULL, models_sha256 TEXT NOT NULL, "
        "config_sha256 TEXT NOT NULL, dms_version TEXT NOT NULL, UNIQUE (session, started_mono_ns))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE alerts (id INTEGER NOT NULL PRIMARY KEY, drive_id INTEGER REFERENCES drives (id), utc_ns INTEGER, "
        "t FLOAT NOT NULL, kind TEXT NOT NULL, level TEXT NOT NULL, phase TEXT NOT NULL, onset FLOAT NOT NULL, "
        "rule TEXT NOT NULL, pack TEXT NOT NULL, cause TEXT NOT NULL)"
    )
    connection.exec_driver_sql("CREATE INDEX alerts_by_drive ON alerts (drive_id)")
    connection.exec_driver_sql("CREATE INDEX alerts_by_time ON alerts (utc_ns)")
    connection.exec_driver_sql(
        "CREATE TABLE summaries (id INTEGER NOT NULL PRIMARY KEY, drive_id INTEGER NOT NULL REFERENCES drives (id), "
        'utc_ns INTEGER, kind TEXT NOT NULL, t FLOAT NOT NULL, "end" FLOAT NOT NULL, body TEXT NOT NULL)'
    )
    connection.exec_driver_sql("CREATE INDEX summaries_by_drive ON summaries (drive_id)")


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_create_tables,)


def admit_file(path: Path) -> None:
    """Refuse, by its header alone and without opening it as a database, a file that is not ours to write to.

    A missing or empty file is admitted: it becomes a journal.

    Raises:
        NewerJournalError: a journal of a newer version.
        JournalRefusedError: another program's database.
        DamagedError: it is no database at all. Opening it would tell the same, but take the write-ahead log away.
    """
    try:
        with open_file(path) as file:
            header = file.read(_HEADER.size)
    except FileNotFoundError:
        return
    if not header:
        return
    if len(header) < _HEADER.size or not header.startswith(_MAGIC) or header[_FRACTIONS] != _FRACTIONS_OF_ALL:
        raise DamagedError("file is not a database")
    user_version, application_id = _HEADER.unpack(header)
    _check(path, application_id, user_version, has_tables=False)


def admit_database(path: Path, database: sqlite3.Connection) -> None:
    """The same once the file is open, when what only the write-ahead log holds is seen too.

    Raises:
        NewerJournalError: a journal of a newer version.
        JournalRefusedError: another program's database.
    """
    (application_id,) = database.execute("PRAGMA application_id").fetchone()
    (user_version,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    _check(path, application_id, user_version, has_tables=tables > 0)


def migrate(connection: Connection) -> None:
    """Migrate the open journal to this program's version."""
    with connection.begin():
        version: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
        with connection.begin():
            migration(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {number}")


def _check(path: Path, application_id: int, user_version: int, *, has_tables: bool) -> None:
    if application_id not in (0, APPLICATION_ID) or (application_id == 0 and has_tables):
        raise JournalRefusedError(f"{path}: a SQLite database of another program, not a dms journal; give another path")
    if application_id == APPLICATION_ID and user_version > len(MIGRATIONS):
        raise NewerJournalError(path, user_version)
