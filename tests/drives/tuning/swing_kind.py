"""A kind of rule that dms does not have: a cue that swings by so much within so long. Importing this registers it.

It has to be imported before any pack is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import Field

from dms.decision.condition_schema import Condition, CueName, PositiveSeconds
from dms.decision.conditions import World
from dms.decision.rule_kinds import RULE_KINDS
from dms.decision.rule_parts import Rung, climbs
from dms.decision.rule_schema import RuleBase
from dms.decision.runner import NONE, RuleRunner, RuleState
from dms.decision.timing import Moment
from dms.types import CauseValue


class SwingRung(Rung):
    """A level that is reached when the cue swings by this much."""

    swing: float


class SwingRule(RuleBase):
    """The greatest and the least value of a cue within a window lie far apart."""

    kind: Literal["swing"]
    follows: CueName
    within_s: PositiveSeconds
    ladder: Annotated[list[SwingRung], Field(min_length=1), climbs("swing")]

    def raised_in_words(self) -> Iterator[str]:
        for rung in self.ladder:
            yield f"{rung.level} when {self.follows} swings by {rung.swing:g} within {self.within_s:g} s"

    def rung_in_words(self, index: int) -> str:
        return f"by {self.ladder[index].swing:g}"


class SwingRunner(RuleRunner[SwingRule]):
    """Remembers the values of the window."""

    def __init__(self, name: str, rule: SwingRule, world: World) -> None:
        super().__init__(name, rule, world)
        self._read = attrgetter(rule.follows)
        self._window: deque[tuple[float, float]] = deque()

    def measure(self, moment: Moment) -> int:
        value = self._read(moment.cues)
        if value is not None:
            self._window.append((moment.t, value))
        while self._window and self._window[0][0] < moment.t - self.rule.within_s:
            self._window.popleft()
        reached = NONE
        for (rank, _), rung in zip(self.rungs, self.rule.ladder, strict=True):
            if self._swing >= rung.swing:
                reached = rank
                self.due = self.onset = moment.t
        return reached

    def is_over(self, moment: Moment) -> bool:
        return self._swing < self.rule.ladder[0].swing

    def forget(self) -> None:
        self._window.clear()

    def conditions(self) -> Iterator[Condition]:
        yield from ()

    @property
    def state(self) -> RuleState:
        return "asking" if self.rank >= 0 else "counting"

    def evidence(self, moment: Moment) -> dict[str, CauseValue]:
        return {"swing": round(self._swing, 3)}

    @property
    def cues(self) -> frozenset[str]:
        return frozenset({self.rule.follows})

    @property
    def _swing(self) -> float:
        values = [value for _, value in self._window]
        return max(values) - min(values) if values else 0.0


RULE_KINDS[SwingRule] = SwingRunner
