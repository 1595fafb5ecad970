"""How a pack writes a rule of kind `sustained`: a condition that holds for a time without a break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import Condition, PositiveSeconds, while_words, words_for
from dms.decision.cue_words import amount, noun_of
from dms.decision.rule_parts import AfterTable, CarryOn, MoreTime, TimedRung, climbs
from dms.decision.rule_schema import RuleBase

GapTolerance = Annotated[float, Field(ge=0.0, lt=0.2)]  # UN R171: a return of 200 ms is a return


class SustainedRule(RuleBase):
    """A condition that holds without a break for the times on the ladder."""

    takes_longer_without_speed: ClassVar[bool] = True
    kind: Literal["sustained"]
    when: Condition
    ladder: Annotated[list[TimedRung], Field(min_length=1), climbs("after_s")]
    gap_tolerance_s: GapTolerance = Field(default=0.15, description="A shorter break does not end the count, and adds nothing.")
    more_time: list[MoreTime] = Field(default=[], description="Conditions under which every rung comes later.")
    carry_on: CarryOn | None = None
    forget_s: PositiveSeconds = Field(default=30.0, description="A timer paused by the unknown for longer starts afresh.")
    gaps_count: bool = Field(
        default=False, description="Whether time between frames that did not come counts as more of the same."
    )
    deadline_s: PositiveSeconds | None = Field(
        default=None, description="An alert later than this after the onset counts as missed when drives are scored."
    )

    @model_validator(mode="after")
    def _starts_from_something(self) -> SustainedRule:
        if self.ladder[0].plus_s is not None:
            raise ValueError("the first rung wants after_s: there is no rung before it for plus_s")
        return self

    def answers_after_s(self) -> tuple[float, float | None]:
        first = self.ladder[0].after_s
        times = [seconds for _, seconds in first.points] if isinstance(first, AfterTable) else [first or 0.0]
        latest_s = max(times) + sum(more.add_s for more in self.more_time)
        return min(times), max(self.deadline_s or 0.0, latest_s)

    def raised_in_words(self) -> Iterator[str]:
        for rung in self.ladder:
            when = "if it goes on" if rung.plus_s is not None else while_words(self.when)
            yield f"{rung.level} {_after(rung)}{',' if rung.plus_s is not None else ''} {when}{rung.request_in_words()}"
        for more in self.more_time:
            kept = f", and for {more.keeps_s:g} s after" if more.keeps_s else ""
            yield f"{more.add_s:g} s later while {words_for(more.when)}{kept}"
        yield (
            f"breaks shorter than {self.gap_tolerance_s:g} s do not end the count, and add nothing to it"
            if self.gap_tolerance_s
            else "any break ends the count"
        )
        if self.carry_on is not None:
            carry = self.carry_on
            yield f"once it has lasted {carry.after_s:g} s, it counts on while it cannot be told and {words_for(carry.when)}"
        yield f"while it cannot be told, the count pauses; after more than {self.forget_s:g} s of that it starts afresh"
        if self.gaps_count:
            yield "time in which no frames come counts as more of the same"

    def rung_in_words(self, index: int) -> str:
        rung = self.ladder[index]
        if rung.plus_s is not None:
            return f"+{rung.plus_s:g} s"
        return "by speed" if isinstance(rung.after_s, AfterTable) else f"{rung.after_s:g} s"


def _after(rung: TimedRung) -> str:
    if rung.plus_s is not None:
        return f"{rung.plus_s:g} s after the level before"
    if not isinstance(rung.after_s, AfterTable):
        return f"after {rung.after_s:g} s"
    cue = rung.after_s.cue
    points = ", ".join(f"{seconds:g} s at {amount(cue, value)}" for value, seconds in rung.after_s.points)
    return f"after {points} (in straight lines between; by {noun_of(cue)}, the shortest while that is unknown)"
