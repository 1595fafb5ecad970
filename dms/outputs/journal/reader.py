"""Reading the journal, while the service writes it or after."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, get_args
from urllib.parse import quote

from sqlalchemy import Column, Connection, NullPool, RowMapping, Select, create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from dms.bounded import open_file
from dms.errors import BAD_INPUT, DmsError
from dms.outputs.journal.migrations import MIGRATIONS, JournalRefusedError, admit_database
from dms.outputs.journal.spans import DriveSpan, drive_spans
from dms.outputs.journal.tables import alerts, drives, summaries
from dms.trip.summary import TripKind
from dms.wall_clock import utc_text

TRIP_KINDS = get_args(TripKind)
_INDEX_REFUSED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


class JournalReadError(DmsError):
    """The journal is missing or cannot be read."""


class JournalReader:
    """Opens the journal read-only: it never locks out, changes or checkpoints what the service writes.

    Raises:
        JournalReadError: there is no such file, it is not a dms journal, or it cannot be read.
        JournalRefusedError: it was written by a newer version, or by another program.
    """

    def __init__(self, path: Path) -> None:
        if not _is_readable(path):
            raise JournalReadError(f"{path}: no such journal; it is made when the service first runs")
        self._path = path
        engine = create_engine("sqlite://", creator=lambda: _open_read_only(path), poolclass=NullPool)
        self._connection: Connection = engine.connect()

    def alerts(
        self,
        *,
        since_utc_ns: int | None = None,
        until_utc_ns: int | None = None,
        newest: int | None = None,
        kinds: Collection[str] = (),
        levels: Collection[str] = (),
    ) -> Iterator[dict[str, Any]]:
        """The alerts in the order they were decided: the objects of the wire format plus `utc`, `session`, `id`, `drive_id`.

        From `since_utc_ns` on, before `until_utc_ns`; alerts whose wall-clock time is unknown are left out when one of them is
        given. Of all that match, the `newest`.

        Raises:
            JournalReadError: the file turned out to be damaged.
        """
        query = select(alerts, drives.c.session).join_from(alerts, drives, isouter=True)
        if kinds:
            query = query.where(alerts.c.kind.in_(kinds))
        if levels:
            query = query.where(alerts.c.level.in_(levels))
        query = _between(query, alerts.c.utc_ns, since_utc_ns, until_utc_ns)
        return self._entries(query, alerts.c.id, newest, _alert)

    def drives(
        self, *, since_utc_ns: int | None = None, until_utc_ns: int | None = None, newest: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The drives in the order they began, as their columns with the times as text; which of them, as for `alerts`.

        Raises:
            JournalReadError: the file turned out to be damaged.
        """
        query = _between(select(drives), drives.c.started_utc_ns, since_utc_ns, until_utc_ns)
        return self._entries(query, drives.c.id, newest, _drive)

    def summaries(
        self, *, since_utc_ns: int | None = None, until_utc_ns: int | None = None, newest: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The trip summaries in the order they were made, as on the bus, plus `utc`, `session`, `id` and `drive_id`.

        Which of them: as for `alerts`.

        Raises:
            JournalReadError: the file turned out to be damaged.
        """
        query = select(summaries, drives.c.session).join_from(summaries, drives).where(summaries.c.kind.in_(TRIP_KINDS))
        query = _between(query, summaries.c.utc_ns, since_utc_ns, until_utc_ns)
        return self._entries(query, summaries.c.id, newest, _summary)

    def _entries(
        self, query: Select[Any], number: Column[int], newest: int | None, entry: Callable[[RowMapping], dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """What the rows of a query say, in the order of their numbers."""
        if newest is not None:
            kept = query.with_only_columns(number).order_by(number.desc()).limit(newest)
            query = query.where(number.in_(kept))
        try:
            for row in self._connection.execution_options(yield_per=500).execute(query.order_by(number)).mappings():
                yield entry(row)
        except (SQLAlchemyError, *BAD_INPUT) as error:
            raise _unreadable(self._path, error) from error

    def spans(self) -> list[DriveSpan]:
        """When and by which camera each drive was seen, in the order they began.

        Raises:
            JournalReadError: the file turned out to be damaged.
        """
        database = self._connection.connection.driver_connection
        assert isinstance(database, sqlite3.Connection)
        try:
            return list(drive_spans(database))
        except sqlite3.Error as error:
            raise _unreadable(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _between(query: Select[Any], when: Column[int], since_utc_ns: int | None, until_utc_ns: int | None) -> Select[Any]:
    """The query, of rows from the one moment on and before the other."""
    if since_utc_ns is not None:
        query = query.where(when >= since_utc_ns)
    return query if until_utc_ns is None else query.where(when < until_utc_ns)


def _is_readable(path: Path) -> bool:
    """Whether there is such a file.

    Raises:
        JournalReadError: there is, or may be, but it is not for this user, or no file.
    """
    try:
        open_file(path).close()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError as error:
        raise JournalReadError(f"{path}: only its owner and root may read it") from error
    except OSError as error:
        raise JournalReadError(f"{path}: {error.strerror}") from error
    return True


def _open_read_only(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path, "mode=ro")
    except sqlite3.OperationalError as error:
        # Reading a write-ahead log needs its index file, which this user may not be allowed to make. Without a log there is
        # nothing that the file itself does not hold.
        if error.sqlite_errorcode & 0xFF not in _INDEX_REFUSED or Path(f"{path}-wal").exists():
            raise _unreadable(path, error) from error
    except sqlite3.DatabaseError as error:
        raise _unreadable(path, error) from error
    try:
        return _connect(path, "mode=ro&immutable=1")
    except sqlite3.DatabaseError as error:
        raise _unreadable(path, error) from error


def _connect(path: Path, options: str) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{options}", uri=True, timeout=5.0)
    try:
        admit_database(path, database)
        _refuse_older(path, database)
    except BaseException:
        database.close()
        raise
    return database


def _refuse_older(path: Path, database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version < len(MIGRATIONS):
        raise JournalRefusedError(f"{path}: not a dms journal yet, or one of an older version; the service brings it up to date")


def _alert(row: RowMapping) -> dict[str, Any]:
    names = ("t", "kind", "level", "phase", "onset", "rule", "pack")
    fields = {name: row[name] for name in names}
    more = {"utc": _utc(row["utc_ns"]), "session": row["session"], "id": row["id"]}
    return {"topic": "alert", **fields, "cause": json.loads(row["cause"]), **more, "drive_id": row["drive_id"]}


def _summary(row: RowMapping) -> dict[str, Any]:
    more = {"utc": _utc(row["utc_ns"]), "session": row["session"], "id": row["id"]}
    return {"topic": "summary", **json.loads(row["body"]), **more, "drive_id": row["drive_id"]}


def _drive(row: RowMapping) -> dict[str, Any]:
    names = ("id", "session", "source", "pack", "pack_sha256", "models_sha256", "config_sha256", "dms_version", "end_reason")
    fields = {name: row[name] for name in names}
    return {**fields, "started_utc": _utc(row["started_utc_ns"]), "ended_utc": _utc(row["ended_utc_ns"])}


def _utc(utc_ns: int | None) -> str | None:
    return None if utc_ns is None else utc_text(utc_ns)


def _unreadable(path: Path, error: BaseException) -> JournalReadError:
    return JournalReadError(f"{path}: cannot be read as a journal: {getattr(error, 'orig', None) or error}")
