"""How good a pack is on labelled drives: per kind, what was found, what was missed, what was false, and how late."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dms.drives.replaying.availability import Availability
from dms.drives.replaying.replay import Replay
from dms.drives.scoring.confidence import Counts, Figure, Interval, intervals, quantile_intervals, share_interval
from dms.drives.scoring.matching import Matching, RuleTime, match_drive, out_of_reach, own_time_s, times_of_drive
from dms.drives.scoring.sensitivity import NOT_RATED, Sensitivity, Sleepiness, sleepiness_of
from dms.quantiles import quantile
from dms.types import KSS, Label, Level

ALL = "all"
"""The name of the figures of all kinds together. Of the alerts without a label those count in them that are warnings or worse,
and of a kind that somebody labelled: where nobody looked for a kind, nobody can say that it is false."""
FIGURES: Mapping[str, Figure] = {
    "recall": lambda counts: counts.recall,
    "precision": lambda counts: counts.precision,
    "f1": lambda counts: counts.f1,
    "false_per_hour": lambda counts: counts.false_per_hour,
}
LATENCIES = {"latency_p50_s": 0.5, "latency_p95_s": 0.95, "latency_max_s": 1.0}

_DRIVER_IN_NAME = re.compile(r"(?<![a-z])driver([-_ ][0-9a-z]+|[0-9][0-9a-z]*)", re.IGNORECASE)
# A folder may well be called driver_monitoring: only a number makes it a driver's.
_DRIVER_IN_FOLDER = re.compile(r"(?<![a-z])driver[-_ ]?[a-z]*[0-9][0-9a-z]*", re.IGNORECASE)


def driver_of(path: Path, metadata: Mapping[str, str]) -> str:
    """Who drove: what the drive says of itself, else a `driver…` in its name or a folder's, else only this file's driver."""
    return named_driver(path, metadata) or path.stem


def named_driver(path: Path, metadata: Mapping[str, str]) -> str | None:
    """The same, None where nothing names a driver."""
    if metadata.get("driver"):
        return metadata["driver"]
    in_folders = (_DRIVER_IN_FOLDER.search(folder) for folder in reversed(path.parent.parts))
    found = next((match for match in (_DRIVER_IN_NAME.search(path.stem), *in_folders) if match), None)
    return found.group() if found else None


@dataclass(frozen=True, slots=True)
class DriveScore:
    """One drive's matching, the time it covers, and how the driver's own ratings were answered.

    `labelled`: somebody said what was to be alerted of. `out_of_reach` are labels
    that no rule of the pack can answer, as they are over before its time; they are not counted as missed. `own_times_s` says, by
    kind, when the first rule of these labels would have been due.
    """

    path: Path
    driver: str
    matching: Matching
    watched_s: float
    degraded_s: float
    lost_s: float = 0.0
    labelled: bool = True
    sleepiness: Sleepiness = NOT_RATED
    out_of_reach: tuple[Label, ...] = ()
    own_times_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def missed(self) -> tuple[Label, ...]:
        """The labels that a rule of the pack ought to have answered, and none did."""
        return tuple(label for label in self.matching.missed if label not in self.out_of_reach)

    def counts(self, kind: str) -> Counts:
        """What is counted of one kind of alert."""
        matching = self.matching
        return Counts(
            matched=sum(match.label.kind == kind for match in matching.matched),
            missed=sum(label.kind == kind for label in self.missed),
            false=sum(alert.kind == kind for alert in matching.unexpected),
            hours=self.watched_s / 3600,
        )

    def counts_of_all(self, labelled_kinds: Collection[str]) -> Counts:
        """What is counted of all kinds together, where somebody looked for `labelled_kinds`, here or in another drive."""
        disturbing = (alert for alert in self.matching.unexpected if alert.level.rank >= Level.WARNING.rank)
        return Counts(
            matched=len(self.matching.matched),
            missed=len(self.missed),
            false=sum(alert.kind in labelled_kinds for alert in disturbing),
            hours=self.watched_s / 3600,
        )

    def latencies_s(self, kind: str) -> list[float]:
        """The latencies beyond the rule's own time, where the rule has one."""
        matches = [match for match in self.matching.matched if kind in (ALL, match.label.kind)]
        return [match.latency_s for match in matches if match.latency_s is not None]

    @property
    def labelled_kinds(self) -> set[str]:
        """Every kind that somebody labelled and the pack has a rule for."""
        matching = self.matching
        return {label.kind for label in (*(match.label for match in matching.matched), *matching.missed)}

    @property
    def kinds(self) -> set[str]:
        """Every kind that was asked for or raised."""
        return self.labelled_kinds | {str(alert.kind) for alert in (*self.matching.unexpected, *self.matching.related)}


