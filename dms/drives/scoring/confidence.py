"""How sure a figure is: bootstrap intervals over drivers.

Drivers, not events, are drawn: one driver's events resemble each other, and the question is how the next driver will fare.
B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dms.quantiles import nearest_rank

DRAWS = 1000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted of one kind of alert; adds up over drives."""

    matched: int = 0
    missed: int = 0
    false: int = 0
    hours: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.matched + other.matched, self.missed + other.missed, self.false + other.false, self.hours + other.hours
        )

    @property
    def labels(self) -> int:
        """How many labels there were."""
        return self.matched + self.missed

    @property
    def recall(self) -> float | None:
        """Labels answered, of all labels; None without labels."""
        return self.matched / self.labels if self.labels else None

    @property
    def precision(self) -> float | None:
        """The share of alerts that answered a label; None without alerts, or without labels to hold them against."""
        alerts = self.matched + self.false
        return self.matched / alerts if alerts and self.labels else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of recall and precision; None without labels."""
        return 2 * self.matched / (2 * self.matched + self.missed + self.false) if self.labels else None

    @property
    def false_per_hour(self) -> float | None:
        """Alerts that no label accounts for, per hour watched."""
        return self.false / self.hours if self.hours > 0 else None


Figure = Callable[[Counts], float | None]
Interval = tuple[float, float]


def intervals(by_driver: Sequence[Counts], figures: Mapping[str, Figure]) -> dict[str, Interval | None]:
    """The 95 % percentile bootstrap interval of each figure; None for a single driver."""
    rows = [(counts.matched, counts.missed, counts.false, counts.hours) for counts in by_driver]
    drawn = []
    for drivers in _drawn_drivers(len(rows)):
        matched, missed, false, hours = map(sum, zip(*(rows[driver] for driver in drivers), strict=True))
        drawn.append(Counts(int(matched), int(missed), int(false), hours))
    return {name: _middle([figure(counts) for counts in drawn]) for name, figure in figures.items()}


def share_interval(by_driver: Sequence[tuple[float, float]]) -> Interval | None:
    """That of a share, of which each driver adds a part and a whole."""
    drawn: list[float | None] = []
    for drivers in _drawn_drivers(len(by_driver)):
        whole = sum(by_driver[driver][1] for driver in drivers)
        drawn.append(sum(by_driver[driver][0] for driver in drivers) / whole if whole > 0 else None)
    return _middle(drawn)


def quantile_intervals(by_driver: Sequence[Sequence[float]], shares: Mapping[str, float]) -> dict[str, Interval | None]:
    """Those of quantiles (nearest rank) of values of which each driver has some."""
    import numpy as np

    placed = sorted((value, driver) for driver, values in enumerate(by_driver) for value in values)
    values = [value for value, _ in placed]
    owners = np.array([driver for _, driver in placed], dtype=np.intp)
    drawn: dict[str, list[float | None]] = {name: [] for name in shares}
    for drivers in _drawn_drivers(len(by_driver)):
        times_drawn = np.bincount(drivers, minlength=len(by_driver))
        passed = np.cumsum(times_drawn[owners])
        number = int(passed[-1]) if len(values) else 0
        for name, share in shares.items():
            rank = nearest_rank(number, share)
            drawn[name].append(values[int(np.searchsorted(passed, rank))] if number else None)
    return {name: _middle(found) for name, found in drawn.items()}


@lru_cache(maxsize=8)
def _drawn_drivers(number: int) -> tuple[tuple[int, ...], ...]:
    """As many drivers as there are, drawn with replacement, again and again; nothing to draw from fewer than two."""
    if number < 2:
        return ()
    chance = random.Random(0)  # noqa: S311 - not for secrets
    return tuple(tuple(chance.choices(range(number), k=number)) for _ in range(DRAWS))


def _middle(drawn: Sequence[float | None]) -> Interval | None:
    values = sorted(value for value in drawn if value is not None)
    if not values:
        return None
    tail = (1 - LEVEL) / 2
    return values[int(tail * (len(values) - 1))], values[round((1 - tail) * (len(values) - 1))]
