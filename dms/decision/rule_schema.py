"""How a pack writes a rule: what the five kinds share, and what each kind adds."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from dms.config.problems import suggestion
from dms.decision.condition_schema import Condition, CueName, KindName, LevelName, PackPart, PositiveSeconds, Seconds
from dms.decision.cue_catalog import CUES
from dms.decision.rule_parts import AfterTable as AfterTable  # part of a rule that those who read rules need
from dms.decision.rule_parts import (
    Arming,
    CarryOn,
    Clear,
    CountRung,
    MoreTime,
    NamedOrOwn,
    Share,
    ShareRung,
    SpentRung,
    Suppression,
    TimedRung,
    TotalRung,
    climbs,
)


class RuleBase(PackPart):
    """What every kind of rule may say."""

    alert: KindName = Field(description="The kind of alert that the rule raises.")
    says: str | None = Field(default=None, description="What is said of it, in a sentence.")
    speed: NamedOrOwn | None = Field(
        default=None, description="Speeds at which the rule is judged: a name under speed_gates, or a gate."
    )
    only_while: Condition | None = Field(default=None, description="The rule is judged only while this is known to hold.")
    arm: list[Arming] = Field(default=[], description="What must have been before the rule is judged for the first time.")
    suppress: list[Suppression] = Field(default=[], description="When the alert is held back, and why.")
    clear: Clear = Clear()
    latch_from: LevelName | None = Field(
        default=None, description="From this level on, only a pause or a new drive clears the alert."
    )
    cooldown_s: Seconds = Field(default=0.0, description="After being raised, not raised again for this long.")
    rewarn_s: PositiveSeconds | None = Field(default=None, description="Prompt again each time the condition has lasted so long.")
    deadline_s: PositiveSeconds | None = Field(
        default=None, description="An alert later than this after the onset counts as missed when drives are scored."
    )
    acknowledge: Literal["no", "this_time", "until_new_drive"] = Field(
        default="no", description="What an acknowledgement by the driver silences."
    )
    priority: int | None = Field(default=None, ge=0, le=100, description="Higher goes first; by default from the kind of alert.")
    source: str | None = Field(default=None, description="Where the numbers come from.")

    @model_validator(mode="after")
    def _acknowledges_only_what_passes(self) -> RuleBase:
        transient = self.alert.startswith(("distraction.", "assist."))
        if self.acknowledge == "until_new_drive" and not transient:
            raise ValueError(f"acknowledge: until_new_drive is for distraction and assist alerts, not for {self.alert}")
        return self


GapTolerance = Annotated[float, Field(ge=0.0, lt=0.2)]  # UN R171: a return of 200 ms is a return


class SustainedRule(RuleBase):
    """A condition that holds for so long without a break."""

    kind: Literal["sustained"]
    when: Condition
    ladder: Annotated[list[TimedRung], Field(min_length=1), climbs("after_s")]
    gap_tolerance_s: GapTolerance = Field(default=0.15, description="A break shorter than this is no break.")
    more_time: list[MoreTime] = Field(default=[], description="Conditions under which every rung comes later.")
    carry_on: CarryOn | None = None
    forget_s: PositiveSeconds = Field(default=30.0, description="A timer paused by the unknown for longer starts afresh.")
    gaps_count: bool = Field(
        default=False, description="Whether time between frames that did not come counts as more of the same."
    )

    @model_validator(mode="after")
    def _starts_from_something(self) -> SustainedRule:
        if self.ladder[0].plus_s is not None:
            raise ValueError("the first rung wants after_s: there is no rung before it for plus_s")
        return self


class Reset(PackPart):
    """What empties the window: the condition (by default the opposite of `when`) holding for so long."""

    when: Condition | None = None
    for_s: PositiveSeconds


class CumulativeRule(RuleBase):
    """A condition that holds for so long in total within a sliding window."""

    kind: Literal["cumulative"]
    when: Condition
    window_s: PositiveSeconds
    tolerance_s: Annotated[float, Field(ge=0.0, lt=1.0)] = Field(
        default=0.0, description="When a stretch ends, the total may be so much short: each is seen up to a frame too short."
    )
    reset: Reset | None = None
    ladder: Annotated[list[TotalRung], Field(min_length=1), climbs("total_s")]

    @model_validator(mode="after")
    def _fits_the_window(self) -> CumulativeRule:
        if self.ladder[-1].total_s > self.window_s:
            raise ValueError(f"total_s {self.ladder[-1].total_s:g} can never be reached in window_s {self.window_s:g}")
        return self


class ShareWindow(PackPart):
    """A window of a ratio rule, valid once it holds `usable_s` in which the condition was known."""

    window_s: PositiveSeconds
    usable_s: PositiveSeconds

    @model_validator(mode="after")
    def _can_be_valid(self) -> ShareWindow:
        if self.usable_s > self.window_s:
            raise ValueError(f"usable_s {self.usable_s:g} is more than window_s {self.window_s:g}")
        return self


class ShareClear(PackPart):
    """A ratio alert ends when the shares have been below these for so long."""

    share_below: dict[str, Share] = Field(min_length=1)
    for_s: Seconds = 1.0


class RatioRule(RuleBase):
    """A share of the usable time in one or several windows. Stretches shorter than `at_least_s` do not count (blinks)."""

    kind: Literal["ratio"]
    when: Condition
    at_least_s: Seconds = 0.0
    at_least_times: int = Field(default=1, ge=1, description="So many stretches have to be in every window.")
    windows: dict[str, ShareWindow] = Field(min_length=1)
    ladder: Annotated[list[ShareRung], Field(min_length=1), climbs("share")]
    clear: ShareClear  # type: ignore[assignment]

    @model_validator(mode="after")
    def _windows_agree(self) -> RatioRule:
        for names in (*(rung.share for rung in self.ladder), self.clear.share_below):
            for name in names:
                if name not in self.windows:
                    raise ValueError(f"'{name}' is not one of the windows{suggestion(name, self.windows)}")
        for lower, upper in pairwise(self.ladder):
            if any(upper.share.get(name, share) < share for name, share in lower.share.items()):
                raise ValueError(f"share must go up from rung to rung: {upper.level} asks for less than {lower.level}")
        if any(self.ladder[0].share.get(name, 1.0) < share for name, share in self.clear.share_below.items()):
            raise ValueError("clear.share_below must not be more than the share of the first rung")
        return self


class Drain(PackPart):
    """What empties a budget, in seconds per second; the first `free_s` of each time cost nothing."""

    when: Condition
    rate: float = Field(default=1.0, gt=0.0, le=100.0)
    free_s: Seconds = 0.0


class Refill(PackPart):
    """How a budget fills while nothing drains it, in seconds per second: a rate when full and one when empty."""

    rate_full: float = Field(default=1.0, gt=0.0, le=100.0)
    rate_empty: float = Field(default=1.0, gt=0.0, le=100.0)
    after_s: Seconds = 0.0
    when: Condition | None = None


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
    """A budget alert ends when the budget has been filling for so long and less than `spent_below_s` is spent."""

    for_s: Seconds = 0.0
    spent_below_s: PositiveSeconds | None = None


class BudgetRule(RuleBase):
    """A buffer of seconds that drains and refills, with levels at what is spent."""

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


class EventSource(PackPart):
    """What is counted: exactly one of the keys up to `moves`."""

    event: Literal["blink", "long_blink", "closure", "yawn", "glance", "nod"] | None = None
    raised: KindName | None = None
    driver: Literal["acknowledge", "interaction"] | None = None
    becomes: Condition | None = Field(default=None, description="Each time this becomes true.")
    holds: Condition | None = Field(default=None, description="Every moment at which this is true; for distinct counts.")
    moves: CueName | None = Field(default=None, description="Each time this number has moved on by `by`.")
    by: float | None = Field(default=None, gt=0.0)
    at_least: LevelName = "info"
    at_least_s: Seconds = Field(default=0.0, description="Shorter events do not count.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> EventSource:
        things = (self.event, self.raised, self.driver, self.becomes, self.holds, self.moves)
        if sum(thing is not None for thing in things) != 1:
            raise ValueError("exactly one of event, raised, driver, becomes, holds, moves is wanted")
        if (self.moves is None) != (self.by is None):
            raise ValueError("moves and by go together")
        if self.moves is not None and CUES[self.moves].type != "number":
            raise ValueError(f"{self.moves} is no number")
        return self


class CountRule(RuleBase):
    """So many events within a window; with `distinct`, so many of the sources that had one."""

    kind: Literal["count"]
    of: list[EventSource] = Field(min_length=1)
    within_s: PositiveSeconds
    distinct: bool = False
    ladder: Annotated[list[CountRung], Field(min_length=1), climbs("at_least")]

    @model_validator(mode="after")
    def _makes_sense(self) -> CountRule:
        if any(source.holds is not None for source in self.of) and not self.distinct:
            raise ValueError("holds can be counted only with distinct: true")
        if any(rung.fewer_than is not None for rung in self.ladder) and not self.distinct:
            raise ValueError("fewer_than goes with distinct: true")
        return self


Rule: TypeAlias = Annotated[SustainedRule | CumulativeRule | RatioRule | BudgetRule | CountRule, Field(discriminator="kind")]
