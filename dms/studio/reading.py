"""Which drives wait to be read and which are being read. All of it belongs to the thread of the index."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial

from dms.drives.replaying.batch import Setting
from dms.studio.entries import Entries, Entry
from dms.studio.workers import Reading, Workers

MOST_TRIES = 2
"""Of a drive at which a process was killed: it may have been its neighbour's fault."""
Post = Callable[[Callable[[], None]], None]


class Readers:
    """Has drives read, one after the other for each process, and says in `entries` how far each is.

    `post` hands a call to the thread of the index, in which `done` is told of each drive that was read, as it was when that
    began.
    """

    def __init__(self, entries: Entries, post: Post, done: Callable[[Entry, Reading], None]) -> None:
        self._entries, self._post, self._done = entries, post, done
        self._waiting: dict[str, None] = {}
        self._reading: set[str] = set()
        self._tries: dict[str, int] = {}
        self._workers: Workers | None = None

    @property
    def are_idle(self) -> bool:
        """Whether there is nothing to read."""
        return not self._waiting and not self._reading

    def add(self, identity: str) -> None:
        """This drive is to be read, after those that wait already. One that is being read is not read twice."""
        if identity not in self._reading:
            self._waiting[identity] = None

    def add_first(self, identity: str) -> None:
        """The same before all others. One that has been read may have been tidied away since."""
        entry = self._entries.get(identity)
        if entry is not None and identity not in self._reading and (identity in self._waiting or entry.state == "read"):
            self._waiting.pop(identity, None)
            self._waiting = {identity: None, **self._waiting}

    def keep_only(self, present: Collection[str]) -> None:
        """The others need not be read any more."""
        self._waiting = {identity: None for identity in self._waiting if identity in present}

    def start(self, setting: Setting) -> None:
        """Begin to read as many as there are processes for."""
        self._workers = self._workers or (Workers(setting) if self._waiting else None)
        while self._workers is not None and self._waiting and len(self._reading) < self._workers.number:
            identity = next(iter(self._waiting))
            del self._waiting[identity]
            entry = self._entries.get(identity)
            if entry is not None and entry.place.problem is None:
                self._begin(entry, self._workers)

    def stop(self) -> None:
        """Let go of everything: what is read next is read under another setting, or never."""
        if self._workers is not None:
            self._workers.stop()
        self._workers, self._reading, self._tries = None, set(), {}

    def _begin(self, entry: Entry, workers: Workers) -> None:
        self._reading.add(entry.place.identity)
        if entry.state == "waiting":
            self._entries.put(replace(entry, state="reading"))
        try:
            future = workers.read(entry.place.path)
        except BrokenProcessPool:
            self._killed()
            return
        future.add_done_callback(partial(self._hand_in, entry, workers))

    def _hand_in(self, entry: Entry, workers: Workers, future: Future[Reading]) -> None:
        """Called by a thread of the pool."""
        if not future.cancelled():
            self._post(partial(self._take, entry, workers, future))

    def _take(self, entry: Entry, workers: Workers, future: Future[Reading]) -> None:
        if workers is not self._workers:  # read under what is no longer the setting, or by processes that are gone
            return
        try:
            reading = future.result()
        except BrokenProcessPool:
            self._killed()
            return
        self._reading.discard(entry.place.identity)
        self._done(entry, reading)

    def _killed(self) -> None:
        """A process was killed, and with it went the others: what they read is tried again, and given up if that repeats."""
        lost, tries = self._reading, self._tries
        self.stop()
        self._tries = tries
        for identity in lost:
            tries[identity] = tries.get(identity, 0) + 1
            again = self._entries.get(identity)
            if again is None:
                continue
            if tries[identity] < MOST_TRIES:
                self._entries.put(replace(again, state="waiting"))
                self._waiting[identity] = None
            else:
                words = f"{again.place.path}: not read: a process was killed twice while it was (out of memory?)"
                self._entries.put(replace(again, state="broken", figures=None, problem=words))
