"""Journals that were set aside while an older dms ran, taken up again by the newer one: what was written meanwhile follows them.

The earlier file gets the later rows, so that the order of ids stays the order of events, and then the later one's place. A kill
in between leaves both files or, at worst, rows twice.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.exc import SQLAlchemyError

from dms.durable import sync_folder
from dms.errors import DmsError, reason
from dms.outputs.journal.migrations import DamagedError
from dms.outputs.journal.retention import Retention
from dms.outputs.journal.set_aside import journals_set_aside, readable_here, remove_files
from dms.outputs.journal.store import JournalStore
from dms.outputs.journal.tables import alerts, drives, summaries

_log = logging.getLogger(__name__)
_ROWS_AT_ONCE = 1000


def take_up_again(path: Path, retention: Retention) -> None:
    """Make one journal of the file `path` and of those that were set aside and are of a version that this program knows.

    One that cannot be joined stays where it is, and the log says so.

    Raises:
        OSError: the folder cannot be read.
    """
    for earlier in reversed(journals_set_aside(path)):  # the latest first: what is joined to it goes before
        if readable_here(earlier):
            try:
                _join(earlier.path, path, retention)
                _log.info("%s is taken up again as %s; what was written meanwhile follows in it", earlier.path, path)
            except (DmsError, SQLAlchemyError, sqlite3.Error, OSError, DamagedError) as error:
                why = getattr(error, "orig", None) or reason(error)
                _log.warning("%s cannot be joined with %s and stays where it is: %s", earlier.path, path, why)


def copy_rows(source: Connection, target: Connection) -> None:
    """Add all drives, alerts and summaries of one journal to another, under ids of their own, in the same order."""
    numbers: dict[int | None, int | None] = {None: None}
    for drive in source.execute(select(drives).order_by(drives.c.id)).mappings():
        values = {name: value for name, value in drive.items() if name != "id"}
        target.execute(insert_or_ignore(drives).values(**values).on_conflict_do_nothing())
        same = (drives.c.session == drive["session"], drives.c.started_mono_ns == drive["started_mono_ns"])
        numbers[drive["id"]] = target.execute(select(drives.c.id).where(*same)).scalar_one()
    for table in (alerts, summaries):
        rows = source.execute(select(table).order_by(table.c.id), execution_options={"yield_per": _ROWS_AT_ONCE})
        for part in rows.mappings().partitions():
            new = [{name: value for name, value in row.items() if name != "id"} for row in part]
            target.execute(insert(table), [{**row, "drive_id": numbers[row["drive_id"]]} for row in new])


def _join(earlier: Path, later: Path, retention: Retention) -> None:
    with closing(JournalStore(earlier, retention, None)) as first:
        if later.exists():
            with closing(JournalStore(later, retention, None)) as second:
                first.add(second, copy_rows)
        first.fold_all()
    remove_files(later)
    earlier.rename(later)
    remove_files(earlier)
    sync_folder(later.parent)
