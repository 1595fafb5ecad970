"""How a pack writes a rule of kind `budget`: a buffer of seconds that drains and refills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import Condition, PackPart, PositiveSeconds, Seconds, words_for
from dms.decision.rule_parts import Share, SpentRung, climbs
from dms.decision.rule_schema import RuleBase


class Drain(PackPart):
    """What drains a budget, in seconds per second. The first `free_s` each time cost nothing."""

    when: Condition
    rate: float = Field(default=1.0, gt=0.0, le=100.0)
    free_s: Seconds = 0.0


class Refill(PackPart):
    """How a budget refills while nothing drains it, in seconds per second: one rate when full, another when empty."""

    rate_full: float = Field(default=1.0, gt=0.0, le=100.0)
    rate_empty: float = Field(default=1.0, gt=0.0, le=100.0)
    after_s: Seconds = 0.0
    when: Condition | None = None

    def in_words(self) -> str:
        """Returns how much comes back, for people."""
        rates = f"{self.rate_full:g} s"
        if self.rate_empty != self.rate_full:
            rates = f"{self.rate_full:g} s (full) to {self.rate_empty:g} s (empty)"
        condition = f" while {words_for(self.when)}" if self.when is not None else ""
        return f"{rates} come back each second{condition}"


class Smoothing(PackPart):
    """A low-pass filter on the draining condition with a lower and an upper switching point."""

    time_constant_s: PositiveSeconds
    on_above: Share
    off_below: Share

    @model_validator(mode="after")
    def _has_hysteresis(self) -> Smoothing:
        if self.off_below >= self.on_above:
            raise ValueError(f"off_below {self.off_below:g} must be less than on_above {self.on_above:g}")
        return self


class SpentClear(PackPart):
    """A budget alert ends when the budget has been refilling for `for_s` and less than `spent_below_s` is spent."""

    for_s: Seconds = 0.0
    spent_below_s: PositiveSeconds | None = None


class BudgetRule(RuleBase):
    """A buffer of seconds that drains and refills. The ladder says at which amount spent each level is reached."""

    takes_longer_without_speed: ClassVar[bool] = True
    kind: Literal["budget"]
    capacity_s: PositiveSeconds
    drain: list[Drain] = Field(min_length=1)
    refill: Refill = Refill()
    freeze: Condition | None = Field(default=None, description="While this holds the budget neither drains nor fills.")
    refilled_by: list[Literal["acknowledge", "interaction"]] = Field(
        default=[], description="Driver actions that fill it at once."
    )
    refilled_while: Condition | None = Field(default=None, description="Those actions fill it only while this holds.")
    smoothing: Smoothing | None = None
    ladder: Annotated[list[SpentRung], Field(min_length=1), climbs("spent_s")]
    clear: SpentClear = SpentClear()  # type: ignore[assignment]

    @model_validator(mode="after")
    def _fits_the_budget(self) -> BudgetRule:
        if self.ladder[-1].spent_s > self.capacity_s:
            raise ValueError(f"spent_s {self.ladder[-1].spent_s:g} is more than capacity_s {self.capacity_s:g}")
        return self

    def rests_on(self) -> Iterator[Condition]:
        return (drain.when for drain in self.drain)

    def answers_after_s(self) -> tuple[float, float | None]:
        return self.ladder[0].spent_s, None

    def raised_in_words(self) -> Iterator[str]:
        for rung in self.ladder:
            yield f"{rung.level} when {rung.spent_s:g} of {self.capacity_s:g} s are spent"
        for drain in self.drain:
            free = f", the first {drain.free_s:g} s free" if drain.free_s else ""
            yield f"{drain.rate:g} s are spent each second while {words_for(drain.when)}{free}"
        yield f"otherwise {self.refill.in_words()}"
        if self.refilled_by:
            condition = f" while {words_for(self.refilled_while)}" if self.refilled_while is not None else ""
            yield f"a driver's {' or '.join(self.refilled_by)} fills it at once{condition}"
        if self.freeze is not None:
            yield f"nothing changes while {words_for(self.freeze)}"

    def ended_in_words(self) -> str:
        return f"ends when it fills again and less than {self.clear.spent_below_s or self.ladder[0].spent_s:g} s are spent"

    def rung_in_words(self, index: int) -> str:
        return f"{self.ladder[index].spent_s:g} s spent"
