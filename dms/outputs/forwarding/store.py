"""Messages that wait to be carried, on the disk as long as the disk takes them, and in memory until it does again."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from dms.durable import private_folder, real_place
from dms.errors import reason
from dms.outputs.forwarding.message import Message, Rank
from dms.outputs.forwarding.store_file import NewerStoreError, StoreFile, Waiting, readable_here
from dms.outputs.instance_lock import AlreadyRunningError, InstanceLock
from dms.outputs.journal.recovery import Trouble, classify, is_damaged, look_closer, quarantine
from dms.outputs.journal.set_aside import journals_set_aside, remove_files, set_aside

LOG = logging.getLogger(__name__)
MOST_IN_MEMORY = 1000
"""While the disk takes nothing: a drive full of alerts, in less than a megabyte."""
TOLD_FOR_S = 60.0
_AT_ONCE = 1000
_MEBIBYTE = 2**20


class Store:
    """A bounded store in the file `path` of at most `keep_mib` MiB, in which messages are until they are `done`.

    Safe from any thread. No fault of the disk is raised: `problem` says what is wrong, what comes then waits in memory, and the
    disk is tried again with every message. A damaged file is moved aside and another one begun. One that was moved or deleted is
    begun anew; what waited in it can still be read, and waits in the new one. One of a newer dms is set aside, and taken up again
    by a dms that can read it.

    Raises:
        AlreadyRunningError: another service uses the file.
    """

    def __init__(self, path: Path, keep_mib: float) -> None:
        self.path = real_place(path)  # where SQLite keeps the companions of a file, too
        self.problem: str | None = None
        self._most_bytes = int(keep_mib * _MEBIBYTE)
        self._mutex = threading.Lock()
        self._in_memory: deque[Message] = deque()
        self._lost_in_memory: dict[Rank, int] = {}
        self._lock: InstanceLock | None = None
        self._file: StoreFile | None = None
        self._closed = self._full = False
        self._begun_anew_s: float | None = None
        with self._mutex:
            try:
                self._open()
            except (sqlite3.Error, OSError) as error:
                self._note(error)

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return (self._file.count if self._file else 0) + len(self._in_memory)

    @property
    def notice(self) -> str | None:
        """That the file was moved or deleted, for a minute after that was noticed."""
        if self._begun_anew_s is None or time.monotonic() - self._begun_anew_s > TOLD_FOR_S:
            return None
        return f"{self.path} was moved or deleted, and is begun anew"

    def put(self, message: Message) -> None:
        """Accept a message. It is on the disk when this returns, unless there is a `problem`."""
        with self._mutex:
            self._in_memory.append(message)
            self._to_disk()
            while len(self._in_memory) > MOST_IN_MEMORY:
                least = min(self._in_memory, key=lambda each: each.rank)
                self._in_memory.remove(least)
                self._lost_in_memory[least.rank] = self._lost_in_memory.get(least.rank, 0) + 1

    def oldest(self, most: int) -> list[Waiting]:
        """The messages to carry next, at most so many; those that only memory holds if the disk gives none."""
        with self._mutex:
            self._to_disk()
            found: list[Waiting] = []
            with self._disk():
                found = self._opened().oldest(most)
            if found:
                return found
            by_rank = sorted(self._in_memory, key=lambda each: -each.rank)
            return [Waiting(-1, message) for message in by_rank[:most]]

    def done(self, carried: Sequence[Waiting]) -> None:
        """Let go of what the other side has acknowledged. If the disk refuses, it is carried once more, under the same id."""
        with self._mutex:
            for each in carried:
                if each.seq < 0 and each.message in self._in_memory:
                    self._in_memory.remove(each.message)
            with self._disk():
                self._opened().remove([each for each in carried if each.seq >= 0])

    def dropped(self) -> Mapping[Rank, int]:
        """How many of each rank have gone for want of room, and have not been told yet."""
        with self._mutex:
            found = dict(self._lost_in_memory)
            with self._disk():
                for rank, count in self._opened().dropped().items():
                    found[rank] = found.get(rank, 0) + count
            return found

    def told(self, dropped: Mapping[Rank, int]) -> None:
        """Note that the other side knows of them."""
        with self._mutex, self._disk():
            from_memory = {rank: min(count, self._lost_in_memory.get(rank, 0)) for rank, count in dropped.items()}
            self._opened().told({rank: count - from_memory[rank] for rank, count in dropped.items()})
            for rank, count in from_memory.items():
                self._lost_in_memory[rank] = self._lost_in_memory.get(rank, 0) - count
            self._lost_in_memory = {rank: count for rank, count in self._lost_in_memory.items() if count}

    def close(self) -> None:
        """Close the file; what waits in it waits for the next start."""
        with self._mutex:
            self._to_disk()
            self._closed = True
            if self._file is not None:
                self._file.close()
                self._file = None
            if self._lock is not None:
                self._lock.release()

    def _to_disk(self) -> None:
        if not self._in_memory:
            return
        with self._disk():
            gone = self._opened().add(tuple(self._in_memory))
            self._in_memory.clear()
            if gone and not self._full:
                LOG.warning(f"the store {self.path} is full: messages are dropped, {min(gone).name.lower()} first")
            self._full = bool(gone)

    def _opened(self) -> StoreFile:
        if self._closed:
            raise sqlite3.ProgrammingError("the store is closed")
        if self._file is None or not self._file.is_still_there():
            self._open()
        assert self._file is not None
        return self._file

    def _open(self) -> None:
        """Open the file, a new one if there is none any more; until that is done, what waits in the one before stays open."""
        self._keep_others_away()
        before, self._file = self._file, self._opened_file()
        self._take_up_again()
        if before is not None:
            LOG.warning(f"the store {self.path} was moved or deleted and is begun anew with the {before.count} messages in it")
            self._begun_anew_s = time.monotonic()
            self._take_along(before)

    def _keep_others_away(self) -> None:
        """The lock counts where the file lies now: in a folder that was replaced, the old one keeps nobody away."""
        if self._lock is None or not self._lock.in_place:
            private_folder(self.path.parent)
            taken = InstanceLock(self.path.with_name(f"{self.path.name}.lock"), f"the store {self.path}")
            if self._lock is not None:
                self._lock.release()
            self._lock = taken

    def _opened_file(self) -> StoreFile:
        try:
            return StoreFile(self.path, self._most_bytes)
        except NewerStoreError as error:
            moved = set_aside(self.path, error.version)
            LOG.warning(f"the store {self.path} is of a newer dms, which finds what waits in it as {moved}; another one is begun")
            return StoreFile(self.path, self._most_bytes)

    def _take_up_again(self) -> None:
        """Carry what waited in stores that an older dms set aside. One that cannot be read now waits for the next start."""
        for found in journals_set_aside(self.path):
            if readable_here(found.version):
                try:
                    self._copy(StoreFile(found.path, self._most_bytes))
                    remove_files(found.path)
                except (sqlite3.Error, OSError) as error:
                    LOG.warning(f"what waits in {found.path} is not taken up again: {reason(error)}")

    def _take_along(self, before: StoreFile) -> None:
        """Copy what waits in a file that has lost its name. What of it cannot be read or written is counted as dropped."""
        assert self._file is not None
        waited = self._file.count + before.count
        try:
            self._copy(before)
        except (sqlite3.Error, OSError) as error:
            left = max(0, waited - self._file.count)
            LOG.warning(f"{left} messages of the store {self.path} went with the file that was moved or deleted: {reason(error)}")
            self._lost_in_memory[Rank.NOTE] = self._lost_in_memory.get(Rank.NOTE, 0) + left

    def _copy(self, before: StoreFile) -> None:
        """Copy what waits in another file, and close that."""
        assert self._file is not None
        try:
            for part in before.in_parts(_AT_ONCE):
                self._file.add(part)
            self._file.count_dropped(before.dropped())
        finally:
            before.close()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Note what the disk says to what is done inside."""
        try:
            yield
        except (sqlite3.Error, OSError, AlreadyRunningError) as error:
            self._note(error)
        else:
            self.problem = None

    def _note(self, error: sqlite3.Error | OSError | AlreadyRunningError) -> None:
        text = f"{self.path}: {reason(look_closer(error, self.path))}"
        if text != self.problem:
            LOG.warning(f"messages wait in memory: {text}")
        self.problem = text
        if classify(error) is Trouble.DAMAGED:
            self._move_aside()

    def _move_aside(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        try:
            if is_damaged(self.path):
                moved = quarantine(self.path)
                LOG.error("the store %s is damaged and was moved to %s; a new one is begun", self.path, moved)
        except (sqlite3.Error, OSError) as error:  # it stays where it is, and is tried again
            LOG.warning("the damaged store %s cannot be moved aside: %s", self.path, reason(error))
