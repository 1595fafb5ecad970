"""A kind of rule that dms does not have: a cue that does not move for a time, as the eyes of a driver lost in thought.

It is written in the three places that a new kind takes: its schema, its runner, and the line in the table at the end. It has to
be imported before any pack is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import Field

from dms.decision.condition_schema import Condition, CueName
from dms.decision.conditions import World
from dms.decision.rule_kinds import RULE_KINDS
from dms.decision.rule_parts import TimedRung, climbs
from dms.decision.rule_schema import RuleBase
from dms.decision.runner import NONE, RuleRunner, RuleState
from dms.decision.timing import Dwell, Moment
from dms.types import CauseValue


class StareRule(RuleBase):
    """A cue stays within a band for a time."""

    kind: Literal["stare"]
    at: CueName
    band: float = Field(gt=0.0, description="How far the cue may move.")
    ladder: Annotated[list[TimedRung], Field(min_length=1), climbs("after_s")]

    def answers_after_s(self) -> tuple[float, float | None]:
        return self.seconds(0), self.seconds(0)

    def raised_in_words(self) -> Iterator[str]:
        for index, rung in enumerate(self.ladder):
            yield f"{rung.level} when {self.at} stays within {self.band:g} for {self.seconds(index):g} s"

    def rung_in_words(self, index: int) -> str:
        return f"{self.seconds(index):g} s still"

    def seconds(self, index: int) -> float:
        """The time of a rung."""
        after_s = self.ladder[index].after_s
        assert isinstance(after_s, float | int)
        return after_s


class StareRunner(RuleRunner[StareRule]):
    """Times how long the cue has stayed near where it was."""

    def __init__(self, name: str, rule: StareRule, world: World) -> None:
        super().__init__(name, rule, world)
        self._read = attrgetter(rule.at)
        self._still = Dwell()
        self._from: float | None = None

    def measure(self, moment: Moment) -> int:
        value: float | None = self._read(moment.cues)
        if value is not None and (self._from is None or abs(value - self._from) > self.rule.band):
            self._from = value
            self._still.reset()
        self._still.step(None if value is None else True, moment)
        reached = NONE
        for index, (rank, _) in enumerate(self.rungs):
            due = self._still.due(self.rule.seconds(index), moment)
            if due is not None:
                reached = rank
                self.due, self.onset = due, due - self.rule.seconds(index)
        return reached

    def is_over(self, moment: Moment) -> bool:
        return self._still.held_s(moment) < self.rule.clear.for_s

    def forget(self) -> None:
        self._still.reset()

    def conditions(self) -> Iterator[Condition]:
        yield from ()

    @property
    def cues(self) -> frozenset[str]:
        return frozenset({self.rule.at})

    @property
    def state(self) -> RuleState:
        return "asking" if self.rank >= 0 else "counting"

    def evidence(self, moment: Moment) -> dict[str, CauseValue]:
        return {"still_s": round(self._still.held_s(moment), 3)}


RULE_KINDS[StareRule] = StareRunner
