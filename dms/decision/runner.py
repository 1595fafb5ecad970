"""What all kinds of rule have in common when they run: gates, the level that they ask for, and when they let go of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from dms.decision.causes import Allowance, Causes, Proviso, Values, restrained
from dms.decision.condition_schema import Condition
from dms.decision.conditions import SharedCondition, Test, World, cues_of, is_observable
from dms.decision.gates import ArmingState, SpeedGateState
from dms.decision.rule_parts import Rung
from dms.decision.rule_schema import RuleBase
from dms.decision.timing import Dwell, Moment
from dms.decision.without_speed import Restraint
from dms.fusion.vehicle import is_standing
from dms.types import Cues, DriverAction, Level

NONE = -1
"""The rank of no level at all."""

AnyRule = TypeVar("AnyRule", bound=RuleBase)
RuleState = Literal["idle", "counting", "paused", "asking"]
Hindrance = Literal["speed", "standing", "not applicable", "arming", "told already"]


class RuleRunner(ABC, Generic[AnyRule]):
    """One rule at work.

    `rank` is the level that the rule asks for until it is over, `reached` the one that its condition supports at this very
    moment; `due` is the time since which it asks, `onset` the time at which its condition began.

    A rule that rests on one condition calls `wait_for` with it. While such a rule `is_waiting`, which its `measure` says, moments
    at which that condition is not true change nothing for it, and it is not shown them (see `dms.decision.schedule`).
    """

    def __init__(self, name: str, rule: AnyRule, world: World) -> None:
        self.name, self.rule = name, rule
        self.kind = rule.alert
        self.priority = rule.effective_priority
        self.rungs: tuple[tuple[int, Rung], ...] = tuple((Level(rung.level).rank, rung) for rung in rule.ladder)
        self.gate: SpeedGateState | None = None
        self._standing_counts = rule.standing == "counts"
        self.restraint: Restraint | None = None
        self._is_done = False
        self.waits_for: SharedCondition | None = None
        self.is_waiting = False
        self._only_while = world.compile_optional(rule.only_while)
        self.arming = [ArmingState(world.compile(arming.when), arming.for_s) for arming in rule.arm]
        self.suppressions = tuple((Proviso(one.when, world), one.reason, one.at_most_s) for one in rule.suppress)
        cooldown = rule.cooldown_while
        self._cooldown_while = world.compile(cooldown.when) if cooldown is not None else None
        self._cooldown_keeps_s = cooldown.keeps_s if cooldown is not None else 0.0
        self._cooldown_until = float("-inf")
        self._latch_rank = Level(rule.latch_from).rank if rule.latch_from is not None else len(Level)
        self._latch_until = world.compile_optional(rule.latch_until)
        self._conditions = world.conditions
        self._causes = Causes(self.cues, self.conditions(), world)
        self.rank = self.reached = NONE
        self.due = float("-inf")
        self.onset = float("-inf")
        self.ended_because = ""

    def wait_for(self, condition: Condition, world: World) -> SharedCondition:
        """Rest on this condition. Returns it; its `value` is that of the moment whenever `measure` is called."""
        self.waits_for = world.share(condition)
        return self.waits_for

    @abstractmethod
    def measure(self, moment: Moment) -> int:
        """Take the moment in, setting `due` and `onset`. Returns the rank of the highest rung that is reached now, or `NONE`."""

    @abstractmethod
    def is_over(self, moment: Moment) -> bool:
        """Returns whether an alert that the rule asked for may be cleared now."""

    @abstractmethod
    def forget(self) -> None:
        """Start afresh."""

    @abstractmethod
    def conditions(self) -> Iterator[Condition]:
        """Yields the conditions that decide about the alert: their cues go into its cause."""

    @property
    @abstractmethod
    def state(self) -> RuleState:
        """What the rule is doing now, for people who ask why."""

    @abstractmethod
    def evidence(self, moment: Moment) -> Values:
        """Returns the rule's own figures, for the alert's cause."""

    def is_observable(self, seen: Collection[str]) -> bool:
        """Returns whether the rule can raise anything when only these cues have ever been known."""
        return all(is_observable(condition, seen, self._conditions) for condition in self.conditions())

    @property
    def cues(self) -> frozenset[str]:
        """The cues on which the rule depends."""
        return frozenset(name for condition in self.conditions() for name in cues_of(condition, self._conditions))

    def driver(self, action: DriverAction, t: float) -> None:
        """The driver did something at `t`."""

    def alert_raised(self, kind: str, before: int, rank: int, t: float) -> None:
        """An alert of this pack went from rank `before` to `rank` at `t`."""

    def step(self, moment: Moment) -> bool:
        """Take the moment in. Returns whether the rule asks for an alert."""
        reached = self.measure(moment)
        if self._cooldown_while is not None and self._cooldown_while(moment.cues) is True:
            self._cooldown_until = moment.t + self._cooldown_keeps_s
        if self.restraint is not None and reached > self.restraint.at_most:
            reached = self.restraint.at_most
        self.reached = reached
        if reached == NONE and self.rank == NONE:
            return False
        if self.rank >= self._latch_rank and self._latch_until is not None and self._latch_until(moment.cues) is True:
            self.forget()
            self._let_go("over")
        elif not self.is_judged(moment.cues):
            if 0 <= self.rank < self._latch_rank:
                self._let_go(self.hindrance(moment.cues) or "not applicable")
        elif 0 <= self.rank < self._latch_rank and self.is_over(moment):
            self._let_go("over")
        elif reached > self.rank:
            self.rank = reached
        return self.rank != NONE

    def is_judged(self, cues: Cues) -> bool:
        """Returns whether the rule may raise anything now: the speed is right, it applies, and it is armed."""
        if self._is_done or (self.gate is not None and not self.gate.is_open) or self.stands(cues):
            return False
        if self._only_while is not None and self._only_while(cues) is not True:
            return False
        return all(arming.armed for arming in self.arming)

    def stands(self, cues: Cues) -> bool:
        """Returns whether the car stands and this is no driving for the rule: it has a speed gate and does not say otherwise."""
        return self.gate is not None and not self._standing_counts and is_standing(cues.speed_kph)

    def is_too_slow(self, cues: Cues) -> bool:
        """Returns whether time does not count for a sum or share: the car stands, or is slower than the gate asks for."""
        return self.gate is not None and not self._standing_counts and (self.gate.is_too_slow or is_standing(cues.speed_kph))

    def hindrance(self, cues: Cues) -> Hindrance | None:
        """Returns what keeps the rule from raising anything now, for people who ask; None if nothing does."""
        if self.is_judged(cues):
            return None
        if self.gate is not None and not self.gate.is_open:
            return "speed"
        if self.stands(cues):
            return "standing"
        if self._is_done:
            return "told already"
        return "not applicable" if self._only_while is not None and self._only_while(cues) is not True else "arming"

    def allowance(self, cues: Cues) -> Allowance | None:
        """Returns what gives more time now, for people who ask; None if nothing does."""
        return None

    def restart(self) -> None:
        """Forget the condition and the level asked for, but stay armed."""
        self.forget()
        self.rank = NONE

    def has_cooldown(self, t: float) -> bool:
        """Returns whether a cooldown may hold the alert back at `t`."""
        return self._cooldown_while is None or t <= self._cooldown_until

    @property
    def times(self) -> float:
        """How many times as long as written everything takes now: more than once while nobody tells the speed."""
        return 1.0 if self.restraint is None else self.restraint.times

    @property
    def rung_asked(self) -> int | None:
        """The index of the rung whose level the rule asks for, lowered without speed as it may be; None if it asks for none."""
        at_most = len(Level) if self.restraint is None else self.restraint.at_most
        return next((index for index, (rank, _) in enumerate(self.rungs) if min(rank, at_most) == self.rank), None)

    @property
    def rising(self) -> int:
        """The rank at which an alert may be raised now: what the rule asks for, if the condition still supports it."""
        return min(self.rank, self.reached)

    def cause(self, moment: Moment) -> Values:
        """Returns the values behind the decision: what `Causes` reads, the rule's own figures, and what it requests."""
        values = self._causes.of(moment.cues, self.onset) | self.evidence(moment)
        if self.restraint is not None:
            times = self.times if self.rule.takes_longer_without_speed else 1.0
            values |= restrained(self.restraint, moment.cues, (rank for rank, _ in self.rungs), times)
        request = next((rung.request for rank, rung in self.rungs if rank == self.rank), None)
        if self.restraint is not None and self.restraint.softly:
            request = None
        if request is not None:
            values["request"] = request
        return values

    def _let_go(self, reason: str) -> None:
        self.rank = NONE
        self.ended_because = reason
        self._is_done = self.rule.once


AnyRunner: TypeAlias = RuleRunner[Any]


class ClearState:
    """The usual way for an alert to end: a condition, by default the opposite of the rule's own, holds for a time."""

    __slots__ = ("_dwell", "_for_s", "_when")

    def __init__(self, when: Test | None, for_s: float, tolerance_s: float = 0.0) -> None:
        self._when, self._for_s = when, for_s
        self._dwell = Dwell(tolerance_s)

    def step(self, own: bool | None, moment: Moment) -> bool:
        """Take the moment in; `own` is the value of the rule's condition. Returns whether the alert has ended."""
        value = self._when(moment.cues) if self._when is not None else None if own is None else not own
        self._dwell.step(value, moment)
        if self._dwell.running and self._dwell.held_s(moment) >= self._for_s:
            self._dwell.reset()
            return True
        return False

    def forget(self) -> None:
        """Start afresh."""
        self._dwell.reset()
