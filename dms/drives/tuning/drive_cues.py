"""What is known of a drive once its cues are computed: all that rules can be tried on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dms.drives.labels.labels import label_problems
from dms.drives.scoring.score import driver_of
from dms.drives.tuning.columns import CueColumns
from dms.types import Label


@dataclass(frozen=True)
class DriveCues:
    """What rules can be tried on without reading the drive again. Times `_s` are seconds."""

    path: Path
    columns: CueColumns
    labels: tuple[Label, ...]
    metadata: dict[str, str]
    watched_s: float
    degraded_s: float
    warnings: tuple[str, ...]

    @property
    def driver(self) -> str:
        """Who drove."""
        return driver_of(self.path, self.metadata)

    @property
    def label_problems(self) -> list[str]:
        """What is wrong with the labels, a sentence each."""
        start_s, end_s = float(self.columns.t[0]), float(self.columns.t[-1])
        return [f"{self.path}: {problem}" for problem in label_problems(self.labels, start_s, end_s, self.warnings)]

    def without_cues(self) -> DriveCues:
        """All but the cues, of which only the first and the last time stay."""
        return replace(self, columns=self.columns.ends())

    def with_labels(self, more: Iterable[Label]) -> DriveCues:
        """The same drive with more labels, all in order of time."""
        labels = sorted([*self.labels, *more], key=lambda label: (label.t, label.end, label.kind))
        return replace(self, labels=tuple(labels))
