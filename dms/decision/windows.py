"""For how much of the last seconds a condition held: exact at any frame rate, in little memory."""

from __future__ import annotations

from collections import deque


class TimeWindow:
    """Adds up the stretches within the last `length_s` seconds. Stretches shorter than `at_least_s` do not count."""

    __slots__ = ("_at_least_s", "_least_s", "_length_s", "_open", "_stretches", "_sum")

    def __init__(self, length_s: float, at_least_s: float = 0.0) -> None:
        self._length_s = length_s
        self._at_least_s = self._least_s = at_least_s
        self._stretches: deque[tuple[float, float]] = deque()
        self._sum = 0.0
        self._open: float | None = None

    def clear(self) -> None:
        """Forget everything. A stretch under way only goes on if it is opened again."""
        self._stretches.clear()
        self._sum = 0.0
        self._open = None

    def open(self, t: float, doubt_s: float = 0.0) -> None:
        """A stretch begins, if none is under way; to count it has to last `doubt_s` longer than others."""
        if self._open is None:
            self._open = t
            self._least_s = self._at_least_s + (doubt_s if self._at_least_s else 0.0)

    def close(self, t: float) -> None:
        """End the stretch under way, if there is one."""
        if self._open is None:
            return
        if t - self._open >= self._least_s and t > self._open:
            self._stretches.append((self._open, t))
            self._sum += t - self._open
        self._open = None

    @property
    def is_open(self) -> bool:
        """Whether a stretch is under way."""
        return self._open is not None

    def stretches(self, t: float) -> int:
        """Returns how many stretches count at `t`."""
        self.total(t)
        return len(self._stretches) + (self._open is not None and t - self._open >= self._least_s)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the window and no stretch is under way."""
        return self._open is None and not self._stretches

    def first(self, t: float) -> float | None:
        """Returns when the oldest stretch in the window began, or the window's beginning if that is later; None without one."""
        self.total(t)
        began = self._stretches[0][0] if self._stretches else self._open
        return None if began is None else max(began, t - self._length_s)

    def total(self, t: float) -> float:
        """Returns the seconds covered by stretches between `t - length_s` and `t`."""
        begin = t - self._length_s
        stretches = self._stretches
        while stretches and stretches[0][1] <= begin:
            start, end = stretches.popleft()
            self._sum -= end - start
        if not stretches:
            self._sum = 0.0
        total = self._sum
        if stretches and stretches[0][0] < begin:
            total -= begin - stretches[0][0]
        if self._open is not None and t - self._open >= self._least_s:
            total += t - (self._open if self._open > begin else begin)
        return total
