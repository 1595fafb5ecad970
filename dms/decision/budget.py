"""Rules of kind `budget`: a buffer of seconds that drains while a condition holds and refills when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from dms.decision.budget_schema import BudgetRule, Smoothing
from dms.decision.causes import Values
from dms.decision.condition_schema import Condition
from dms.decision.conditions import Test, World
from dms.decision.runner import NONE, RuleRunner, RuleState
from dms.decision.timing import Dwell, Moment
from dms.types import DriverAction


class BudgetRunner(RuleRunner[BudgetRule]):
    """Keeps what is spent of the budget: more while it drains, less while it refills.

    Unknown time and `freeze` leave it where it is. Outside its speed gate, and at a standstill, a budget refills.
    """

    def __init__(self, name: str, rule: BudgetRule, world: World) -> None:
        super().__init__(name, rule, world)
        self._drains = tuple((world.compile(drain.when), drain.rate, drain.free_s, Dwell(0.0)) for drain in rule.drain)
        self._freeze: Test | None = world.compile_optional(rule.freeze)
        self._refilled_while = world.compile_optional(rule.refilled_while)
        self._may_be_refilled = rule.refilled_while is None
        self._refill_when = world.compile_optional(rule.refill.when)
        self._filter = _Filter(rule.smoothing) if rule.smoothing is not None else None
        self._limits = tuple(rung.spent_s for rung in rule.ladder)
        spent_below = rule.clear.spent_below_s
        self._clear_below_s = spent_below if spent_below is not None else rule.ladder[0].spent_s
        self._spent_s = 0.0
        self._was_refilled = False
        self._last_rate = 0.0
        self._began = float("-inf")
        self._filling_since: float | None = None
        self._attentive_since: float | None = None

    def measure(self, moment: Moment) -> int:
        rate = self._rate(moment)
        if self._refilled_while is not None:
            self._may_be_refilled = self._refilled_while(moment.cues) is True
        before_s = self._spent_s
        if not moment.gap:
            self._flow(self._last_rate, moment.edge - moment.before)
            self._flow(rate, moment.t - moment.edge)
        if rate >= 0.0 or self._spent_s <= 0.0:
            self._filling_since = None
        elif self._filling_since is None:
            self._filling_since = moment.edge
        if before_s <= 0.0 < self._spent_s:
            self._began = moment.before
        self._last_rate = rate
        reached = NONE
        for (rank, _), limit_s in zip(self.rungs, self._limits, strict=True):
            if self._spent_s < limit_s - 1e-9 or rate < 0.0:
                break
            reached = rank
            if rank > self.rank:
                self.due = moment.t - (self._spent_s - limit_s) / rate if rate > 0.0 else moment.t
                self.onset = self._began
        return reached

    def is_over(self, moment: Moment) -> bool:
        if self._was_refilled or self._spent_s <= 0.0:
            self._was_refilled = False
            return True
        filling = self._filling_since is not None and moment.t - self._filling_since >= self.rule.clear.for_s
        return filling and self._spent_s < self._clear_below_s

    def forget(self) -> None:
        self._spent_s = 0.0
        self._was_refilled = False
        self._last_rate = 0.0
        self._began = float("-inf")
        self._filling_since = self._attentive_since = None
        for *_, dwell in self._drains:
            dwell.reset()

    def conditions(self) -> Iterator[Condition]:
        for drain in self.rule.drain:
            yield drain.when

    @property
    def state(self) -> RuleState:
        if self.rank >= 0:
            return "asking"
        return "counting" if self._spent_s > 0.0 else "idle"

    def evidence(self, moment: Moment) -> Values:
        values: Values = {"spent_s": round(self._spent_s, 3), "capacity_s": self.rule.capacity_s}
        rung = self.rung_asked
        if rung is not None:
            values["needed_s"] = self._limits[rung]
        return values

    def driver(self, action: DriverAction, t: float) -> None:
        if self._may_be_refilled and action in self.rule.refilled_by:
            self._spent_s = 0.0
            self._was_refilled = self.rank != NONE  # drained again at once, it would not be seen to have been full

    def _rate(self, moment: Moment) -> float:
        """Returns the seconds spent per second from now on: positive drains, negative refills, 0 leaves the budget as it is."""
        cues = moment.cues
        is_judged = (self.gate is None or self.gate.is_open) and not self.stands(cues)
        draining, unknown = 0.0, False
        for when, rate, free_s, dwell in self._drains:
            value = when(cues)
            unknown |= value is None
            if is_judged:
                dwell.step(value, moment)
            else:
                dwell.reset()  # the time below the gate uses nothing up of what is free
            if value and not draining and dwell.held_s(moment) >= free_s:
                draining = rate
        if not is_judged:
            if self._filter is not None and not unknown:
                self._filter.step(bool(draining), moment)  # a glance that goes on as the car pulls off is not a new one
            return self._refill(moment)
        if unknown and not draining:
            self._attentive_since = None
            return 0.0
        if self._freeze is not None and self._freeze(cues):
            return 0.0
        wanted = bool(draining)
        if self._filter is not None:
            switched = self._filter.step(wanted, moment)
            if switched is None or (switched and not wanted):
                return 0.0
            wanted = switched  # a glance that has only begun is not certain yet: the driver still counts as attentive
        return draining / self.times if wanted else self._refill(moment)

    def _refill(self, moment: Moment) -> float:
        refill = self.rule.refill
        if self._refill_when is not None and self._refill_when(moment.cues) is not True:
            self._attentive_since = None
            return 0.0
        if self._last_rate > 0.0 or self._attentive_since is None:
            self._attentive_since = moment.edge
        return -refill.rate_full if moment.t - self._attentive_since >= refill.after_s else 0.0

    def _flow(self, rate: float, seconds: float) -> None:
        """Let the budget drain or fill for some time. The rate of filling follows the level exactly, however long the step is."""
        capacity = self.rule.capacity_s
        if rate >= 0.0:
            self._spent_s = min(capacity, self._spent_s + rate * seconds)
            return
        full, empty = self.rule.refill.rate_full, self.rule.refill.rate_empty
        slope = (empty - full) / capacity
        if abs(slope) < 1e-12:
            self._spent_s = max(0.0, self._spent_s - full * seconds)
        else:
            self._spent_s = max(0.0, (self._spent_s + full / slope) * exp(-slope * seconds) - full / slope)


class _Filter:
    """First-order low-pass filter of a yes/no signal: yes above one level, no below another, None in between."""

    __slots__ = ("_smoothing", "_value", "_was")

    def __init__(self, smoothing: Smoothing) -> None:
        self._smoothing = smoothing
        self._value = 0.0
        self._was = False

    def step(self, wanted: bool, moment: Moment) -> bool | None:
        if not moment.gap:
            decay = exp(-(moment.t - moment.before) / self._smoothing.time_constant_s)
            self._value = self._was + (self._value - self._was) * decay
        self._was = wanted
        if self._value > self._smoothing.on_above:
            return True
        return False if self._value < self._smoothing.off_below else None
