"""Sliding windows over event time. Updates take amortised constant time, and memory is bounded by the window."""

from __future__ import annotations

import bisect
import math
from collections import deque


class IntervalWindow:
    """How many of the last `length_s` seconds lie in the intervals added to it, in order and without overlap."""

    __slots__ = ("_intervals", "_length_s", "_total_s")

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._intervals: deque[tuple[float, float]] = deque()
        self._total_s = 0.0

    def add(self, start: float, end: float) -> None:
        """Add the interval from `start` to `end`."""
        if end > start:
            self._intervals.append((start, end))
            self._total_s += end - start

    def total_s(self, now: float) -> float:
        """Returns the seconds within the window that ends `now`, and forgets earlier times."""
        intervals = self._intervals
        if not intervals:
            return 0.0
        oldest = now - self._length_s
        while intervals[0][1] <= oldest:
            start, end = intervals.popleft()
            self._total_s -= end - start
            if not intervals:
                self._total_s = 0.0
                return 0.0
        start, end = intervals[0]
        return self._total_s if start >= oldest else self._total_s - (oldest - start)


class StateWindow:
    """For how much of the last `length_s` seconds something was true, and for how much it was known at all."""

    __slots__ = ("_false", "_length_s", "_since", "_true", "value")

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._true = IntervalWindow(length_s)
        self._false = IntervalWindow(length_s)
        self._since = 0.0
        self.value: bool | None = None

    def change(self, value: bool | None, at: float) -> None:
        """Take the value that holds from `at` on, None if unknown."""
        if self.value is not None:
            (self._true if self.value else self._false).add(self._since, at)
        self.value = value
        self._since = at

    def true_s(self, now: float) -> float:
        """Returns for how many seconds of the window it was true."""
        return self._true.total_s(now) + (min(now - self._since, self._length_s) if self.value else 0.0)

    def known_s(self, now: float) -> float:
        """Returns for how many seconds of the window it was known."""
        if self.value is None:
            return self._true.total_s(now) + self._false.total_s(now)
        running_s = now - self._since
        if running_s >= self._length_s:
            return self._length_s
        return self._true.total_s(now) + self._false.total_s(now) + running_s

    def share(self, now: float, least_known_s: float) -> float | None:
        """Returns the true share of the known time; None if less than `least_known_s` is known."""
        known_s = self.known_s(now)
        if known_s < least_known_s or known_s <= 0.0:
            return None
        return min(1.0, self.true_s(now) / known_s)


class ValueWindow:
    """The values of the events of the last `length_s` seconds: how many, their mean and quantiles."""

    __slots__ = ("_events", "_length_s", "_sorted", "_sum")

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._events: deque[tuple[float, float]] = deque()
        self._sorted: list[float] = []
        self._sum = 0.0

    def add(self, t: float, value: float) -> None:
        """Add an event at `t` with this value."""
        self._events.append((t, value))
        bisect.insort(self._sorted, value)
        self._sum += value

    def count(self, now: float) -> int:
        """Returns how many events are in the window that ends `now`, and forgets earlier ones."""
        events = self._events
        if not events:
            return 0
        oldest = now - self._length_s
        while events and events[0][0] <= oldest:
            value = events.popleft()[1]
            del self._sorted[bisect.bisect_left(self._sorted, value)]
            self._sum = self._sum - value if events else 0.0
        return len(events)

    def mean(self) -> float:
        """Returns the mean of the values in the window when it was last counted. There must be one."""
        return self._sum / len(self._events)

    def quantile(self, share: float) -> float:
        """Returns the smallest value that at least `share` of them do not exceed. There must be one."""
        return self._sorted[max(0, math.ceil(share * len(self._sorted)) - 1)]
