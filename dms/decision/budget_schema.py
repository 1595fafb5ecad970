"""How a pack writes a rule of kind `budget`: a buffer of seconds that drains and refills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import Condition, PackPart, PositiveSeconds, Seconds, words_for
from dms.decision.cue_words import joined, percent
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
        rates = f"{self.rate_full:g} s come back each second"
        if self.rate_empty != self.rate_full:
            rates += f" when it is nearly full, {self.rate_empty:g} s when it is nearly empty"
        pause = f", {self.after_s:g} s after it was last spent" if self.after_s else ""
        condition = f", and only while {words_for(self.when)}" if self.when is not None else ""
        return f"{rates}{pause}{condition}"


class Smoothing(PackPart):
    """A low-pass filter on the draining condition with a lower and an upper switching point."""

    time_constant_s: PositiveSeconds
    on_above: Share
    off_below: Share

    def in_words(self) -> str:
        """Returns how slowly it is noticed, for people."""
        limits = f"noticed at {percent(self.on_above)} of the way, and over at {percent(self.off_below)}"
        return f"whether time is spent is smoothed with a time constant of {self.time_constant_s:g} s: {limits}"

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
            yield f"{rung.level} when {rung.spent_s:g} of {self.capacity_s:g} s are spent{rung.request_in_words()}"
        for drain in self.drain:
            free = f", the first {drain.free_s:g} s each time free" if drain.free_s else ""
            pace = "time is spent as it passes" if drain.rate == 1.0 else f"{drain.rate:g} s are spent each second"
            yield f"{pace} while {words_for(drain.when)}{free}"
        if self.smoothing is not None:
            yield self.smoothing.in_words()
        yield f"otherwise {self.refill.in_words()}"
        if self.refilled_by:
            condition = f", while {words_for(self.refilled_while)}" if self.refilled_while is not None else ""
            yield f"the driver's {joined(self.refilled_by, 'or')} fills it at once{condition}"
        yield f"nothing is spent and nothing comes back while {self._still()}"

    def _still(self) -> str:
        unknown = "that cannot be told"
        return unknown if self.freeze is None else f"{unknown} or {words_for(self.freeze)}"

    def ended_in_words(self) -> str:
        limit_s = self.clear.spent_below_s or self.ladder[0].spent_s
        filling = f"has been filling for {self.clear.for_s:g} s" if self.clear.for_s else "fills"
        return f"ends when it is full, or {filling} and less than {limit_s:g} s are spent"

    def rung_in_words(self, index: int) -> str:
        return f"{self.ladder[index].spent_s:g} s spent"
