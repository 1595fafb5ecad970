"""What one process does for a search: it gets drives ready, and tries packs on them.

Anything may be asked for any drive in any order: what a process does not have yet, it fetches from the kept cues. Trials on the
same drives again are quick, because the process keeps the cues of the moments that they look at.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.config.yaml_loader import KeyPath
from dms.drives.scoring.matching import RuleTime
from dms.drives.tuning.candidates import Original
from dms.drives.tuning.cue_source import CueSource
from dms.drives.tuning.drive_cues import DriveCues
from dms.drives.tuning.figures import Tried
from dms.drives.tuning.moments import Thresholds, key_moments
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.trial import Moments, alerts_on, tried, without_cause
from dms.errors import DriveError
from dms.types import Alert

Changes = Mapping[KeyPath, Number]
"""The numbers of a pack that differ, by their places in its file."""

MOST_MOMENTS_KEPT = 600_000
"""Moments whose cues a process keeps in memory, about 350 MiB. Those of further drives are built for each trial."""


@dataclass(frozen=True)
class Task:
    """What is the same for all trials: the pack, what packs of the space compare cues with, when each rule is due."""

    original: Original
    limits: Mapping[str, Thresholds]
    times: Mapping[str, RuleTime]
    source: CueSource


@dataclass(frozen=True)
class Prepared:
    """A drive that is ready for trials, without its cues, and what the unchanged pack does on all of its moments."""

    drive: DriveCues
    kept: int
    moments: int
    unchanged: Tried

    @property
    def label_kinds(self) -> list[str]:
        """The kinds of the labels that the pack has a rule for."""
        matching = self.unchanged.matching
        return [label.kind for label in (*(match.label for match in matching.matched), *matching.missed)]


class Bench:
    """Where one process tries packs on drives."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._kept: dict[Path, tuple[DriveCues, Moments]] = {}

    def prepare(self, path: Path) -> Prepared:
        """Compute the cues of a drive, unless they are kept.

        Raises:
            DriveError: the drive cannot be read, or its kept cues do not give the alerts that the drive itself gave.
        """
        task = self._task
        drive, replayed = task.source.cues_of(path, task.original.pack)
        alerts = alerts_on(task.original.pack, Moments.all_of(drive.columns))
        if replayed is not None and without_cause(alerts) != without_cause(replayed):
            raise DriveError(f"{path}: the cues kept do not give the drive's own alerts: a fault of dms, please report it")
        kept = len(key_moments(task.limits, drive.columns))
        return Prepared(drive.without_cues(), kept, len(drive.columns), self._tried(drive, alerts))

    def quick(self, path: Path, changes: Changes) -> Tried:
        """A pack with other numbers on the moments that matter."""
        drive, moments = self._moments_of(path)
        return self._tried(drive, alerts_on(self._task.original.candidate(changes), moments))

    def whole(self, path: Path, packs: Sequence[Changes]) -> list[Tried]:
        """Packs with other numbers on all moments; their cues are built once for all of them."""
        drive, _ = self._task.source.cues_of(path, self._task.original.pack)
        moments = Moments.all_of(drive.columns)
        return [self._tried(drive, alerts_on(self._task.original.candidate(changes), moments)) for changes in packs]

    def _moments_of(self, path: Path) -> tuple[DriveCues, Moments]:
        if path not in self._kept:
            drive, _ = self._task.source.cues_of(path, self._task.original.pack)
            found = drive.without_cues(), Moments.at(key_moments(self._task.limits, drive.columns), drive.columns)
            if sum(len(moments.cues) for _, moments in self._kept.values()) + len(found[1].cues) > MOST_MOMENTS_KEPT:
                return found
            self._kept[path] = found
            gc.freeze()  # what stays for the whole search need not be looked through for garbage again and again
        return self._kept[path]

    def _tried(self, drive: DriveCues, alerts: Sequence[Alert]) -> Tried:
        return tried(drive, alerts, self._task.times)
