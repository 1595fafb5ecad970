"""A pack with other numbers on every drive, in the background: how far it is, and what it has come to so far."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dms.drives.report.episodes import counts_by_level
from dms.drives.scoring.score import DriveScore, Score
from dms.errors import DmsError
from dms.studio.entries import Entry
from dms.studio.rules.bench import Superseded, Ticket
from dms.studio.rules.changes import Change, changes_between
from dms.studio.rules.moved import Moved
from dms.studio.rules.processes import Trial, result_of
from dms.studio.rules.tally import Side, figures_of, side_of
from dms.studio.rules.work import Work

LOG = logging.getLogger(__name__)
State = Literal["running", "done", "stopped"]
_MOST_AHEAD = 32
"""Drives that are begun before the first of them is done."""
_MOST_TOLD = 200


@dataclass(frozen=True)
class Compared:
    """What both packs came to on one drive, and what is different."""

    entry: Entry
    before: Side
    now: Side
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Progress:
    """How far a run is: so many drives are done of `total`; `problems` of those that could not be tried."""

    state: State
    done: int
    total: int
    problems: tuple[str, ...]


class Everywhere:
    """A run over `entries`, from `before` to `now`, on a thread of its own, which ends once its ticket is not the newest."""

    def __init__(self, work: Work, entries: Sequence[Entry], before: Moved, now: Moved, ticket: Ticket) -> None:
        self._work, self._sides, self._ticket = work, (before, now), ticket
        self._entries = [entry for entry in entries if entry.state == "read"]
        # Those with labels first, and among them those that tell soonest.
        self._entries.sort(key=lambda entry: -(entry.figures.labels if entry.figures is not None else 0))
        self._lock = threading.Lock()
        self._found: list[Compared] = []
        self._problems: list[str] = []
        self._done = 0
        self._state: State = "running"
        self._left_out = len(entries) - len(self._entries)
        self._told: tuple[tuple[int, State], dict[str, Any]] | None = None
        self._thread = threading.Thread(target=self._run, name="studio-rules", daemon=True)
        self._thread.start()

    def told(self) -> dict[str, Any]:
        """How far it is, and what it has come to so far."""
        with self._lock:
            stamp = (self._done, self._state)
            found, problems = list(self._found), list(self._problems)
        if self._told is None or self._told[0] != stamp:
            self._told = stamp, self._telling(*stamp, found, problems)
        return self._told[1]

    def found(self) -> list[Compared]:
        """What both packs came to so far, drive by drive."""
        with self._lock:
            return list(self._found)

    def progress(self) -> Progress:
        """How far it is."""
        with self._lock:
            return Progress(self._state, self._done, len(self._entries), tuple(self._problems[:_MOST_TOLD]))

    def _run(self) -> None:
        waiting = list(reversed(self._entries))
        begun: list[tuple[Entry, tuple[Trial, Trial]]] = []
        try:
            while waiting or begun:
                while waiting and len(begun) < _MOST_AHEAD:
                    self._begin(waiting.pop(), begun)
                if begun:
                    self._take(*begun.pop(0))
        except Superseded:
            self._end("stopped")
        except Exception:
            self._end("stopped")
            raise
        else:
            self._end("done")

    def _begin(self, entry: Entry, begun: list[tuple[Entry, tuple[Trial, Trial]]]) -> None:
        before, now = self._sides
        try:
            seen = self._work.seen(entry)
        except DmsError as error:
            self._failed(entry, error)
            return
        begin = self._work.begin
        begun.append(
            (entry, (begin(entry, seen, before, self._ticket, near=False), begin(entry, seen, now, self._ticket, near=False)))
        )

    def _take(self, entry: Entry, trials: tuple[Trial, Trial]) -> None:
        try:
            seen = self._work.seen(entry)
            before, now = (
                side_of(entry.place, seen, moved.pack, result_of(trial)) for moved, trial in zip(self._sides, trials, strict=True)
            )
        except DmsError as error:
            self._failed(entry, error)
            return
        changes = tuple(changes_between(before.judgement, now.judgement))
        with self._lock:
            self._done += 1
            self._found.append(Compared(entry, before, now, changes))

    def _failed(self, entry: Entry, error: DmsError) -> None:
        with self._lock:
            self._done += 1
            self._problems.append(f"{entry.place.name}: {error}")

    def _end(self, state: State) -> None:
        with self._lock:
            self._state = state

    def _telling(self, done: int, state: State, found: Sequence[Compared], problems: list[str]) -> dict[str, Any]:
        scored = [one for one in found if not one.now.problems]
        wrong = [problem for one in found for problem in one.now.problems]
        sides = [[one.before.score for one in scored], [one.now.score for one in scored]]
        changed = [one for one in found if one.changes]
        changed.sort(key=lambda one: -len(one.changes))
        kinds = Score(tuple(sides[1])).labelled_kinds | Score(tuple(sides[0])).labelled_kinds
        return {
            "state": state,
            "done": done,
            "total": len(self._entries),
            "left_out": self._left_out,
            "problems": [*problems, *wrong][:_MOST_TOLD],
            "wrong_labels": len(wrong),
            "before": {**figures_of(sides[0]), "levels": _levels(found, "before")},
            "now": {**figures_of(sides[1]), "levels": _levels(found, "now")},
            "changed": len(changed),
            "drives": [_line(one, kinds) for one in changed[:_MOST_TOLD]],
        }


def _levels(found: Sequence[Compared], side: Literal["before", "now"]) -> dict[str, int]:
    """How many alerts reached which level."""
    total: dict[str, int] = {}
    for one in found:
        for level, number in counts_by_level(getattr(one, side).judgement.episodes).items():
            total[level] = total.get(level, 0) + number
    return total


def _line(one: Compared, kinds: frozenset[str]) -> dict[str, Any]:
    sorts = [change.sort for change in one.changes]
    return {
        "id": one.entry.place.identity,
        "name": one.entry.place.name,
        "new": sorts.count("new"),
        "gone": sorts.count("gone"),
        "changed": sorts.count("changed"),
        "missed": [len(side.score.missed) for side in (one.before, one.now)],
        "false": [_false(side.score, kinds) for side in (one.before, one.now)],
    }


def _false(score: DriveScore, kinds: frozenset[str]) -> int:
    return score.counts_of_all(kinds).false
