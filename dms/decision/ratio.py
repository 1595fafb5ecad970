"""Rules of kind `ratio`: a share of usable time in one or several windows (PERCLOS)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dms.decision.causes import Values
from dms.decision.condition_schema import Condition
from dms.decision.conditions import World
from dms.decision.ratio_schema import RatioRule, ShareWindow
from dms.decision.runner import NONE, RuleRunner, RuleState
from dms.decision.timing import Dwell, Moment
from dms.decision.windows import TimeWindow
from dms.fusion.event_time import ROUNDING_S

LOOK_EVERY_S = 0.1
"""How often to look while the condition does not hold: its share hardly changes then."""


class ShareOfTime:
    """One window: the share of known time in which the condition held. Unknown time is left out of both parts of the fraction."""

    __slots__ = ("_held", "_known", "_usable_s", "_window_s")

    def __init__(self, window: ShareWindow, at_least_s: float) -> None:
        self._window_s, self._usable_s = window.window_s, window.usable_s
        self._known = TimeWindow(window.window_s)
        self._held = TimeWindow(window.window_s, at_least_s)

    def step(self, value: bool | None, moment: Moment) -> None:
        """Take the condition's value at this moment."""
        if moment.gap:
            self._known.close(moment.before)
            self._held.close(moment.before)
        if value is None:
            self._known.close(moment.edge)
        else:
            self._known.open(moment.edge)
        if value:
            self._held.open(moment.edge, moment.doubt_s)
        else:
            self._held.close(moment.edge)

    def times(self, t: float) -> int:
        """Returns how many stretches make up the share."""
        return self._held.stretches(t)

    def share(self, t: float) -> float | None:
        """Returns the share at `t`; None until the window holds enough usable time."""
        known_s = self._known.total(t)
        return self._held.total(t) / known_s if known_s >= self._usable_s else None

    def forget(self) -> None:
        """Start afresh."""
        self._known.clear()
        self._held.clear()


class RatioRunner(RuleRunner[RatioRule]):
    """Compares the share in each window with the ladder. All windows that a rung names have to agree."""

    def __init__(self, name: str, rule: RatioRule, world: World) -> None:
        super().__init__(name, rule, world)
        self._when = self.wait_for(rule.when, world)
        self._windows = {name: ShareOfTime(window, rule.at_least_s) for name, window in rule.windows.items()}
        self._shares: dict[str, float | None] = dict.fromkeys(self._windows)
        self._asked = tuple((rank, rung.share) for (rank, _), rung in zip(self.rungs, rule.ladder, strict=True))
        self._below = Dwell()
        self._last: bool | None = None
        self._look_again = float("-inf")

    def measure(self, moment: Moment) -> int:
        value = None if self.is_too_slow(moment.cues) else self._when.value
        if value is not self._last or moment.gap:
            for window in self._windows.values():
                window.step(value, moment)
            self._last = value
        if not value and moment.t < self._look_again - ROUNDING_S:
            return NONE
        self._look_again = moment.t + LOOK_EVERY_S
        for name, window in self._windows.items():
            self._shares[name] = window.share(moment.t)
        if value is None:
            return NONE
        reached = NONE
        for rank, asked in self._asked:
            if not self._at_least(asked, moment.t):
                break
            reached = rank
            if rank > self.rank:
                self.due = self.onset = moment.t
        return reached

    def is_over(self, moment: Moment) -> bool:
        self._below.step(self._are_below(self.rule.clear.share_below), moment)
        if self._below.running and self._below.held_s(moment) >= self.rule.clear.for_s:
            self._below.reset()
            return True
        return False

    def forget(self) -> None:
        for window in self._windows.values():
            window.forget()
        self._last = None
        self._below.reset()

    def conditions(self) -> Iterator[Condition]:
        yield self.rule.when

    @property
    def state(self) -> RuleState:
        if self.rank >= 0:
            return "asking"
        return "paused" if self._last is None else "counting"

    def evidence(self, moment: Moment) -> Values:
        values: Values = {f"share_{name}": None if share is None else round(share, 4) for name, share in self._shares.items()}
        rung = self.rung_asked
        if rung is not None:
            values |= {f"needed_{name}": share for name, share in self._asked[rung][1].items()}
        return values

    def _at_least(self, asked: Mapping[str, float], t: float) -> bool:
        for name, needed in asked.items():
            share = self._shares[name]
            if share is None or share < needed or self._windows[name].times(t) < self.rule.at_least_times:
                return False
        return True

    def _are_below(self, limits: Mapping[str, float]) -> bool | None:
        below: bool | None = True
        for name, limit in limits.items():
            share = self._shares[name]
            if share is not None and share >= limit:
                return False
            if share is None:
                below = None
        return below