def drive_score(replay: Replay, availability: Availability, times: Mapping[str, RuleTime]) -> DriveScore:
    """The score of a drive that was replayed with `availability` as a watch; `times` are those of the pack's rules."""
    times = times_of_drive(times, speed_told=replay.speed_told)
    matching = match_drive(replay.labels, replay.alerts, times)
    beyond = out_of_reach(matching.missed, times)
    return DriveScore(
        path=replay.path,
        driver=driver_of(replay.path, replay.metadata),
        matching=matching,
        out_of_reach=beyond,
        own_times_s={label.kind: own_time_s(label.kind, times) for label in beyond},
        watched_s=availability.watched_s,
        degraded_s=availability.degraded_s,
        lost_s=availability.lost_s,
        labelled=any(label.kind != KSS for label in replay.labels),
        sleepiness=sleepiness_of(replay.labels, replay.alerts),
    )


@dataclass(frozen=True)
class KindScore:
    """The figures of one kind of alert, or of all together. A figure without anything to count is None.

    `labelled`: somebody labelled this kind, in one of the drives at least. Other alerts have nothing to be held against.
    """

    kind: str
    labelled: bool
    counts: Counts
    related: int
    figures: Mapping[str, float | None]
    by_driver: Sequence[tuple[Counts, Sequence[float]]]

    @cached_property
    def intervals(self) -> Mapping[str, Interval | None]:
        """The 95 % interval of each figure over drivers; None for a single driver."""
        found = intervals([counts for counts, _ in self.by_driver], FIGURES)
        return found | quantile_intervals([latencies_s for _, latencies_s in self.by_driver], LATENCIES)

    def as_dict(self, *, sure: bool = True) -> dict[str, Any]:
        """Everything, for JSON; `sure`, with intervals."""
        return {
            "kind": self.kind,
            "labelled": self.labelled,
            "labels": self.counts.labels,
            "matched": self.counts.matched,
            "missed": self.counts.missed,
            "related": self.related,
            "false": self.counts.false,
            **self.figures,
            **({"intervals_95": dict(self.intervals)} if sure else {}),
        }


@dataclass(frozen=True, slots=True)
class CannotMeet:
    """Labels of one kind that a pack cannot answer: their number and lengths; `own_time_s` None if it has no rule for them."""

    kind: str
    labels: int
    shortest_s: float
    longest_s: float
    own_time_s: float | None

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        reason = "no rule of this kind" if self.own_time_s is None else "over before the pack's own time"
        return {**asdict(self), "reason": reason}


