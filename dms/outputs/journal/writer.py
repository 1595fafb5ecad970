"""The thread that writes the journal, in batches. Whoever adds a record never waits for it.

While the file cannot be written, records wait in a bounded backlog and are tried again after growing pauses. A record whose
commit failed half-way may be written twice, which is better than never.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from dms.errors import DmsError, reason
from dms.outputs.instance_lock import InstanceLock
from dms.outputs.journal.backlog import Backlog
from dms.outputs.journal.migrations import DamagedError, NewerJournalError
from dms.outputs.journal.records import JournalledDrive
from dms.outputs.journal.recovery import Trouble, classify, is_damaged, look_closer, quarantine
from dms.outputs.journal.rejoining import take_up_again
from dms.outputs.journal.retention import Retention, remove_outdated
from dms.outputs.journal.set_aside import journals_set_aside, set_aside
from dms.outputs.journal.status import JournalStatus
from dms.outputs.journal.store import JournalStore
from dms.wall_clock import SteadyClock
from dms.watched_thread import WatchedThread

PRUNE_EVERY_S = 3600.0
REPLACE_EVERY_S = 3600.0
"""A disk that damages every new file must not push out, by their number, the files that were set aside before."""
RETRY_DELAYS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

_FILE_TROUBLE = (SQLAlchemyError, sqlite3.Error, OSError, DamagedError)
_log = logging.getLogger(__name__)


class JournalWriter:
    """Owns the file from construction to `stop`. Records are added to `backlog`."""

    def __init__(
        self, path: Path, retention: Retention, utc_ns: Callable[[], int | None], retry_delays_s: Sequence[float] = RETRY_DELAYS_S
    ) -> None:
        self.backlog = Backlog()
        self.status = JournalStatus(path)
        self.first_attempt = threading.Event()
        self.refusal: DmsError | None = None
        self.current_drive: JournalledDrive | None = None
        self._path = path
        self._retention = retention
        self._utc_ns = SteadyClock(utc_ns)
        self._retry_delays_s = retry_delays_s
        self._failures = 0
        self._retry_at = 0.0
        self._prune_at = 0.0
        self._may_replace_at = 0.0
        self._store: JournalStore | None = None
        self._lock: InstanceLock | None = None
        self.thread = WatchedThread("journal", self._run, self.backlog.lag_s)
        self.thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Write what is queued, close the file and end the thread. Returns False if it did not end in time."""
        self.backlog.close()
        return self.thread.join(timeout_s)

    def _run(self) -> None:
        if self._store is None:
            self._attempt(self._open)
        self.first_attempt.set()
        self.thread.waits()
        while self.backlog.wait(self._pause_s):
            self._work()
            self.thread.waits()
        self._work()
        given_up = self.backlog.give_up_all()
        if given_up:
            self.status.lost(given_up)
            _log.error("%d record(s) never reached the journal", given_up)
        self._close_store()
        if self._lock is not None:
            self._lock.release()

    def _pause_s(self) -> float:
        now = time.monotonic()
        if self._store is None:
            return self._retry_at - now
        return 0.0 if self.backlog else self._prune_at - now

    def _work(self) -> None:
        if self._store is not None:
            self._attempt(self._look_for_file)
        if self._store is None:
            self._attempt(self._open)
        while self._store is not None and self.backlog:
            self._attempt(self._write_batch)
        if self._store is not None:
            self._attempt(self._store.fold_long_log)
        if self._store is not None and time.monotonic() >= self._prune_at:
            self._attempt(self._prune)

    def _look_for_file(self) -> None:
        assert self._store is not None
        if not self._store.is_still_there():
            _log.warning("%s was moved or deleted; a new journal is begun", self._path)
            self._close_store()
        self._keep_others_away()

    def _keep_others_away(self) -> None:
        """The lock counts where the file lies now: in a folder that was replaced, the old one keeps nobody away."""
        if self._lock is None or not self._lock.in_place:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            taken = InstanceLock(self._path.with_name(self._path.name + ".lock"), f"journal {self._path}")
            if self._lock is not None:
                self._lock.release()
            self._lock = taken

    def _open(self) -> None:
        self._keep_others_away()
        take_up_again(self._path, self._retention)
        self._store = JournalStore(self._path, self._retention, self.current_drive)
        aside = journals_set_aside(self._path)
        self.status.set_aside([each.path for each in aside])
        known_ns = [ns for ns in (self._store.newest_utc_ns(), *(each.moved_ns for each in aside)) if ns is not None]
        if known_ns:
            self._utc_ns.begin_after(max(known_ns), self._retention.max_age_ns)
        if self._store.unclean_drives:
            _log.warning("%s: the file is sound after %d drive(s) that were cut short", self._path, self._store.unclean_drives)
        if not self.backlog:
            self._all_is_well()

    def _write_batch(self) -> None:
        assert self._store is not None
        batch = self.backlog.next_batch()
        self._store.write([pending.record for pending in batch])
        self.status.wrote(len(batch), self._store.size_bytes())
        self._all_is_well()
        self.backlog.taken(batch, acknowledged=True)

    def _prune(self) -> None:
        assert self._store is not None
        self._prune_at = time.monotonic() + PRUNE_EVERY_S
        remove_outdated(self._path, self._retention, self._utc_ns())
        if self._store.prune(self._utc_ns()) or self._store.shrink():
            self._prune_at = 0.0

    def _all_is_well(self) -> None:
        self._failures = 0
        self.status.recovered()
        self.backlog.hope()

    def _attempt(self, action: Callable[[], None]) -> None:
        """Run `action` and handle its errors. Afterwards the store is open, or a retry is scheduled."""
        self.thread.begins(action.__name__.strip("_"))
        try:
            action()
        except NewerJournalError as error:
            self._set_newer_aside(error)
        except DmsError as error:
            if not self.first_attempt.is_set():
                self.refusal = error
            self._degrade(error)
        except _FILE_TROUBLE as error:
            self._handle(error)
        except Exception as error:
            _log.exception("the journal's writer met an unexpected error")
            self._degrade(error)

    def _handle(self, error: BaseException) -> None:
        error = look_closer(error, self._path)
        trouble = classify(error)
        if trouble is Trouble.DAMAGED and time.monotonic() >= self._may_replace_at:
            self._replace_file(error)
        elif trouble is Trouble.FULL and self._store is not None and self._made_room():
            _log.warning("%s: its size limit is reached; the oldest alerts were deleted", self._path)
        elif trouble is Trouble.REJECTED and self._store is not None and self.backlog:
            self._write_one_by_one()
        else:
            self._degrade(error)

    def _replace_file(self, error: BaseException) -> None:
        """Move the damaged file aside and begin a new one. What was acknowledged stays in the old one."""
        self._close_store()
        try:
            if not isinstance(error, DamagedError) and not is_damaged(self._path):
                _log.warning("%s seemed damaged (%s) and is sound", self._path, _reason(error))
                self._degrade(error)
                return
            self._may_replace_at = time.monotonic() + REPLACE_EVERY_S
            moved = quarantine(self._path)
            _log.error("%s is damaged (%s); it was moved to %s and a new journal is begun", self._path, _reason(error), moved)
            self.status.quarantined(moved)
            self._open()
        except (DmsError, *_FILE_TROUBLE) as second:
            self._degrade(second)

    def _set_newer_aside(self, error: NewerJournalError) -> None:
        """Move the file of a newer dms aside, which takes it up again when it is back, and begin one that this dms can write."""
        try:
            moved = set_aside(self._path, error.version)
            _log.warning(
                "%s is of a newer dms (journal version %d): it is now %s, and one of this dms is begun",
                self._path,
                error.version,
                moved,
            )
            self._open()
        except (DmsError, *_FILE_TROUBLE) as second:
            self._degrade(second)

    def _made_room(self) -> bool:
        """Delete only what retention would delete anyway: a disk filled by others is no reason to forget what is on it."""
        assert self._store is not None
        try:
            return self._store.prune(self._utc_ns())
        except _FILE_TROUBLE as error:
            _log.warning("%s: no room left, and none could be made: %s", self._path, _reason(error))
            return False

    def _write_one_by_one(self) -> None:
        """Write records one by one, because one of the batch cannot be stored and the others can."""
        assert self._store is not None
        for pending in self.backlog.next_batch():
            try:
                self._store.write([pending.record])
            except _FILE_TROUBLE as error:
                if classify(error) is not Trouble.REJECTED:
                    self._degrade(error)
                    return
                _log.error("the journal cannot store %r: %s", pending.record, _reason(error))
                self.status.lost(1)
                self.backlog.taken([pending], acknowledged=False)
            else:
                self.status.wrote(1, self._store.size_bytes())
                self.backlog.taken([pending], acknowledged=True)

    def _degrade(self, error: BaseException) -> None:
        self._close_store()
        delay_s = self._retry_delays_s[min(self._failures, len(self._retry_delays_s) - 1)]
        self._failures += 1
        self._retry_at = time.monotonic() + delay_s
        newly = self.status.degrade(_reason(error))
        self.backlog.give_up_waiting()
        if newly and self.refusal is None:
            _log.error("the journal cannot be written: %s; alerts are published without it", _reason(error))

    def _close_store(self) -> None:
        if self._store is not None:
            store, self._store = self._store, None
            try:
                store.close()
            except _FILE_TROUBLE as error:
                _log.warning("%s did not close cleanly: %s", self._path, _reason(error))


def _reason(error: BaseException) -> str:
    return reason(error) if isinstance(error, OSError) else str(getattr(error, "orig", None) or error)
