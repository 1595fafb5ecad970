"""Blinks and their statistics. A blink is a short dip of the openness, timed at half amplitude as in the literature."""

from __future__ import annotations

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings
from dms.fusion.windows import StateWindow, ValueWindow
from dms.types import CueEvent

_RATE_WINDOW_S = 60.0
_LEAST_KNOWN_S = 30.0
_DURATION_WINDOW_S = 300.0
_LEAST_BLINKS = 40


class BlinkTracker:
    """Finds blinks: dips that go below `blink_depth` and stay below half amplitude for less than `long_blink_s`.

    A dip that stays there longer and reaches P80, but not for long enough to count as a closure, is a long blink. Rates and
    durations are withheld below 15 observations a second: too many blinks would fall between two of them.
    """

    __slots__ = ("_closed_s", "_deepest", "_durations", "_half", "_onset", "_rates", "_readable", "_settings")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._half = settings.blink_half
        self._onset: float | None = None
        self._deepest = 1.0
        self._closed_s = 0.0
        self._readable = StateWindow(_RATE_WINDOW_S)
        self._rates = ValueWindow(_RATE_WINDOW_S)
        self._durations = ValueWindow(_DURATION_WINDOW_S)

    def update(self, edge: float, openness: float | None, was_readable: bool, closed_s: float) -> CueEvent | None:
        """Take the openness relative to the open eye; if it changed, it did at `edge`. Returns the blink that has just ended.

        `was_readable`: whether the eyes could be read the moment before. `closed_s`: the age of the present closure.
        """
        readable = None if openness is None else True
        if readable is not self._readable.value:
            self._readable.change(readable, edge)
        if openness is None or not was_readable:
            self._onset = None
            return None
        if openness >= self._half:
            return None if self._onset is None else self._end(edge)
        if self._onset is None:
            self._onset, self._deepest, self._closed_s = edge, openness, closed_s
        self._deepest = min(self._deepest, openness)
        self._closed_s = max(self._closed_s, closed_s)
        return None

    def gap(self, at: float) -> None:
        """Take note that nothing is known from `at` on."""
        self._readable.change(None, at)
        self._onset = None

    def _end(self, end: float) -> CueEvent | None:
        settings = self._settings
        onset, self._onset = self._onset, None
        if onset is None or self._deepest > settings.blink_depth:
            return None
        duration_s = end - onset
        if duration_s < settings.long_blink_s:
            self._rates.add(end, 0.0)
            self._durations.add(end, duration_s)
            return CueEvent("blink", onset, end)
        is_long_blink = duration_s < settings.closure_s and 0.0 < self._closed_s < settings.long_blink_s
        return CueEvent("long_blink", onset, end) if is_long_blink else None

    def rate_per_min(self, now: EventTime) -> float | None:
        """Returns the blinks per minute of readable time over the last minute; None with too little of it, or too few frames."""
        readable_s = self._readable.true_s(now.t)
        if now.fps is None or now.fps < self._settings.blink_fps or readable_s < _LEAST_KNOWN_S:
            return None
        return self._rates.count(now.t) * 60.0 / readable_s

    def mean_duration_s(self, now: EventTime) -> float | None:
        """Returns the mean duration at half amplitude over 5 minutes; None with fewer than 40 blinks, or too few frames."""
        if now.fps is None or now.fps < self._settings.blink_fps or self._durations.count(now.t) < _LEAST_BLINKS:
            return None
        return self._durations.mean()
