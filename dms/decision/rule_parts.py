"""The parts of which a pack makes its rules: speed gates, arming, ladders, what holds an alert back and what ends it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, model_validator

from dms.config.problems import suggestion
from dms.decision.condition_schema import Condition, CueName, LevelName, PackPart, PositiveSeconds, Seconds
from dms.decision.cue_catalog import CUES
from dms.types import Level

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class SpeedGate(PackPart):
    """Speeds at which a rule is judged. An unknown speed opens the gate; `without_speed` says what the rule may do then."""

    from_kph: float = Field(default=0.0, ge=0.0, le=400.0, description="Opens at this speed.")
    below_kph: float | None = Field(default=None, gt=0.0, le=400.0, description="Closes at this speed, for a band.")
    hysteresis_kph: float = Field(
        default=2.0, ge=0.0, le=50.0, description="Closes (or, at the upper end, opens) this much below."
    )

    @model_validator(mode="after")
    def _is_a_band(self) -> SpeedGate:
        if self.below_kph is not None and self.below_kph <= self.from_kph + self.hysteresis_kph:
            raise ValueError(f"below_kph {self.below_kph:g} must be more than from_kph + hysteresis_kph")
        if self.hysteresis_kph > self.from_kph > 0.0:
            raise ValueError(f"hysteresis_kph {self.hysteresis_kph:g} must not be more than from_kph {self.from_kph:g}")
        return self


def _named_gate(gate: str, info: ValidationInfo) -> str:
    names = (info.context or {}).get("speed_gates")
    if names is not None and gate not in names:
        raise ValueError(f"no gate of this name under 'speed_gates'{suggestion(gate, names)}")
    return gate


class Arming(PackPart):
    """What must have held, for how long in total, before the rule is judged for the first time in a drive."""

    when: Condition
    for_s: PositiveSeconds


class Clear(PackPart):
    """What ends the alert: the condition (by default the opposite of the rule's own) holding for `for_s`.

    `tolerance_s`: a shorter break of it does not start the time again, and adds nothing.
    """

    when: Condition | None = None
    for_s: Seconds = 1.0
    tolerance_s: Seconds | None = None


class Suppression(PackPart):
    """While this holds, the alert is held back, for `at_most_s` at most, and published as `suppress` with the reason."""

    when: Condition
    reason: str = Field(min_length=1)
    at_most_s: PositiveSeconds = 10.0


class CooldownWhile(PackPart):
    """When a cooldown holds the alert back: only while `when` holds, and for `keeps_s` after it held."""

    when: Condition
    keeps_s: Seconds = 0.0


class MoreTime(PackPart):
    """Time added to every rung of the ladder while a condition holds, and for `keeps_s` after it held."""

    when: Condition
    add_s: PositiveSeconds
    keeps_s: Seconds = 0.0


class CarryOn(PackPart):
    """When the rule's condition becomes unknown while `when` holds, a timer that has run for `after_s` keeps running."""

    when: Condition
    after_s: Seconds


class AfterTable(PackPart):
    """A time that depends on a cue: interpolated between points, constant beyond them. An unknown cue gives the shortest time."""

    cue: CueName
    points: list[Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_a_function(self) -> AfterTable:
        if CUES[self.cue].type != "number":
            raise ValueError(f"{self.cue} is no number")
        if any(right[0] <= left[0] for left, right in pairwise(self.points)):
            raise ValueError("the first numbers of the points must increase")
        if any(seconds < 0.0 for _, seconds in self.points):
            raise ValueError("a time must not be negative")
        return self


def _fixed_or_table(value: object) -> str:
    return "table" if isinstance(value, (dict, AfterTable)) else "fixed"


AfterSeconds: TypeAlias = Annotated[
    Annotated[Seconds, Tag("fixed")] | Annotated[AfterTable, Tag("table")], Discriminator(_fixed_or_table)
]


class Rung(PackPart):
    """One step of a ladder. `request` is passed on in the alert's cause, for the vehicle to act on."""

    level: LevelName
    request: str | None = Field(default=None, min_length=1)

    def request_in_words(self) -> str:
        """Returns what is asked of the vehicle, as the end of a sentence for people; empty if nothing is."""
        return f", requesting {self.request}" if self.request else ""


class TimedRung(Rung):
    """A level that is reached after a time. `plus_s` counts from the rung before."""

    after_s: AfterSeconds | None = None
    plus_s: PositiveSeconds | None = None

    @model_validator(mode="after")
    def _has_one_time(self) -> TimedRung:
        if (self.after_s is None) == (self.plus_s is None):
            raise ValueError("exactly one of after_s and plus_s is wanted")
        return self


class TotalRung(Rung):
    """A level that is reached when the time within the window adds up to `total_s`."""

    total_s: PositiveSeconds


class ShareRung(Rung):
    """A level that is reached when the share in every window named is at least the one given."""

    share: dict[str, Share] = Field(min_length=1)


class SpentRung(Rung):
    """A level that is reached when `spent_s` of the budget is spent."""

    spent_s: PositiveSeconds


class CountRung(Rung):
    """A level that is reached when there have been `at_least` events, or `fewer_than`, for `for_s`."""

    at_least: int | None = Field(default=None, ge=1)
    fewer_than: int | None = Field(default=None, ge=1)
    for_s: Seconds = 0.0

    @model_validator(mode="after")
    def _has_one_number(self) -> CountRung:
        if (self.at_least is None) == (self.fewer_than is None):
            raise ValueError("exactly one of at_least and fewer_than is wanted")
        return self


def climbs(key: str) -> AfterValidator:
    """Returns the check that levels go up from rung to rung, and with them the number under `key`."""

    def check(ladder: list[Any]) -> list[Any]:
        for lower, upper in pairwise(ladder):
            if Level(upper.level).rank <= Level(lower.level).rank:
                raise ValueError(f"levels must go up from rung to rung: {upper.level} stands after {lower.level}")
            before, after = getattr(lower, key, None), getattr(upper, key, None)
            if isinstance(before, (int, float)) and isinstance(after, (int, float)) and after <= before:
                raise ValueError(f"{key} must go up from rung to rung: {after:g} stands after {before:g}")
        return ladder

    return AfterValidator(check)


def _name_or_own(value: object) -> str:
    return "name" if isinstance(value, str) else "gate"


NamedOrOwn: TypeAlias = Annotated[
    Annotated[str, AfterValidator(_named_gate), Tag("name")] | Annotated[SpeedGate, Tag("gate")], Discriminator(_name_or_own)
]
