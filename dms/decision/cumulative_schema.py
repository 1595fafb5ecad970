"""How a pack writes a rule of kind `cumulative`: a condition that holds for a total time within a sliding window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import Condition, PackPart, PositiveSeconds, while_words
from dms.decision.cue_words import lasting
from dms.decision.rule_parts import TotalRung, climbs
from dms.decision.rule_schema import RuleBase, while_or


class Reset(PackPart):
    """What empties the window: the condition (by default the opposite of `when`) holding for `for_s`."""

    when: Condition | None = None
    for_s: PositiveSeconds


class CumulativeRule(RuleBase):
    """A condition that holds for a total time within a sliding window."""

    takes_longer_without_speed: ClassVar[bool] = True
    kind: Literal["cumulative"]
    when: Condition
    window_s: PositiveSeconds
    tolerance_s: Annotated[float, Field(ge=0.0, lt=1.0)] = Field(
        default=0.0, description="When a stretch ends, the total may be a frame short, but by no more than this."
    )
    reset: Reset | None = None
    ladder: Annotated[list[TotalRung], Field(min_length=1), climbs("total_s")]

    @model_validator(mode="after")
    def _fits_the_window(self) -> CumulativeRule:
        if self.ladder[-1].total_s > self.window_s:
            raise ValueError(f"total_s {self.ladder[-1].total_s:g} can never be reached in window_s {self.window_s:g}")
        return self

    def answers_after_s(self) -> tuple[float, float | None]:
        return self.ladder[0].total_s, None

    def raised_in_words(self) -> Iterator[str]:
        for rung in self.ladder:
            times = f"after {rung.total_s:g} s in all within {lasting(self.window_s)}"
            yield f"{rung.level} {times} {while_words(self.when)}{rung.request_in_words()}"
        if self.tolerance_s:
            yield f"as a stretch of it ends, the total may lack a frame, but no more than {self.tolerance_s:g} s"
        if self.reset is not None:
            yield f"counted afresh after {self.reset.for_s:g} s {while_or(self.reset.when, 'of the opposite')}"

    def ended_in_words(self) -> str:
        return f"{super().ended_in_words()}, and is counted afresh then"

    def rung_in_words(self, index: int) -> str:
        return f"{self.ladder[index].total_s:g} of {self.window_s:g} s"
