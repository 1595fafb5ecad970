"""Event time: which observations can be used, and how the time between two of them counts.

A value holds from its observation on. A change seen between two observations happened somewhere in between: for steps longer
than those of the usual camera it is placed a little before the later one, so that a driver filmed at 5 Hz is judged like one
filmed at 60 Hz. A step longer than `LONGEST_STEP_S` is unknown time.
"""

from __future__ import annotations

from dms.fusion.settings import FusionSettings

LONGEST_STEP_S = 0.3
"""A longer silence between two observations is time of which nothing is known: on_unknown.pause_after_s [D]."""
ROUNDING_S = 1e-6
"""Times are exact to the microsecond: a step is too long only if it is longer than the longest by more than this."""
CAMERA_STEP_S = 1.0 / 30.0
"""The step of a usual camera. Up to it, fusion places a change at the observation that shows it; beyond, a little before."""
WARNING_STEP_S = 0.1
"""The same for decision: from 10 Hz on no warning comes earlier than its rule says of what was seen [D]."""

_HALF_CAMERA_STEP_S = 0.5 * CAMERA_STEP_S
_LONGEST_STEP_S = LONGEST_STEP_S + ROUNDING_S
_RATE_MEMORY_S = 1.0
_LONGEST_ELAPSED_S = 2.0


def is_gap(step_s: float) -> bool:
    """Returns whether nothing is known of the time between two observations this far apart."""
    return step_s > _LONGEST_STEP_S


def change_between(before_s: float, now_s: float) -> float:
    """Returns when a change happened that is seen between two observations."""
    step_s = now_s - before_s
    return now_s - 0.5 * step_s + _HALF_CAMERA_STEP_S if step_s > CAMERA_STEP_S else now_s


class EventTime:
    """The present moment in event time.

    All times but `origin` count from the first observation, to the microsecond: where the clock of a drive begins changes
    nothing, not even the rounding. `t`: now. `before`: the previous observation. `edge`: when a change that is seen now happened.
    `held_s`: the known time since the previous observation, 0 after a gap. `elapsed_s`: the time since then, known or not, but at
    most 2 s. `fps`: the recent rate of observations; None in the first second.
    """

    __slots__ = (
        "_count",
        "_has_origin",
        "_not_before_s",
        "_settings",
        "_started",
        "_suspect",
        "_time_s",
        "before",
        "edge",
        "elapsed_s",
        "fps",
        "held_s",
        "origin",
        "t",
    )

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._suspect: float | None = None
        self._has_origin = False
        self._not_before_s = 0.0
        self.origin = 0.0
        self.t = 0.0
        self.restart()

    def restart(self) -> None:
        """Start again after a pause: the time before is unknown. Time still only moves forward."""
        self._started: float | None = None
        self.before = self.edge = self.t
        self.held_s = self.elapsed_s = 0.0
        self._count = self._time_s = 0.0
        self.fps: float | None = None

    def begin_anew(self) -> None:
        """Take the next observation as the first of another drive. The clock still only moves forward."""
        self._not_before_s = self.clock_s(self.t)
        self._has_origin = False
        self._suspect = None
        self.t = 0.0
        self.restart()

    def advance(self, clock_s: float) -> bool:
        """Move to the time of an observation. Returns False, and changes nothing, if no observation can have that time."""
        if not 0.0 <= clock_s <= self._settings.latest_s:
            return False
        if self._started is None:
            return self._start(clock_s)
        before = self.t
        t = round((clock_s - self.origin) * 1e6) / 1e6  # `round` to a number of digits goes by way of text, ten times slower
        step_s = t - before
        if not 0.0 < step_s <= _LONGEST_STEP_S:
            return self._jump(t, step_s)
        self.before = before
        self.t = t
        self.edge = change_between(before, t)
        self.held_s = self.elapsed_s = step_s
        self._count_frame(step_s)
        return True

    def clock_s(self, t: float) -> float:
        """Returns `t` as the drive's own time."""
        return self.origin + t

    def since_origin_s(self, clock_s: float) -> float:
        """Returns the drive's own time `clock_s` as time since the first observation."""
        return clock_s - self.origin

    def _start(self, clock_s: float) -> bool:
        """Take the first observation, ever or after a restart."""
        if not self._has_origin:
            if clock_s < self._not_before_s:
                return False
            self._has_origin = True
            self.origin = clock_s
        t = round((clock_s - self.origin) * 1e6) / 1e6
        if t < self.t:
            return False
        self.before, self.t = self.t, t
        self.edge = self._started = t
        return True

    def _jump(self, t: float, step_s: float) -> bool:
        """Take a time that does not simply follow the one before."""
        if step_s <= 0.0:
            return False
        if step_s > self._settings.longest_jump_s and not self._is_confirmed(t):
            return False
        self._suspect = None
        self.held_s = 0.0
        self.elapsed_s = min(step_s, _LONGEST_ELAPSED_S)
        self.before, self.t = self.t, t
        self.edge = t
        self._count_frame(min(step_s, 1.0))
        return True

    def _is_confirmed(self, t: float) -> bool:
        # One wild time must not make every later one look like the past.
        suspect, self._suspect = self._suspect, t
        return suspect is not None and 0.0 < t - suspect <= self._settings.longest_jump_s

    def _count_frame(self, step_s: float) -> None:
        keep = 1.0 - step_s / _RATE_MEMORY_S if step_s < _RATE_MEMORY_S else 0.0
        self._count = self._count * keep + 1.0
        self._time_s = self._time_s * keep + step_s
        if self.fps is not None or (self._started is not None and self.t - self._started >= 1.0 - ROUNDING_S):
            self.fps = self._count / self._time_s
