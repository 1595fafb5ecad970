"""How long the journal keeps what it holds. The rest is deleted a little at a time."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select

from dms.config.defaults import JOURNAL_KEEP_DAYS, JOURNAL_KEEP_MIB
from dms.outputs.journal.set_aside import journals_set_aside
from dms.outputs.journal.tables import alerts, drives, summaries

_NS_PER_DAY = 86_400 * 1_000_000_000
_BYTES_PER_MIB = 1024 * 1024
BATCH_ROWS = 5000
"""Deleting as many takes about 10 ms: no alert waits longer than that behind the housekeeping."""
BATCH_PAGES = 1000
"""Free pages given back to the file system at a time, for the same reason."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What to keep: nothing older than `max_age_days`, nothing beyond `max_size_mib`, the oldest going first.

    500,000 alerts take about 100 MiB. Age is only judged while the wall clock is trusted.
    """

    max_age_days: float = JOURNAL_KEEP_DAYS
    max_size_mib: float = JOURNAL_KEEP_MIB

    @property
    def max_age_ns(self) -> int:
        """The same in nanoseconds."""
        return int(self.max_age_days * _NS_PER_DAY)

    @property
    def max_bytes(self) -> int:
        """The size above which the oldest drives are deleted."""
        return int(self.max_size_mib * _BYTES_PER_MIB)

    @property
    def hard_limit_bytes(self) -> int:
        """The size that SQLite itself refuses to exceed: a tenth and a batch more, to write until pruning has run."""
        return int(self.max_bytes * 1.1) + 4 * _BYTES_PER_MIB


def prune(connection: Connection, retention: Retention, utc_ns: int | None, batch_rows: int = BATCH_ROWS) -> bool:
    """Delete one batch of what is too old or too much. Returns True if there was any, so that there may be more."""
    too_old = False
    if utc_ns is not None:
        too_old = _delete_older(connection, utc_ns, retention.max_age_ns, batch_rows)
    too_much = used_bytes(connection) > retention.max_bytes and _delete_oldest(connection, batch_rows)
    return too_old or too_much


def remove_outdated(path: Path, retention: Retention, utc_ns: int | None) -> None:
    """Delete the journals of a newer dms that were set aside so long ago that nothing in them is young enough any more.

    Raises:
        OSError: the folder cannot be read, or a file not be deleted.
    """
    for each in journals_set_aside(path):
        if utc_ns is not None and each.moved_ns is not None and each.moved_ns < utc_ns - retention.max_age_ns:
            each.remove()


def newest_utc_ns(connection: Connection) -> int | None:
    """When the newest row was written, by the clock of that time; None if no row has a time."""
    columns = (alerts.c.utc_ns, summaries.c.utc_ns, drives.c.started_utc_ns)
    last = (select(each).where(each.is_not(None)).order_by(each.table.c.id.desc()).limit(1) for each in columns)
    return max((each for query in last if (each := connection.execute(query).scalar()) is not None), default=None)


def return_free_pages(connection: Connection) -> bool:
    """Give a batch of free pages back to the file system, outside any transaction. Returns True if there are more.

    The pragma frees one page per step and yields rows without columns, which only a script steps through to the end.
    """
    database: sqlite3.Connection | None = connection.connection.driver_connection
    assert database is not None
    database.executescript(f"PRAGMA incremental_vacuum({BATCH_PAGES})")
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    return int(free) > 0


def used_bytes(connection: Connection) -> int:
    """Return the size of the file without its free pages."""
    page_count, free, page_size = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "freelist_count", "page_size")
    )
    return int((page_count - free) * page_size)


def _delete_older(connection: Connection, utc_ns: int, max_age_ns: int, batch_rows: int) -> bool:
    cutoff_utc_ns = utc_ns - max_age_ns
    gone = 0
    for table in (alerts, summaries):
        last = _last_outdated(connection, table, cutoff_utc_ns, utc_ns, batch_rows)
        gone += 0 if last is None else _delete_batch(connection, table, table.c.id <= last, batch_rows)
    return gone + _delete_empty_drives(connection, drives.c.started_utc_ns < cutoff_utc_ns) > 0


def _last_outdated(connection: Connection, table: Table, cutoff_utc_ns: int, utc_ns: int, batch_rows: int) -> int | None:
    """The last row that is too old.

    Rows stand in the order in which they were written. So what comes after a row that is young enough is not old, although the
    clock may have said so before it was set right. What comes before one that is too old goes with it, although its time is not
    known, or lies in the future.
    """
    known = select(table.c.id, table.c.utc_ns).where(table.c.utc_ns.is_not(None)).order_by(table.c.id).limit(batch_rows)
    last: int | None = None
    for identity, written_utc_ns in connection.execute(known):
        if cutoff_utc_ns <= written_utc_ns <= utc_ns + _NS_PER_DAY:
            break
        if written_utc_ns < cutoff_utc_ns:
            last = identity
    return last


def _delete_oldest(connection: Connection, batch_rows: int) -> bool:
    """Delete a tenth at most at a time, so that a small journal is not emptied to make it a little smaller."""
    gone = sum(
        _delete_batch(connection, table, None, min(batch_rows, _tenth(connection, table))) for table in (alerts, summaries)
    )
    before_what_is_left = drives.c.id < select(func.min(alerts.c.drive_id)).scalar_subquery()
    return gone + _delete_empty_drives(connection, before_what_is_left) > 0


def _tenth(connection: Connection, table: Table) -> int:
    ends = (select(end(table.c.id)).scalar_subquery() for end in (func.min, func.max))  # in one query, SQLite reads every row
    first, last = connection.execute(select(*ends)).one()
    return 0 if first is None else (last - first) // 10 + 1


def _delete_batch(connection: Connection, table: Table, condition: ColumnElement[bool] | None, batch_rows: int) -> int:
    oldest = select(table.c.id).order_by(table.c.id).limit(batch_rows)
    if condition is not None:
        oldest = oldest.where(condition)
    return connection.execute(delete(table).where(table.c.id.in_(oldest))).rowcount


def _delete_empty_drives(connection: Connection, condition: ColumnElement[bool]) -> int:
    """Delete drives that meet the condition, have ended, and of which nothing is left."""
    still_used = or_(drives.c.id.in_(select(alerts.c.drive_id)), drives.c.id.in_(select(summaries.c.drive_id)))
    return connection.execute(delete(drives).where(condition, drives.c.end_reason.is_not(None), ~still_used)).rowcount
