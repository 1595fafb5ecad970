"""What a process does for the page of rules: it shows drives' cues to packs, until somebody moves a number again.

Cues are computed once for each drive, by a replay, and kept in the studio's cache: see `dms.drives.tuning.cue_source`. Those of
the last drives are also kept in memory, so that a pack with another number is tried at once.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableSequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dms.decision.pack_loader import Pack
from dms.drives.tuning.columns import CueColumns, cue_names
from dms.drives.tuning.cue_source import CueSource
from dms.drives.tuning.moments import Known, key_moments, thresholds_of
from dms.drives.tuning.trial import alerts_along, checked
from dms.errors import DriveError
from dms.types import Alert, Cues

MOST_MOMENTS_KEPT = 600_000
"""Moments whose cues are kept in memory, some 350 MiB: five hours and a half at 30 pictures a second."""


class Superseded(Exception):
    """Nobody waits for this any more."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a piece of work is done for: it is worth doing as long as `number` is the newest of its `slot`."""

    slot: int
    number: int


@dataclass(frozen=True, slots=True)
class Job:
    """A pack to be tried on a drive. `exact`: on every moment, not only on those that the rules can hardly tell from all."""

    path: Path
    pack: Pack
    exact: bool
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class _Kept:
    """The cues of a drive that packs with these `names` look at; `key` is that of what they follow from."""

    key: str
    names: tuple[str, ...]
    columns: CueColumns
    rows: tuple[Cues, ...]
    sides: Known = field(default_factory=dict)


class RuleBench:
    """Where one process tries packs on drives. `newest` has the newest number of each slot, and is written by others."""

    def __init__(self, source: CueSource, newest: MutableSequence[int], *, keeps: bool) -> None:
        self._source, self._newest, self._keeps = source, newest, keeps
        self._kept: list[_Kept] = []

    def alerts(self, job: Job) -> tuple[Alert, ...]:
        """What the pack raises.

        Raises:
            Superseded: nobody waits for it any more.
            DriveError: the drive cannot be read, or its cues cannot be kept.
        """
        self._check(job.ticket)
        try:
            columns, rows, sides = self._cues_of(job.path, job.pack)
        except OSError as error:  # it is not there any more, or not whole
            raise DriveError(f"{job.path}: {error.strerror}") from error
        self._check(job.ticket)
        places: Iterable[int] = range(len(columns))
        if not job.exact:
            chosen = key_moments(thresholds_of(job.pack, None), columns, sides)
            places, rows = chosen.tolist(), _rows_at(chosen.tolist(), rows, columns)
        moments = checked(zip(places, rows, strict=True), lambda: self._check(job.ticket))
        return alerts_along(job.pack, moments, columns.inputs)

    def _check(self, ticket: Ticket) -> None:
        if self._newest[ticket.slot] != ticket.number:
            raise Superseded

    def _cues_of(self, path: Path, pack: Pack) -> tuple[CueColumns, Iterable[Cues], Known]:
        key, names = self._source.key(path), cue_names(pack)
        for one in self._kept:
            if one.key == key and set(names) <= set(one.names):
                return one.columns, one.rows, one.sides
        drive, _ = self._source.cues_of(path, pack)
        columns = drive.columns
        if not self._keeps or len(columns) > MOST_MOMENTS_KEPT:
            return columns, columns.cues(), {}
        found = _Kept(key, names, columns, tuple(columns.cues()))
        self._kept = [found, *self._kept]
        while sum(len(one.rows) for one in self._kept) > MOST_MOMENTS_KEPT:
            self._kept.pop()
        return columns, found.rows, found.sides


def _rows_at(places: list[int], rows: Iterable[Cues], columns: CueColumns) -> Iterable[Cues]:
    """The cues at these places: those that are there already, or built for them alone."""
    if isinstance(rows, tuple):
        return [rows[place] for place in places]
    return columns.cues(np.array(places, dtype=np.intp))
