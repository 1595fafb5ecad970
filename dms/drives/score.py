"""How good a pack is on labelled drives: per kind, what was found, what was missed, what was false, and how late."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dms.drives.confidence import Counts, Figure, intervals
from dms.drives.matching import Matching
from dms.drives.monitor import Monitor
from dms.types import Alert, DriveRecord, Level

ALL = "all"
"""The name of the figures of all kinds together; of the alerts without a label only those from warning up count in them."""
FIGURES: Mapping[str, Figure] = {
    "recall": lambda counts: counts.recall,
    "precision": lambda counts: counts.precision,
    "f1": lambda counts: counts.f1,
    "false_per_hour": lambda counts: counts.false_per_hour,
}
LATENCIES = {"latency_p50_s": 0.5, "latency_p95_s": 0.95, "latency_max_s": 1.0}

_LONGEST_STEP_S = 1.0
_DRIVER_IN_PATH = re.compile(r"driver[-_ ]?[0-9A-Za-z]+", re.IGNORECASE)


@dataclass(slots=True)
class Availability:
    """A `Watch` for `replay`: how long the driver was watched, and how much of that the system could not judge in full.

    A gap of more than a second between observations is no time in any state.
    """

    watched_s: float = 0.0
    degraded_s: float = 0.0
    _last_t: float | None = None

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        cues = monitor.cues
        if cues is None or cues.t == self._last_t:
            return
        step_s = 0.0 if self._last_t is None else min(max(cues.t - self._last_t, 0.0), _LONGEST_STEP_S)
        self._last_t = cues.t
        self.watched_s += step_s
        if cues.degraded is not None:
            self.degraded_s += step_s


def driver_of(path: Path, metadata: Mapping[str, str]) -> str:
    """Who drove: what the drive says of itself, else a `driver…` in its path, else nobody but this file's driver."""
    found = _DRIVER_IN_PATH.search(str(path))
    return metadata.get("driver") or (found.group() if found else path.stem)


@dataclass(frozen=True, slots=True)
class DriveScore:
    """One drive's matching, and the time it covers."""

    path: Path
    driver: str
    matching: Matching
    watched_s: float
    degraded_s: float

    def counts(self, kind: str) -> Counts:
        """What is counted of one kind, or of `ALL`."""
        matching, every = self.matching, kind == ALL
        return Counts(
            matched=sum(every or match.label.kind == kind for match in matching.matched),
            missed=sum(every or label.kind == kind for label in matching.missed),
            false=sum(alert.level.rank >= Level.WARNING.rank if every else alert.kind == kind for alert in matching.unexpected),
            hours=self.watched_s / 3600,
        )

    def latencies_s(self, kind: str) -> list[float]:
        """The latencies beyond the rule's own time, where the rule has one."""
        matches = [match for match in self.matching.matched if kind in (ALL, match.label.kind)]
        return [match.latency_s for match in matches if match.latency_s is not None]

    @property
    def kinds(self) -> set[str]:
        """Every kind that was asked for or raised."""
        matching = self.matching
        labels = {label.kind for label in (*(match.label for match in matching.matched), *matching.missed)}
        return labels | {str(alert.kind) for alert in (*matching.unexpected, *matching.related)}


@dataclass(frozen=True, slots=True)
class KindScore:
    """The figures of one kind of alert, or of all together. A figure without anything to count is None."""

    kind: str
    counts: Counts
    related: int
    figures: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float] | None]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "kind": self.kind,
            "labels": self.counts.labels,
            "matched": self.counts.matched,
            "missed": self.counts.missed,
            "related": self.related,
            "false": self.counts.false,
            **self.figures,
            "intervals_95": dict(self.intervals),
        }


@dataclass(frozen=True)
class Score:
    """A pack on a set of drives."""

    drives: tuple[DriveScore, ...]

    @property
    def hours(self) -> float:
        """Hours of driving watched."""
        return sum(drive.watched_s for drive in self.drives) / 3600

    @property
    def degraded_share(self) -> float:
        """The share of that time in which the driver could not be judged in full."""
        watched_s = sum(drive.watched_s for drive in self.drives)
        return sum(drive.degraded_s for drive in self.drives) / watched_s if watched_s else 0.0

    @property
    def drivers(self) -> dict[str, list[DriveScore]]:
        """The drives of each driver."""
        drivers: dict[str, list[DriveScore]] = {}
        for drive in self.drives:
            drivers.setdefault(drive.driver, []).append(drive)
        return drivers

    @cached_property
    def kinds(self) -> tuple[KindScore, ...]:
        """Each kind that was asked for or raised, and all together last."""
        kinds = sorted(set().union(*(drive.kinds for drive in self.drives)))
        return tuple(self._of(kind) for kind in (*kinds, ALL))

    def _of(self, kind: str) -> KindScore:
        by_driver = [sum((drive.counts(kind) for drive in drives), Counts()) for drives in self.drivers.values()]
        counts = sum(by_driver, Counts())
        latencies_s = [latency_s for drive in self.drives for latency_s in drive.latencies_s(kind)]
        figures = {name: figure(counts) for name, figure in FIGURES.items()}
        figures |= {name: quantile(latencies_s, share) for name, share in LATENCIES.items()}
        related = sum(kind in (ALL, alert.kind) for drive in self.drives for alert in drive.matching.related)
        return KindScore(kind, counts, related, figures, intervals(by_driver, FIGURES))

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "drives": len(self.drives),
            "hours": self.hours,
            "degraded_share": self.degraded_share,
            "labels_without_a_rule": sum(len(drive.matching.uncovered) for drive in self.drives),
            "kinds": [kind.as_dict() for kind in self.kinds],
            "drivers": {driver: self._driver(drives) for driver, drives in self.drivers.items()},
        }

    @staticmethod
    def _driver(drives: Sequence[DriveScore]) -> dict[str, Any]:
        counts = sum((drive.counts(ALL) for drive in drives), Counts())
        degraded_s = sum(drive.degraded_s for drive in drives)
        return {
            "hours": counts.hours,
            "degraded_share": degraded_s / (counts.hours * 3600) if counts.hours else 0.0,
            **{name: figure(counts) for name, figure in FIGURES.items()},
        }


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the values do not exceed (nearest rank); None without values."""
    if not values:
        return None
    rank = max(1, -(-len(values) * share // 1))
    return sorted(values)[int(rank) - 1]