@dataclass(frozen=True)
class Score:
    """A pack on a set of drives. `looked_for` are the kinds labelled in a larger set to which the drives belong."""

    drives: tuple[DriveScore, ...]
    looked_for: frozenset[str] = frozenset()

    @property
    def hours(self) -> float:
        """Hours of driving watched."""
        return sum(drive.watched_s for drive in self.drives) / 3600

    @property
    def degraded_s(self) -> float:
        """For how long the driver was watched and could not be judged in full."""
        return sum(drive.degraded_s for drive in self.drives)

    @property
    def degraded_share(self) -> float:
        """The share of the time watched in which the driver could not be judged in full."""
        watched_s = sum(drive.watched_s for drive in self.drives)
        return self.degraded_s / watched_s if watched_s else 0.0

    @property
    def availability(self) -> float | None:
        """The share of the time in which the driver could be judged in full, of that in which monitoring was on."""
        usable_s, on_s = _usable(self.drives)
        return usable_s / on_s if on_s else None

    @cached_property
    def availability_interval(self) -> Interval | None:
        """The 95 % interval of the availability over drivers; None for a single driver."""
        return share_interval([_usable(drives) for drives in self.drivers.values()])

    @property
    def unlabelled(self) -> list[Path]:
        """The drives without labels of alerts."""
        return [drive.path for drive in self.drives if not drive.labelled]

    @property
    def drivers(self) -> dict[str, list[DriveScore]]:
        """The drives of each driver."""
        drivers: dict[str, list[DriveScore]] = {}
        for drive in self.drives:
            drivers.setdefault(drive.driver, []).append(drive)
        return drivers

    @cached_property
    def labelled_kinds(self) -> frozenset[str]:
        """The kinds that somebody looked for: labelled in one of the drives at least."""
        return self.looked_for.union(*(drive.labelled_kinds for drive in self.drives))

    @cached_property
    def by_driver(self) -> dict[str, Score]:
        """The same pack on each driver's drives."""
        return {driver: Score(tuple(drives), self.labelled_kinds) for driver, drives in self.drivers.items()}

    @property
    def sensitivity(self) -> Sensitivity:
        """How the drivers' ratings of their own sleepiness were answered."""
        return Sensitivity(
            {
                driver: sum((drive.sleepiness for drive in drives), NOT_RATED)
                for driver, drives in self.drivers.items()
                if any(drive.sleepiness.rated for drive in drives)
            }
        )

    @cached_property
    def kinds(self) -> tuple[KindScore, ...]:
        """Each kind that was asked for or raised, and all together last."""
        kinds = sorted(set().union(*(drive.kinds for drive in self.drives)))
        return tuple(self._of(kind) for kind in (*kinds, ALL))

    def _of(self, kind: str) -> KindScore:
        by_driver = [
            (
                sum((self._counts(drive, kind) for drive in drives), Counts()),
                [latency_s for drive in drives for latency_s in drive.latencies_s(kind)],
            )
            for drives in self.drivers.values()
        ]
        counts = sum((counts for counts, _ in by_driver), Counts())
        latencies_s = [latency_s for _, latencies_s in by_driver for latency_s in latencies_s]
        figures = {name: figure(counts) for name, figure in FIGURES.items()}
        figures |= {name: quantile(latencies_s, share) for name, share in LATENCIES.items()}
        related = sum(kind in (ALL, alert.kind) for drive in self.drives for alert in drive.matching.related)
        return KindScore(kind, kind == ALL or kind in self.labelled_kinds, counts, related, figures, by_driver)

    def _counts(self, drive: DriveScore, kind: str) -> Counts:
        return drive.counts_of_all(self.labelled_kinds) if kind == ALL else drive.counts(kind)

    @property
    def cannot_meet(self) -> tuple[CannotMeet, ...]:
        """The labels that the pack cannot answer, by kind: those without a rule, and those that are over too soon."""
        own_times_s = {kind: time_s for drive in self.drives for kind, time_s in drive.own_times_s.items()}
        found: dict[tuple[str, bool], list[float]] = {}
        for drive in self.drives:
            for labels, has_rule in ((drive.matching.uncovered, False), (drive.out_of_reach, True)):
                for label in labels:
                    found.setdefault((label.kind, has_rule), []).append(label.end - label.t)
        return tuple(
            CannotMeet(kind, len(lengths_s), min(lengths_s), max(lengths_s), own_times_s.get(kind) if has_rule else None)
            for (kind, has_rule), lengths_s in sorted(found.items())
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "drives": len(self.drives),
            "drives_without_labels": len(self.unlabelled),
            **self._times(),
            "availability_interval_95": self.availability_interval,
            "labels_out_of_reach": sum(len(drive.out_of_reach) for drive in self.drives),
            "labels_without_a_rule": sum(len(drive.matching.uncovered) for drive in self.drives),
            "cannot_meet": [unmet.as_dict() for unmet in self.cannot_meet],
            "kinds": [kind.as_dict() for kind in self.kinds],
            "ddaw_sensitivity": self.sensitivity.as_dict() if self.sensitivity.rated else None,
            "drivers": {driver: score._as_driver() for driver, score in self.by_driver.items()},
        }

    def _as_driver(self) -> dict[str, Any]:
        *kinds, everything = self.kinds
        return {**self._times(), **everything.figures, "kinds": [kind.as_dict(sure=False) for kind in kinds]}

    def _times(self) -> dict[str, float | None]:
        return {
            "hours": self.hours,
            "degraded_s": self.degraded_s,
            "degraded_share": self.degraded_share,
            "availability": self.availability,
        }


def _usable(drives: Sequence[DriveScore]) -> tuple[float, float]:
    """For how long the driver could be judged in full, and for how long monitoring was on."""
    usable_s = sum(drive.watched_s - drive.degraded_s for drive in drives)
    return usable_s, sum(drive.watched_s + drive.lost_s for drive in drives)
