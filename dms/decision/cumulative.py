"""Rules of kind `cumulative`: the total time of a condition within a sliding window, which a long enough return empties."""

from __future__ import annotations

from collections.abc import Iterator

from dms.decision.causes import Values
from dms.decision.condition_schema import Condition, RaisedTest, tests_in
from dms.decision.conditions import World
from dms.decision.cumulative_schema import CumulativeRule
from dms.decision.runner import NONE, ClearState, RuleRunner, RuleState
from dms.decision.timing import Moment
from dms.decision.windows import TimeWindow
from dms.fusion.event_time import ROUNDING_S
from dms.types import DriverAction


class CumulativeRunner(RuleRunner[CumulativeRule]):
    """Adds up the event time in which the condition held. Unknown time, and time too slow for it, neither adds nor resets."""

    def __init__(self, name: str, rule: CumulativeRule, world: World) -> None:
        super().__init__(name, rule, world)
        self._when = self.wait_for(rule.when, world)
        self._window = TimeWindow(rule.window_s)
        self._totals = tuple(rung.total_s for rung in rule.ladder)
        reset = rule.reset
        self._reset = ClearState(world.compile_optional(reset.when), reset.for_s) if reset is not None else None
        self._clear = ClearState(world.compile_optional(rule.clear.when), rule.clear.for_s, rule.clear.tolerance_s or 0.0)
        self._value: bool | None = None
        named = world.conditions
        self._is_about_alerts = all(isinstance(test, RaisedTest) for test in tests_in(rule.when, named))

    def measure(self, moment: Moment) -> int:
        value = self._value = None if self.is_too_slow(moment.cues) else self._when.value
        window = self._window
        if value is False and window.is_empty:
            self.is_waiting = self.rank == NONE
            return NONE
        self.is_waiting = False
        ends_now = window.is_open and not moment.gap  # the last stretch counts up to here, whatever comes next
        if moment.gap:
            window.close(moment.before)
        if value:
            window.open(moment.edge)
        elif window.is_open:
            window.close(moment.edge)
        if self._reset is not None and self._reset.step(value, moment):
            window.clear()
        total_s = window.total(moment.t)
        if not value and not ends_now:
            return NONE
        # What a camera sees of a total is exact to about a frame, however many stretches: their errors go both ways.
        tolerance_s = ROUNDING_S if value else ROUNDING_S + min(moment.t - moment.before, self.rule.tolerance_s)
        reached = NONE
        for (rank, _), total in zip(self.rungs, self._totals, strict=True):
            needed_s = min(total * self.times, self.rule.window_s)
            if total_s < needed_s - tolerance_s:
                break
            reached = rank
            if rank > self.rank:
                self.due = moment.t - max(0.0, total_s - needed_s)
                self.onset = window.first(moment.t) or moment.t
        return reached

    def is_over(self, moment: Moment) -> bool:
        if self._clear.step(self._value, moment):
            self._window.clear()
            return True
        return False

    def forget(self) -> None:
        if not self._is_about_alerts:
            self._window.clear()
        self._clear.forget()
        if self._reset is not None:
            self._reset.forget()

    def driver(self, action: DriverAction, t: float) -> None:
        if action == "pause":
            self._window.close(t)  # what has been added up of alerts in this drive goes on after it

    def conditions(self) -> Iterator[Condition]:
        yield self.rule.when

    @property
    def state(self) -> RuleState:
        if self.rank >= 0:
            return "asking"
        return "idle" if self._window.is_empty else "counting"

    def evidence(self, moment: Moment) -> Values:
        values: Values = {
            "total_s": round(self._window.total(moment.t), 3),
            "window_s": self.rule.window_s,
            "stretches": self._window.stretches(moment.t),
        }
        rung = self.rung_asked
        if rung is not None:
            values["needed_s"] = min(self._totals[rung] * self.times, self.rule.window_s)
        return values
