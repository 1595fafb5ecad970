"""Trying packs on the studio's drives: what is known already is not tried again, and what nobody waits for any more ends."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from functools import partial

from dms.drives.tuning.cue_source import CueSource
from dms.durable import private_folder
from dms.errors import DriveError
from dms.studio.entries import Entry
from dms.studio.index import CUES, Index
from dms.studio.rules.bench import Job, Superseded, Ticket
from dms.studio.rules.moved import Moved
from dms.studio.rules.processes import Processes, Trial
from dms.studio.seen import Seen
from dms.types import Alert

_MOST_KEPT = 2_000_000
"""Alerts that are kept in memory, of all drives and packs together."""


class Work:
    """Safe from any thread."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._setting = index.setting
        self._processes: Processes | None = None
        self._known: OrderedDict[tuple[str, str], tuple[Alert, ...]] = OrderedDict()
        self._size = 0
        self._ready: str | None = None
        self._stopped = False
        index.at_end.append(self.stop)

    def ticket(self, purpose: str) -> Ticket:
        """A ticket for some work: what is done for the same purpose under older ones ends."""
        return self._at_work().ticket(purpose)

    def seen(self, entry: Entry) -> Seen:
        """What is known of a drive.

        Raises:
            DriveError: it has yet to be read.
        """
        seen = self._index.seen(entry) if entry.state == "read" else None
        if seen is None:
            self._index.want(entry.place.identity)
            why = entry.problem or "this drive is being read: try again in a moment"
            raise DriveError(why)
        return seen

    def begin(self, entry: Entry, seen: Seen, moved: Moved, ticket: Ticket, *, exact: bool = True, near: bool) -> Trial:
        """Begin to find out what a pack raises in a drive. `near`: somebody waits for it."""
        found = self._found(entry, seen, moved)
        if found is not None:
            if near:
                self._get_ready(entry, moved)
            ready: Trial = Future()
            ready.set_result(found)
            return ready
        processes, job = self._at_work(), Job(entry.place.path, moved.pack, exact, ticket)
        trial = processes.at_once(job) if near else processes.behind(job)
        if exact:
            trial.add_done_callback(partial(self._keep, (entry.key, moved.key)))
        return trial

    def _get_ready(self, entry: Entry, moved: Moved) -> None:
        """Have the drive's cues in memory before a number is moved for the first time."""
        with self._lock:
            if self._ready == entry.key:
                return
            self._ready = entry.key
        processes = self._at_work()
        processes.at_once(Job(entry.place.path, moved.pack, exact=False, ticket=processes.ticket("ready")))

    def stop(self) -> None:
        """End what goes on, and begin nothing any more."""
        with self._lock:
            self._stopped = True
            processes, self._processes = self._processes, None
        if processes is not None:
            processes.stop()

    def _found(self, entry: Entry, seen: Seen, moved: Moved) -> tuple[Alert, ...] | None:
        if self._is_the_index(entry, moved):
            return seen.alerts
        with self._lock:
            return self._known.get((entry.key, moved.key))

    def _is_the_index(self, entry: Entry, moved: Moved) -> bool:
        """Whether the drives were read under this very pack."""
        used = self._index.setting.pack.sha256
        return not moved.changes and moved.pack.sha256 == used and self._index.is_under_setting(entry)

    def _keep(self, key: tuple[str, str], trial: Trial) -> None:
        if trial.cancelled() or trial.exception() is not None:
            return
        with self._lock:
            self._size += len(trial.result()) - len(self._known.pop(key, ()))
            self._known[key] = trial.result()
            while self._size > _MOST_KEPT:
                self._size -= len(self._known.popitem(last=False)[1])

    def _at_work(self) -> Processes:
        """The processes, which are others once the cabin or the speed is another."""
        with self._lock:
            if self._stopped:
                raise Superseded
            setting = self._index.setting
            same = (setting.cabin, setting.assumed_speed_kph, setting.perceive) == (
                self._setting.cabin,
                self._setting.assumed_speed_kph,
                self._setting.perceive,
            )
            if self._processes is not None and not same:
                self._processes.stop()
                self._processes = None
            if self._processes is None:
                self._setting = setting
                folder = self._index.cache / CUES
                private_folder(folder)
                source = CueSource(setting.cabin, setting.assumed_speed_kph, folder, setting.perceive, repr(setting.perceive))
                self._processes = Processes(source)
            return self._processes
