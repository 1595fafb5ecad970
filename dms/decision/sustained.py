"""Rules of kind `sustained`: a condition that holds for a time without a break."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter

from dms.decision.causes import Allowance, Proviso, Values
from dms.decision.condition_schema import Condition, words_for
from dms.decision.conditions import World
from dms.decision.rule_parts import AfterTable, TimedRung
from dms.decision.runner import NONE, ClearState, RuleRunner, RuleState
from dms.decision.sustained_schema import SustainedRule
from dms.decision.timing import Dwell, Moment
from dms.types import Cues


class SustainedRunner(RuleRunner[SustainedRule]):
    """Times the condition from its onset. The rungs of the ladder are times since then."""

    def __init__(self, name: str, rule: SustainedRule, world: World) -> None:
        super().__init__(name, rule, world)
        self._when = self.wait_for(rule.when, world)
        self._dwell = Dwell(rule.gap_tolerance_s, rule.forget_s, rule.gaps_count)
        self._times = tuple(_after(rung) for rung in rule.ladder)
        self._plus = tuple(rung.plus_s or 0.0 for rung in rule.ladder)
        self._more_time = tuple(_Extra(Proviso(more.when, world), more.add_s, more.keeps_s) for more in rule.more_time)
        self._extra: tuple[tuple[Proviso, float], ...] = ()
        carry = rule.carry_on
        self._carry_when = world.compile(carry.when) if carry is not None else None
        self._carry_after_s = carry.after_s if carry is not None else 0.0
        clear_when = world.compile_optional(rule.clear.when)
        tolerance_s = rule.clear.tolerance_s
        self._clear = ClearState(clear_when, rule.clear.for_s, rule.gap_tolerance_s if tolerance_s is None else tolerance_s)
        self._value: bool | None = None
        self._needed_s = 0.0

    def measure(self, moment: Moment) -> int:
        value, dwell = self._when.value, self._dwell
        if not value and dwell.onset is None:
            self._value = value
            self.is_waiting = self.rank == NONE
            return NONE
        self.is_waiting = False
        if self.stands(moment.cues):  # what goes on as the car pulls off counts from when it moves
            dwell.reset()
            self._value = None
            return NONE
        if value is None and self._carry_when is not None and self._carries_on(moment):
            value = True
        self._value = value
        dwell.step(value, moment)
        if not dwell.running:
            return NONE
        extra_s = sum(extra.add_s for extra in self._more_time if extra.is_given(moment.cues)) if self._more_time else 0.0
        reached, needed_s, times = NONE, 0.0, self.times
        for index, (rank, _) in enumerate(self.rungs):
            after = self._times[index]
            needed_s = needed_s + self._plus[index] if after is None else after(moment.cues)
            due = dwell.due(needed_s * times + extra_s, moment)
            if due is None:
                break
            reached = rank
            if rank > self.rank:
                self.due, self.onset = due, dwell.onset if dwell.onset is not None else due
                self._needed_s = needed_s * times + extra_s
                self._extra = self.allowances(moment.cues) if extra_s else ()
        return reached

    def is_over(self, moment: Moment) -> bool:
        if self._clear.step(self._value, moment):
            self._dwell.reset()
            return True
        return False

    def forget(self) -> None:
        self._dwell.reset()
        self._clear.forget()

    def conditions(self) -> Iterator[Condition]:
        yield self.rule.when

    @property
    def state(self) -> RuleState:
        if self.rank >= 0:
            return "asking"
        return "paused" if self._dwell.paused else "counting" if self._dwell.active else "idle"

    def evidence(self, moment: Moment) -> Values:
        values: Values = {"held_s": round(self._dwell.held_s(moment), 3), "after_s": round(self._needed_s, 3)}
        if self._extra:
            values["more_time_s"] = round(sum(add_s for _, add_s in self._extra), 3)
            values["more_time_for"] = " and ".join(proviso.words for proviso, _ in self._extra)
            for proviso, _ in self._extra:
                values |= proviso.values(moment.cues)
        if self.rule.carry_on is not None and self._value and self._when.value is None:
            values["carried_on_by"] = words_for(self.rule.carry_on.when).strip('"')
        return values

    def allowance(self, cues: Cues) -> Allowance | None:
        if not self._dwell.running or (not self._more_time and self.times == 1.0):
            return None
        giving = self.allowances(cues)
        usual_s = self._times[0](cues) if self._times[0] is not None else 0.0
        more_s = usual_s * (self.times - 1.0) + sum(add_s for _, add_s in giving)
        untold = ["nobody tells the speed"] if self.times != 1.0 else []
        words = " and ".join([*untold, *(f'"{proviso.words}"' for proviso, _ in giving)])
        return Allowance(usual_s, round(more_s, 3), words) if words else None

    def allowances(self, cues: Cues) -> tuple[tuple[Proviso, float], ...]:
        """Returns what gives more time at a moment that was measured, each with the seconds that it gives."""
        return tuple((extra.proviso, extra.add_s) for extra in self._more_time if extra.is_given(cues))

    def _carries_on(self, moment: Moment) -> bool:
        assert self._carry_when is not None
        long_enough = self._dwell.active and self._dwell.held_s(moment) >= self._carry_after_s
        return long_enough and self._carry_when(moment.cues) is True


class _Extra:
    """More time under a condition, and for a while after it: the head is slower on its way back than the eyes."""

    __slots__ = ("_keeps_s", "_kept_until", "add_s", "proviso")

    def __init__(self, proviso: Proviso, add_s: float, keeps_s: float) -> None:
        self.proviso, self.add_s = proviso, add_s
        self._keeps_s, self._kept_until = keeps_s, float("-inf")

    def is_given(self, cues: Cues) -> bool:
        """Returns whether the time is given at this moment."""
        if self.proviso.holds(cues):
            self._kept_until = cues.t + self._keeps_s
            return True
        return cues.t <= self._kept_until


def _after(rung: TimedRung) -> Callable[[Cues], float] | None:
    """Returns when a rung is due, as a function of the cues; None for a rung that counts from the one before."""
    if rung.after_s is None:
        return None
    if isinstance(rung.after_s, AfterTable):
        return _interpolated(rung.after_s)
    seconds = rung.after_s
    return lambda _: seconds


def _interpolated(table: AfterTable) -> Callable[[Cues], float]:
    read: Callable[[Cues], float | None] = attrgetter(table.cue)
    at = [point[0] for point in table.points]
    seconds = [point[1] for point in table.points]

    def after_s(cues: Cues) -> float:
        value = read(cues)
        if value is None:
            return min(seconds)
        right = bisect_right(at, value)
        if right in (0, len(at)):
            return seconds[0] if right == 0 else seconds[-1]
        share = (value - at[right - 1]) / (at[right] - at[right - 1])
        return seconds[right - 1] + share * (seconds[right] - seconds[right - 1])

    return after_s
