"""What went wrong with the file, and what happens to a damaged one.

Only a damaged file is moved away. A full disk, a read-only mount or an I/O error is temporary and leaves it in place.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, and_, or_, select, true, update

from dms.outputs.journal.migrations import DamagedError
from dms.outputs.journal.records import JournalledDrive
from dms.outputs.journal.set_aside import all_set_aside, set_aside
from dms.outputs.journal.tables import drives

KEPT_QUARANTINES = 3
_PRIMARY_CODE = 0xFF


class Trouble(Enum):
    """The kinds of trouble, by what to do about them."""

    DAMAGED = "damaged"  # move the file away, begin a new one
    FULL = "full"  # let go of the oldest, then try again
    REJECTED = "rejected"  # the record itself cannot be stored
    UNAVAILABLE = "unavailable"  # wait, then try again


_TROUBLE_OF_CODE = {
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CONSTRAINT: Trouble.REJECTED,
    sqlite3.SQLITE_MISMATCH: Trouble.REJECTED,
    sqlite3.SQLITE_TOOBIG: Trouble.REJECTED,
    sqlite3.SQLITE_RANGE: Trouble.REJECTED,
}


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_TRIAL_BYTES = 1 << 16


def look_closer(error: BaseException, path: Path) -> BaseException:
    """What was wrong when SQLite says no more than that writing to `path` failed.

    A quota that is used up, and a limit of the size of files, are input or output errors to it. Writing as far out as it wanted
    to tells which: the error of the file system is returned then, else `error` as it is.
    """
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    if code is None or code & _PRIMARY_CODE != sqlite3.SQLITE_IOERR:
        return error
    trial = path.with_name(f"{path.name}.{os.getpid()}.trial")
    try:
        sizes = [each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists()]
        with open(trial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.seek(max(sizes, default=0))
            file.write(bytes(_TRIAL_BYTES))
    except OSError as refused:
        if refused.errno in _NO_ROOM:
            return OSError(refused.errno, refused.strerror)
    finally:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    return error


def classify(error: BaseException) -> Trouble:
    """Return what kind of trouble an error of SQLAlchemy, sqlite3 or the file system is."""
    if isinstance(error, DamagedError):
        return Trouble.DAMAGED
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    if code is None and isinstance(error, OSError) and error.errno in _NO_ROOM:
        return Trouble.FULL
    if code is None:
        return Trouble.UNAVAILABLE if isinstance(error, OSError) else Trouble.REJECTED
    return _TROUBLE_OF_CODE.get(code & _PRIMARY_CODE, Trouble.UNAVAILABLE)


def is_damaged(path: Path) -> bool:
    """Look again whether the file is damaged. An input error in the middle of a read can look like damage to SQLite.

    It is opened for reading only, which leaves its write-ahead log where it is.

    Raises:
        sqlite3.Error: that cannot be told now.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if classify(error) is Trouble.DAMAGED:
            return True
        raise
    return bool(verdict != "ok")


def quarantine(path: Path) -> Path:
    """Move the damaged file and its companions aside, and return the new name. The newest three are kept.

    Raises:
        OSError: the files cannot be renamed.
    """
    moved = set_aside(path)
    damaged = [each for each in all_set_aside(path) if each.version is None]
    for each in damaged[:-KEPT_QUARANTINES]:
        each.remove()
    return moved


def settle_unclean_drives(connection: Connection, current: JournalledDrive | None) -> int:
    """Check the file if a drive in it was cut short, then mark such drives. Returns how many there were.

    Raises:
        DamagedError: the check found damage.
    """
    not_current = (
        or_(drives.c.session != current.session, drives.c.started_mono_ns != current.started_mono_ns) if current else true()
    )
    open_drives = and_(drives.c.end_reason.is_(None), not_current)
    with connection.begin():
        cut_short = len(connection.execute(select(drives.c.id).where(open_drives)).all())
        if cut_short:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            if verdict != "ok":
                raise DamagedError(f"damaged: {verdict}")
            connection.execute(update(drives).where(open_drives).values(end_reason="unclean"))
    return cut_short
