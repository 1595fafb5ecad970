"""PERCLOS (Wierwille 1994; Dinges & Grace 1998): the share of time with the eyes at least 80 % closed, without blinks."""

from __future__ import annotations

from dms.fusion.closures import Closure
from dms.fusion.settings import FusionSettings
from dms.fusion.windows import IntervalWindow, StateWindow


class Perclos:
    """PERCLOS over one window of usable time.

    A closure counts as soon as it has lasted `perclos_exclude_s`, and then as a whole, from its onset; with `longest_s`, no
    closure counts for more than that. A camera slower than the usual one sees some blinks in a frame too many, which would
    then read as `perclos_exclude_s`: half a step is taken off before the two are compared. Time in which the eyes cannot be read
    is in neither numerator nor denominator.
    """

    __slots__ = ("_exclude_s", "_least_s", "_length_s", "_longest_s", "_readable", "_slow")

    def __init__(self, length_s: float, least_s: float, settings: FusionSettings, longest_s: float = float("inf")) -> None:
        self._length_s = length_s
        self._longest_s = min(longest_s, length_s)
        self._least_s = least_s
        self._exclude_s = settings.perclos_exclude_s
        self._readable = StateWindow(length_s)
        self._slow = IntervalWindow(length_s)

    def update(self, readable: bool, at: float, ended: Closure | None) -> None:
        """Take whether the eyes can be read from `at` on, and the closure that has just ended, if one has."""
        state = True if readable else None
        if state is not self._readable.value:
            self._readable.change(state, at)
        if ended is not None and ended.seen_s - ended.doubt_s >= self._exclude_s:
            self._slow.add(ended.end - min(ended.seen_s, self._longest_s), ended.end)

    def value(self, now: float, closed_seen_s: float, doubt_s: float = 0.0) -> float | None:
        """Share in [0, 1]; None with too little usable time.

        `closed_seen_s`: how long the present closure was seen so far, `doubt_s`: by how much it may have been less.
        """
        readable_s = self._readable.known_s(now)
        if readable_s < self._least_s:
            return None
        slow_s = self._slow.total_s(now)
        if closed_seen_s - doubt_s >= self._exclude_s:
            slow_s += min(closed_seen_s, self._longest_s)
        return min(1.0, slow_s / readable_s)
