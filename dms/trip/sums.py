"""Sums from which means, shares and percentiles follow. They can be added: the sums of two minutes give those of both."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

LONG_GLANCE_S = 2.0  # NHTSA's limit of a single glance
_BIN_S = 0.05
_MAX_BINS = 1200  # events of up to a minute; a longer one counts as one of a minute in the percentile


@dataclass(slots=True)
class Course:
    """A cue over time: its mean and its maximum."""

    seconds: float = 0.0
    weighted: float = 0.0
    highest: float | None = None

    def hold(self, value: float | None, seconds: float) -> None:
        """Take `seconds` with this value, None if it was unknown."""
        if value is not None:
            self.seconds += seconds
            self.weighted += value * seconds
            self.highest = value if self.highest is None else max(self.highest, value)

    def add(self, other: Course) -> None:
        """Add what `other` has counted."""
        self.seconds += other.seconds
        self.weighted += other.weighted
        if other.highest is not None:
            self.highest = other.highest if self.highest is None else max(self.highest, other.highest)

    @property
    def mean(self) -> float | None:
        """The mean over the time for which the value was known; None if it never was."""
        return share(self.weighted, self.seconds)


@dataclass(slots=True)
class Durations:
    """Durations of events as a histogram of bounded size. Exact except for the percentile."""

    count: int = 0
    total_s: float = 0.0
    longest_s: float | None = None
    long: int = 0
    _bins: Counter[int] = field(default_factory=Counter)

    def take(self, duration_s: float) -> None:
        """Take an event of this duration."""
        self.count += 1
        self.total_s += duration_s
        self.longest_s = max(self.longest_s or 0.0, duration_s)
        self.long += duration_s > LONG_GLANCE_S
        self._bins[min(_MAX_BINS, math.floor(duration_s / _BIN_S))] += 1

    def add(self, other: Durations) -> None:
        """Add what `other` has counted."""
        self.count += other.count
        self.total_s += other.total_s
        self.long += other.long
        if other.longest_s is not None:
            self.longest_s = max(self.longest_s or 0.0, other.longest_s)
        self._bins.update(other._bins)

    def quantile_s(self, wanted: float) -> float | None:
        """Returns the duration that this share of the events do not exceed (nearest rank), to 0.05 s; None without events."""
        passed = 0
        for index in sorted(self._bins):
            passed += self._bins[index]
            if passed >= wanted * self.count:
                return min((index + 0.5) * _BIN_S, self.longest_s or 0.0)
        return None


def share(part: float, whole: float) -> float | None:
    """Returns the part as a share of the whole; None if the whole is nothing."""
    return part / whole if whole > 0 else None


def seconds(value: float) -> float:
    """Returns the value rounded to the millisecond."""
    return round(value, 3)


def rounded(value: float | None, digits: int = 4) -> float | None:
    """Returns a figure rounded to as many digits as are meaningful; None stays None."""
    return None if value is None else round(value, digits)
