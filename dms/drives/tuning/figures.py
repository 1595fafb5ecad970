"""What a search minimises, and how certain it is that it did.

Misses are labels that no alert answered. False alarms are alerts that no label accounts for: of the kinds that the search may
change at every level, of the others from warning up. Latency is the mean time by which answers came later (+) or earlier (-) than
the unchanged rule's own time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dms.decision.pack_loader import Pack
from dms.drives.scoring.confidence import DRAWS, LEVEL, Counts, Interval, intervals
from dms.drives.scoring.matching import Matching
from dms.drives.tuning.pack_parts import conditions_behind
from dms.drives.tuning.space import Objective, Space
from dms.types import Level

NOTICED_S = 0.05
"""Latencies are compared in steps of this: drivers do not notice less, and it would only crowd the front."""

NO_ANSWER_S = 60.0
"""The latency of a pack that answers nothing."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a pack on one drive."""

    path: Path
    driver: str
    hours: float
    matching: Matching

    @property
    def latencies_s(self) -> list[float]:
        """How much later or earlier than the unchanged rule's own time the answers came, where a rule has one."""
        return [match.latency_s for match in self.matching.matched if match.latency_s is not None]

    @property
    def telling(self) -> int:
        """Labels, and alerts without one: what another pack may do better or worse at."""
        return len(self.matching.matched) + len(self.matching.missed) + len(self.matching.unexpected)


@dataclass(frozen=True, slots=True)
class Figures:
    """A pack on several drives, or on none. `by_driver` are its parts."""

    labels: int = 0
    misses: int = 0
    false_alarms: int = 0
    hours: float = 0.0
    latency_sum_s: float = 0.0
    timed: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in Figures.__slots__))

    @property
    def miss_share(self) -> float | None:
        """Labels missed, of all; None without labels."""
        return self.misses / self.labels if self.labels else None

    @property
    def false_per_hour(self) -> float | None:
        """False alarms per hour watched."""
        return self.false_alarms / self.hours if self.hours > 0 else None

    @property
    def latency_s(self) -> float | None:
        """The mean latency; None when nothing that has one was answered."""
        return self.latency_sum_s / self.timed if self.timed else None

    @property
    def f1(self) -> float:
        """The harmonic mean of recall and precision; 0 without any label or alert."""
        found = self.labels - self.misses
        total = 2 * found + self.misses + self.false_alarms
        return 2 * found / total if total else 0.0

    @property
    def counts(self) -> Counts:
        """The same as the score counts it."""
        return Counts(self.labels - self.misses, self.misses, self.false_alarms, self.hours)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "labels": self.labels,
            "misses": self.misses,
            "false_alarms": self.false_alarms,
            "hours": self.hours,
            "false_per_hour": self.false_per_hour,
            "latency_s": self.latency_s,
            "f1": self.f1,
        }


Measure = Callable[[Figures], float | None]
MEASURES: Mapping[Objective, Measure] = {
    "misses": lambda figures: figures.miss_share,
    "false_alarms": lambda figures: figures.false_per_hour,
    "latency": lambda figures: figures.latency_s,
}


def figures_of(drives: Iterable[Tried], opened: frozenset[str]) -> Figures:
    """The figures of drives together; `opened` are the kinds of alert that the search may change."""
    return sum((_figures(drive, opened) for drive in drives), Figures())


def by_driver(drives: Iterable[Tried], opened: frozenset[str]) -> dict[str, Figures]:
    """The figures of each driver's drives."""
    found: dict[str, Figures] = {}
    for drive in drives:
        found[drive.driver] = found.get(drive.driver, Figures()) + _figures(drive, opened)
    return found


def _figures(drive: Tried, opened: frozenset[str]) -> Figures:
    matching, latencies_s = drive.matching, drive.latencies_s
    disturbing = [alert for alert in matching.unexpected if alert.kind in opened or alert.level.rank >= Level.WARNING.rank]
    return Figures(
        labels=len(matching.matched) + len(matching.missed),
        misses=len(matching.missed),
        false_alarms=len(disturbing),
        hours=drive.hours,
        latency_sum_s=sum(latencies_s),
        timed=len(latencies_s),
    )


def goal_values(figures: Figures, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """What the search makes less, in the order of the objectives."""
    latency_s = NO_ANSWER_S if figures.latency_s is None else round(round(figures.latency_s / NOTICED_S) * NOTICED_S, 6)
    values = {"misses": float(figures.misses), "false_alarms": figures.false_per_hour or 0.0, "latency": latency_s}
    return tuple(values[objective] for objective in objectives)


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one is better in a goal, and worse in none."""
    return tuple(one) != tuple(other) and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def figure_intervals(parts: Iterable[Figures]) -> dict[str, Interval | None]:
    """The 95 % bootstrap intervals over drivers of the share missed and of the false alarms per hour."""
    return intervals([part.counts for part in parts], {"misses": _missed_share, "false_alarms": _false_per_hour})


def _missed_share(counts: Counts) -> float | None:
    return None if counts.recall is None else 1.0 - counts.recall


def _false_per_hour(counts: Counts) -> float | None:
    return counts.false_per_hour


def difference_interval(before: Mapping[str, Figures], after: Mapping[str, Figures], measure: Measure) -> Interval | None:
    """The 95 % bootstrap interval of by how much a measure changed on the same drivers, drawn with replacement as pairs.

    None for fewer than two drivers, or where the measure has no value. B. Efron and R. Tibshirani, "An Introduction to the
    Bootstrap", 1993, chapter 8.
    """
    drivers = sorted(before)
    if len(drivers) < 2:
        return None
    chance = random.Random(0)  # noqa: S311 - not for secrets
    changes = []
    for _ in range(DRAWS):
        drawn = chance.choices(drivers, k=len(drivers))
        was, now = (measure(sum((one[driver] for driver in drawn), Figures())) for one in (before, after))
        if was is not None and now is not None:
            changes.append(now - was)
    if not changes:
        return None
    changes.sort()
    tail = (1 - LEVEL) / 2
    return changes[int(tail * (len(changes) - 1))], changes[round((1 - tail) * (len(changes) - 1))]


def opened_kinds(space: Space, pack: Pack) -> frozenset[str]:
    """The kinds of alert whose rules a space changes: their own numbers, or conditions and speed gates that they name."""
    file = pack.file
    kinds: set[str] = set()
    for one in space.dimensions:
        for parameter in (one.parameter, *one.followers):
            section, name = str(parameter.path[0]), str(parameter.path[1])
            for rule_name, rule in file.rules.items():
                touched = {
                    "rules": rule_name == name,
                    "conditions": name in conditions_behind(rule, file),
                    "speed_gates": rule.speed == name,
                }
                if touched.get(section, True):
                    kinds.add(rule.alert)
    return frozenset(kinds)
