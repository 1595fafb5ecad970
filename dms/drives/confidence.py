"""How sure a figure is: bootstrap intervals over drivers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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
        """Alerts that answered a label, of those that should have; None without alerts."""
        alerts = self.matched + self.false
        return self.matched / alerts if alerts else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of recall and precision."""
        total = 2 * self.matched + self.missed + self.false
        return 2 * self.matched / total if total else None

    @property
    def false_per_hour(self) -> float | None:
        """Alerts that no label accounts for, per hour watched."""
        return self.false / self.hours if self.hours > 0 else None


Figure = Callable[[Counts], float | None]


def intervals(by_driver: Sequence[Counts], figures: Mapping[str, Figure], seed: int = 0) -> dict[str, tuple[float, float] | None]:
    """The 95 % percentile bootstrap interval of each figure, drivers drawn with replacement; None for a single driver.

    Drivers, not events, are drawn: one driver's events resemble each other, and the question is how the next driver will fare.
    B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    if len(by_driver) < 2:
        return dict.fromkeys(figures)
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    rows = [(counts.matched, counts.missed, counts.false, counts.hours) for counts in by_driver]
    drawn = []
    for _ in range(DRAWS):
        matched, missed, false, hours = map(sum, zip(*chance.choices(rows, k=len(rows)), strict=True))
        drawn.append(Counts(int(matched), int(missed), int(false), hours))
    return {name: _middle([figure(counts) for counts in drawn]) for name, figure in figures.items()}


def _middle(drawn: Sequence[float | None]) -> tuple[float, float] | None:
    values = sorted(value for value in drawn if value is not None)
    if not values:
        return None
    tail = (1 - LEVEL) / 2
    return values[int(tail * (len(values) - 1))], values[round((1 - tail) * (len(values) - 1))]
