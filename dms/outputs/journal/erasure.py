"""Erasing drives from a journal so that no byte of them is left in the file, its free pages or its write-ahead log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dms.durable import real_place
from dms.errors import DmsError
from dms.outputs.journal.migrations import DamagedError, admit_database, admit_file
from dms.outputs.journal.set_aside import COMPANIONS, journals_set_aside
from dms.outputs.journal.spans import drive_spans


class ErasureError(DmsError):
    """The journal could not be erased, or not all of what was to be."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows are gone, and how many drives were left because nobody knows whether they were meant."""

    drives: int = 0
    alerts: int = 0
    summaries: int = 0
    unknown: int = 0


Covers = Callable[[str | None, int | None, int | None], bool | None]
"""Whether something is meant: seen by this camera, from then to then; None if that is not known."""


def erase_drives(path: Path, covers: Covers) -> Erased:
    """Erase the drives that `covers` means, with all that was recorded in them. Nobody may have the journal open.

    Raises:
        ErasureError: the file is in use or damaged, or the disk refuses; the message says what is left.
        ConfigurationError: it is no journal of this version.
    """
    try:
        admit_file(path)
        with closing(sqlite3.connect(path, timeout=5.0, isolation_level=None)) as database:
            admit_database(path, database)
            database.execute("PRAGMA secure_delete = ON").fetchall()
            drives = list(drive_spans(database))
            meant = {drive.id: covers(drive.source, drive.begin_ns, drive.end_ns) for drive in drives}
            with _transaction(database):
                gone = _delete(database, [identity for identity, answer in meant.items() if answer], covers)
            _rewrite(database)
    except DamagedError as error:
        raise ErasureError(f"{path}: {error}: only all of it can be erased, with --all") from error
    except sqlite3.Error as error:
        raise ErasureError(f"{path}: not everything is erased: {error}; once that is mended, do it again") from error
    return Erased(*gone, unknown=sum(answer is None for answer in meant.values()))


def remove_journal(path: Path) -> list[Path]:
    """Delete the journal as a whole, and what was set aside of it, damaged or of a newer dms; returns what is gone.

    It is the file that is deleted, and not a link that leads to it; and no device.

    Raises:
        OSError: a file cannot be deleted.
    """
    whole = [real_place(path), *(each.path for each in journals_set_aside(path))]
    gone = [Path(f"{each}{companion}") for each in whole for companion in COMPANIONS]
    gone = [file for file in gone if file.is_file()]
    for file in gone:
        file.unlink()
    return [*gone, *remove_damaged(path)]


def remove_damaged(path: Path) -> list[Path]:
    """Delete what was set aside of the journal because it was damaged: nobody can say whose it is. Returns what is gone.

    Raises:
        OSError: a file cannot be deleted.
    """
    gone: list[Path] = []
    for place in dict.fromkeys((real_place(path), path)):  # a link may be younger than what lies beside it
        beside = place.parent.iterdir() if place.parent.is_dir() else ()
        aside = sorted(file for file in beside if file.name.startswith(f"{place.name}.corrupt-"))
        for file in aside:
            file.unlink()
        gone += aside
    return gone


def _delete(database: sqlite3.Connection, drives: list[int], covers: Covers) -> tuple[int, int, int]:
    """Delete drives, and the alerts that belong to none; how many drives, alerts and summaries."""
    alerts = summaries = 0
    for drive in drives:
        alerts += database.execute("DELETE FROM alerts WHERE drive_id = ?", (drive,)).rowcount
        summaries += database.execute("DELETE FROM summaries WHERE drive_id = ?", (drive,)).rowcount
        database.execute("DELETE FROM drives WHERE id = ?", (drive,))
    for identity, utc_ns in database.execute("SELECT id, utc_ns FROM alerts WHERE drive_id IS NULL").fetchall():
        if covers(None, utc_ns, utc_ns):
            alerts += database.execute("DELETE FROM alerts WHERE id = ?", (identity,)).rowcount
    return len(drives), alerts, summaries


def _rewrite(database: sqlite3.Connection) -> None:
    """Write the file anew without its free pages, which may hold rows that were deleted before, and empty the log."""
    for step in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
        answer = database.execute(step).fetchone()
        if answer is not None and answer[0] != 0:
            raise sqlite3.OperationalError("the write-ahead log is in use by another program")


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
