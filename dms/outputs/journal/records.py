"""What can be written into the journal. Each record knows its own SQL, and may be written again after a failure."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore

from dms.outputs.journal.tables import alerts, drives, summaries


class Ticket:
    """The receipt for one record: whether it is on disk yet."""

    def __init__(self) -> None:
        self._settled = threading.Event()
        self.acknowledged = False

    def wait(self, timeout_s: float) -> bool:
        """Wait until the record is on disk. Returns True if it is.

        False means: not within `timeout_s`, or, at once, that the journal cannot write at the moment. The record may still be
        written later.
        """
        self._settled.wait(timeout_s)
        return self.acknowledged

    def settle(self, *, acknowledged: bool) -> None:
        """Note whether the record is on disk, and wake whoever waits."""
        self.acknowledged = acknowledged
        self._settled.set()


class Record(Protocol):
    """One thing to be written, inside the writer's transaction."""

    def write(self, connection: Connection) -> None:
        """Write the record without committing it."""


@dataclass(frozen=True, slots=True)
class JournalledDrive:
    """The start of a drive, and what identifies it. Known by `session` and `started_mono_ns` together."""

    session: str
    boot_id: str | None
    started_mono_ns: int
    started_utc_ns: int | None
    source: str
    pack: str
    pack_sha256: str
    models_sha256: str
    config_sha256: str
    dms_version: str

    def write(self, connection: Connection) -> None:
        """Insert the drive unless it exists."""
        values = {name: getattr(self, name) for name in self.__slots__}
        connection.execute(insert_or_ignore(drives).values(**values).on_conflict_do_nothing())

    def row_id(self, connection: Connection) -> int:
        """The `id` of the drive's row, which is written first if a quarantine has taken it away."""
        wanted = select(drives.c.id).where(drives.c.session == self.session, drives.c.started_mono_ns == self.started_mono_ns)
        found: int | None = connection.execute(wanted).scalar_one_or_none()
        if found is not None:
            return found
        self.write(connection)
        written: int = connection.execute(wanted).scalar_one()
        return written


@dataclass(frozen=True, slots=True)
class DriveEndRecord:
    """The end of a drive."""

    drive: JournalledDrive
    ended_mono_ns: int
    ended_utc_ns: int | None
    end_reason: str

    def write(self, connection: Connection) -> None:
        """Fill in the end of the drive's row."""
        row_id = self.drive.row_id(connection)
        ending = {"ended_mono_ns": self.ended_mono_ns, "ended_utc_ns": self.ended_utc_ns, "end_reason": self.end_reason}
        connection.execute(update(drives).where(drives.c.id == row_id).values(**ending))


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert; `cause` is JSON already. `drive` is None before the first drive."""

    drive: JournalledDrive | None
    utc_ns: int | None
    t: float
    kind: str
    level: str
    phase: str
    onset: float
    rule: str
    pack: str
    cause: str

    def write(self, connection: Connection) -> None:
        """Insert the alert."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "drive"}
        drive_id = self.drive.row_id(connection) if self.drive else None
        connection.execute(insert(alerts).values(drive_id=drive_id, **values))


@dataclass(frozen=True, slots=True)
class SummaryRecord:
    """A summary of a drive or of a stretch of it; `body` is JSON already. `replacing`: instead of an earlier one of its kind."""

    drive: JournalledDrive
    utc_ns: int | None
    kind: str
    t: float
    end: float
    body: str
    replacing: bool = False

    def write(self, connection: Connection) -> None:
        """Insert the summary."""
        values = {name: getattr(self, name) for name in self.__slots__ if name not in ("drive", "replacing")}
        row_id = self.drive.row_id(connection)
        if self.replacing:
            connection.execute(delete(summaries).where(summaries.c.drive_id == row_id, summaries.c.kind == self.kind))
        connection.execute(insert(summaries).values(drive_id=row_id, **values))
