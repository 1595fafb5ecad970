"""The studio's drives as a fleet: figures from the index, and from trying another pack on all of them in the background."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from dms.studio.entries import Changes, Entry
from dms.studio.figures import Figures, figures_from
from dms.studio.fleet.groups import By, FleetDrive, rows_of
from dms.studio.index import Index
from dms.studio.places import Stamp
from dms.studio.rules.changes import Change
from dms.studio.rules.everywhere import Compared, Everywhere, Progress
from dms.studio.rules.packs import Packs
from dms.studio.rules.work import Work
from dms.types import Level

MOST_MOMENTS = 200
"""Of those where packs differ: who looks at so many makes the groups smaller."""
_MOST_TRIALS = 3
_MOST_ANSWERS = 16
_MOST_FIGURES = 20_000


class Question(msgspec.Struct, frozen=True):
    """How drives are grouped, which of them, which alerts count, which other pack is tried on them, which answer is known."""

    by: By = "driver"
    driver: str = ""
    week: str = ""
    level: Level = Level.ADVISORY
    against: str = ""
    version: str = ""


class Moment(msgspec.Struct, frozen=True):
    """Where the packs differ: in which drive, when, and how."""

    id: str
    name: str
    change: Change


@dataclass(frozen=True)
class _Trial:
    """A pack that is being tried, or was, on the drives and labels that `states` stands for."""

    pack: str
    key: str
    states: frozenset[tuple[str, Stamp]]
    run: Everywhere

    def is_of(self, states: frozenset[tuple[str, Stamp]]) -> bool:
        """Whether it tells of these drives, or soon will of most of them."""
        state = self.run.progress().state
        return state == "running" or (state == "done" and self.states == states)


class Fleet:
    """Safe from any thread. A few other packs are tried at a time: whoever asks for yet another one ends the first."""

    def __init__(self, index: Index, work: Work) -> None:
        self._index, self._work = index, work
        self._packs = Packs(index.around.pack_folders, index.setting.pack.path)
        self._lock = threading.Lock()
        self._trials: OrderedDict[str, _Trial] = OrderedDict()
        self._figures: dict[tuple[str, Stamp, str], Figures] = {}
        self._answers: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def packs(self) -> list[dict[str, str]]:
        """Which other packs there are."""
        used = self._packs.used
        return [{"id": each.identity, "name": each.name} for each in self._packs if each.identity != used]

    def answer(self, asked: Question) -> bytes:
        """The groups, and where packs differ, as JSON; only that it is the same if it is what the question names.

        Raises:
            DmsError: there is no such pack, or it is wrong.
        """
        entries = [entry for entry in self._index.entries if entry.state == "read" and entry.figures is not None]
        trial = self._tried(asked.against, entries) if asked.against else None
        changes = self._index.entries.since(0)
        progress = None if trial is None else trial.run.progress()
        stamp = (
            replace(asked, version=""),
            changes.revision,
            self._index.setting.pack.sha256,
            self._index.notice,
            progress,
            trial,
        )
        with self._lock:
            known = self._answers.get(stamp)
        if known is None:
            known = msgspec.json.encode(self._told(asked, entries, trial, progress, changes))
            with self._lock:
                self._answers[stamp] = known
                while len(self._answers) > _MOST_ANSWERS:
                    self._answers.popitem(last=False)
        version = hashlib.sha256(known).hexdigest()[:16]
        return b'{"same":true}' if version == asked.version else b'{"version":"%s",' % version.encode() + known[1:]

    def _told(
        self, asked: Question, entries: Sequence[Entry], trial: _Trial | None, progress: Progress | None, changes: Changes
    ) -> dict[str, Any]:
        others = {} if trial is None else {one.entry.place.identity: one for one in trial.run.found()}
        drives = [self._drive(entry, others, trial) for entry in entries]
        shown = [drive for drive in drives if asked.driver in ("", drive.driver) and asked.week in ("", drive.week)]
        packs = [self._index.setting.pack.name, *([] if trial is None else [trial.pack])]
        moments, differing = _moments(shown, others)
        return {
            "packs": packs,
            "rows": rows_of(shown, asked.by, asked.level, changes.looked_for, len(packs)),
            "whole": rows_of(shown, "all", asked.level, changes.looked_for, len(packs)),
            "drivers": sorted({drive.driver for drive in drives}),
            "weeks": sorted({drive.week for drive in drives}, reverse=True),
            "moments": moments,
            "differing": differing,
            "trial": progress,
            "total": changes.total,
            "read": len(entries),
            "broken": changes.done - len(entries),
            "looked": self._index.looked.is_set(),
            "notice": self._index.notice,
        }

    def _drive(self, entry: Entry, others: dict[str, Compared], trial: _Trial | None) -> FleetDrive:
        identity = entry.place.identity
        if trial is None:
            return FleetDrive(identity, entry.place.name, (entry.figures,))
        other = others.get(identity)
        return FleetDrive(identity, entry.place.name, (entry.figures, None if other is None else self._of(other, trial.key)))

    def _of(self, one: Compared, pack: str) -> Figures | None:
        """The figures of the other pack, which are counted once."""
        key = (one.entry.key, one.entry.place.labels, pack)
        if key not in self._figures:
            seen = self._index.seen(one.entry)
            if seen is None:  # it is read again
                return None
            self._figures[key] = figures_from(one.entry.place.path, seen, one.now.judgement, one.now.problems)
        return self._figures[key]

    def _tried(self, identity: str, entries: Sequence[Entry]) -> _Trial:
        """What is known of another pack on these drives. It is tried if it was not, and again once drives or labels differ."""
        before, now = (self._packs.open(each).moved({}) for each in (self._packs.used, identity))
        key = f"{before.key} {now.key}"
        states = frozenset((entry.key, entry.place.labels) for entry in entries)
        with self._lock:
            trial = self._trials.pop(key, None)
            if trial is None or not trial.is_of(states):
                run = Everywhere(self._work, entries, before, now, self._work.ticket(f"fleet {key}"))
                trial = _Trial(now.pack.name, key, states, run)
                self._figures = {} if len(self._figures) > _MOST_FIGURES else self._figures
            self._trials[key] = trial
            while len(self._trials) > _MOST_TRIALS:
                self._work.ticket(f"fleet {self._trials.popitem(last=False)[0]}")
            return trial


def _moments(shown: Sequence[FleetDrive], others: dict[str, Compared]) -> tuple[list[Moment], int]:
    """Where the packs differ, those first where the labels say that it got worse; and how many there are in all."""
    found = [
        Moment(drive.identity, drive.name, change)
        for drive in shown
        if drive.identity in others
        for change in others[drive.identity].changes
    ]
    found.sort(key=lambda one: (one.change.is_worse is not True, one.change.is_worse is None, one.name, one.change.t))
    return found[:MOST_MOMENTS], len(found)
