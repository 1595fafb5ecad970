"""Event time in decision: the moment of a step, and timers over three-valued conditions.

Between two steps the earlier cue holds. A step longer than `LONGEST_STEP_S` is time of which nothing is known. The change between
two cues happened somewhere in between: for steps longer than those of a 10 Hz camera it is placed a little before the later one,
so that lost frames do not make a warning late. From 10 Hz on no warning comes earlier than its rule says of what was seen.
"""

from __future__ import annotations

from dms.fusion.event_time import CAMERA_STEP_S, LONGEST_STEP_S, WARNING_STEP_S
from dms.types import Cues

_HALF_WARNING_STEP_S = 0.5 * WARNING_STEP_S


class Moment:
    """One step in event time: the cues, their time `t`, the time `before`, and `edge`, when a cue that has changed since did so.

    `gap` is true if nothing is known of the time between `before` and `t`.
    """

    __slots__ = ("before", "cues", "edge", "gap", "t")

    def __init__(self) -> None:
        self.cues = Cues(t=float("-inf"))
        self.t = self.before = self.edge = float("-inf")
        self.gap = True

    @property
    def doubt_s(self) -> float:
        """How far from its place a change may be that lies between the two steps: none at the rate of the usual camera."""
        return 0.0 if self.gap else max(0.0, 0.5 * (self.t - self.before - CAMERA_STEP_S))

    def move_to(self, cues: Cues) -> None:
        """Go on to the next cues."""
        self.before, self.t, self.cues = self.t, cues.t, cues
        step = self.t - self.before
        self.gap = step > LONGEST_STEP_S
        half = step / 2.0
        self.edge = self.t if self.gap or half <= _HALF_WARNING_STEP_S else self.t - (half - _HALF_WARNING_STEP_S)


class Dwell:
    """How long a condition has held, leaving out what is unknown and forgiving breaks shorter than the tolerance.

    Unknown time, which is neither good nor bad, pauses the timer. An unknown of at most `LONGEST_STEP_S` between two moments at
    which the condition held counts as held (a blink during a glance); one longer than `forget_s` ends it.
    """

    __slots__ = ("_forget_s", "_gaps_count", "_lapsed", "_lapsed_at", "_paused_at", "_start", "_tolerance_s", "onset", "running")

    def __init__(self, tolerance_s: float = 0.0, forget_s: float = 30.0, gaps_count: bool = False) -> None:
        self._tolerance_s = tolerance_s
        self._forget_s = forget_s
        self._gaps_count = gaps_count
        self.reset()

    def reset(self) -> None:
        """Start afresh, as if the condition had never held."""
        self.onset: float | None = None
        self._start = 0.0
        self.running = False
        self._lapsed = False
        self._lapsed_at = 0.0
        self._paused_at: float | None = None

    @property
    def active(self) -> bool:
        """Whether a stretch is under way: running, paused or in a tolerated break."""
        return self.onset is not None

    @property
    def paused(self) -> bool:
        """Whether the condition is unknown at the moment while a stretch is under way."""
        return self._paused_at is not None

    def step(self, value: bool | None, moment: Moment) -> None:
        """Take the condition's value at this moment."""
        if self.onset is None:
            if value:
                self.onset = self._start = moment.edge
                self.running = True
            return
        if moment.gap and self._paused_at is None and not self._gaps_count:
            self._pause(moment.before)
        if value is None:
            self._stay_unknown(moment)
            return
        if self._paused_at is not None:
            self._resume(moment)
            if self.onset is None:
                self.step(value, moment)
                return
        if value:
            if self._lapsed:
                self._return(moment.edge)
            self.running = True
        elif not self._lapsed:
            self._lapsed, self._lapsed_at, self.running = True, moment.edge, False
            if self._tolerance_s == 0.0:
                self.reset()
        elif moment.t - self._lapsed_at >= self._tolerance_s:
            self.reset()

    def held_s(self, moment: Moment) -> float:
        """Returns the seconds for which the condition has held, up to this moment."""
        if self.onset is None:
            return 0.0
        if self._paused_at is not None:
            return self._paused_at - self._start
        return (self._lapsed_at if self._lapsed else moment.t) - self._start

    def due(self, after_s: float, moment: Moment) -> float | None:
        """Returns when the condition had held for `after_s`; None if it has not, or does not hold now."""
        if not self.running or self._paused_at is not None:
            return None
        when = self._start + after_s
        return when if when <= moment.t else None

    def _return(self, at: float) -> None:
        """The condition holds again after a break: a forgiven one takes nothing away, and adds nothing either."""
        if at - self._lapsed_at >= self._tolerance_s:
            self.onset = self._start = at
        else:
            self._start += at - self._lapsed_at
        self._lapsed = False

    def _pause(self, at: float) -> None:
        self._paused_at = at
        self.running = False

    def _stay_unknown(self, moment: Moment) -> None:
        if self._paused_at is None:
            self._pause(moment.edge)
        elif moment.t - self._paused_at > self._forget_s:
            self.reset()

    def _resume(self, moment: Moment) -> None:
        assert self._paused_at is not None
        length = moment.edge - self._paused_at
        self._paused_at = None
        if length > self._forget_s:
            self.reset()
        elif length > LONGEST_STEP_S:
            self._start += length
            self._lapsed_at += length
