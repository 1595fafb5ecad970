"""How a pack writes a rule: what all kinds of rule share. Each kind adds its own keys in a module of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from dms.decision.condition_schema import (
    Condition,
    KindName,
    LevelName,
    PackPart,
    PositiveSeconds,
    Seconds,
    while_words,
    words_for,
)
from dms.decision.rule_parts import Arming, Clear, CooldownWhile, NamedOrOwn, Rung, Suppression
from dms.types import AlertKind

DEFAULT_PRIORITY = {
    AlertKind.SYSTEM_FAULT: 95,
    AlertKind.SYSTEM_DEGRADED: 90,
    AlertKind.DRIVER_ABSENT: 85,
    AlertKind.DRIVER_UNRESPONSIVE: 80,
    AlertKind.FATIGUE_SLEEP: 75,
    AlertKind.FATIGUE_MICROSLEEP: 70,
    AlertKind.FATIGUE_DROWSINESS: 65,
    AlertKind.FATIGUE_YAWNING: 60,
    AlertKind.DISTRACTION_PHONE: 50,
    AlertKind.DISTRACTION_SMOKING: 48,
    AlertKind.DISTRACTION_LONG: 45,
    AlertKind.DISTRACTION_CUMULATIVE: 40,
    AlertKind.DISTRACTION_HEAD_AWAY: 35,
    AlertKind.ASSIST_EYES_ON_REQUEST: 30,
    AlertKind.DRIVER_AVAILABILITY: 20,
}
"""Camera fault and absence over fatigue over distraction over the rest."""


class RuleBase(PackPart):
    """What a rule of any kind may state, and what it can say about itself to people and to the scorer."""

    if TYPE_CHECKING:
        kind: str
        ladder: Sequence[Rung]

    takes_longer_without_speed: ClassVar[bool] = False
    """Whether its times are stretched while nobody tells the speed: those of shares and counts are not."""

    alert: KindName = Field(description="The kind of alert that the rule raises.")
    says: str | None = Field(default=None, description="What the driver is told, in a sentence.")
    speed: NamedOrOwn | None = Field(
        default=None, description="Speeds at which the rule is judged: a name under speed_gates, or a gate."
    )
    standing: Literal["does_not_count", "counts"] = Field(
        default="does_not_count",
        description="With a speed gate: whether time at a standstill (of sums and shares: slower than the gate) counts.",
    )
    only_while: Condition | None = Field(default=None, description="The rule is judged only while this is known to hold.")
    arm: list[Arming] = Field(default=[], description="What must have held before the rule is judged for the first time.")
    suppress: list[Suppression] = Field(default=[], description="When the alert is held back, and why.")
    clear: Clear = Clear()
    latch_from: LevelName | None = Field(
        default=None, description="From this level on, only a pause or a new drive clears the alert."
    )
    latch_until: Condition | None = Field(default=None, description="What else ends an alert that is latched.")
    once: bool = Field(default=False, description="Raised at most once in a drive.")
    cooldown_s: Seconds = Field(default=0.0, description="After the alert was raised, this rule does not raise it for this long.")
    cooldown_up_to_s: PositiveSeconds | None = Field(
        default=None, description="The cooldown doubles, up to this, each time the alert comes again within twice this time."
    )
    cooldown_while: CooldownWhile | None = Field(default=None, description="When the cooldown holds the alert back.")
    rewarn_s: PositiveSeconds | None = Field(
        default=None, description="Prompt again each time the condition has lasted this much longer."
    )
    acknowledge: Literal["no", "this_time", "until_new_drive"] = Field(
        default="no",
        description="How long an acknowledgement by the driver silences the level that is told, and those below it.",
    )
    priority: int | None = Field(default=None, ge=0, le=100, description="Higher goes first; by default from the kind of alert.")
    source: str | None = Field(default=None, description="Where the numbers come from.")

    @model_validator(mode="before")
    @classmethod
    def _is_late_only_if_ever_due(cls, data: Any) -> Any:
        if isinstance(data, dict) and "deadline_s" in data and "deadline_s" not in cls.model_fields:
            raise ValueError(
                "deadline_s is for sustained rules; this one builds up with breaks, and is never too late: take it out"
            )
        return data

    @model_validator(mode="after")
    def _acknowledges_only_what_passes(self) -> RuleBase:
        if self.acknowledge == "until_new_drive" and not passes_at_once(self.alert):
            raise ValueError(f"acknowledge: until_new_drive is for distraction and assist alerts, not for {self.alert}")
        if self.latch_until is not None and self.latch_from is None:
            raise ValueError("latch_until is for rules with latch_from")
        if self.cooldown_up_to_s is not None and not 0.0 < self.cooldown_s <= self.cooldown_up_to_s:
            raise ValueError(f"cooldown_up_to_s {self.cooldown_up_to_s:g} must not be less than a cooldown_s above 0")
        if self.cooldown_while is not None and not self.cooldown_s:
            raise ValueError("cooldown_while is for rules with a cooldown_s")
        return self

    def rests_on(self) -> Iterator[Condition]:
        """The conditions that the rule is about."""
        when: Condition | None = getattr(self, "when", None)
        if when is not None:
            yield when

    @property
    def effective_priority(self) -> int:
        """The priority of the rule: its own, or that of its kind of alert."""
        return self.priority if self.priority is not None else DEFAULT_PRIORITY[AlertKind(self.alert)]

    def answers_after_s(self) -> tuple[float, float | None]:
        """Returns how many seconds after its onset a condition is answered, at the earliest and at the latest.

        The latest is None for a condition that builds up with breaks (shared glances, PERCLOS, counts): no time after its onset
        is too late.
        """
        return 0.0, None

    @abstractmethod
    def raised_in_words(self) -> Iterator[str]:
        """Yields what raises the alert, for people: a line for each rung of the ladder, and for anything else that matters."""

    def ended_in_words(self) -> str:
        """Returns what ends the alert, for people."""
        if self.clear.for_s:
            breaks = f", not counting breaks of up to {self.clear.tolerance_s:g} s" if self.clear.tolerance_s else ""
            return f"ends after {self.clear.for_s:g} s {while_or(self.clear.when, 'of the opposite')}{breaks}"
        return f"ends as soon as {'the opposite holds' if self.clear.when is None else words_for(self.clear.when)}"

    @abstractmethod
    def rung_in_words(self, index: int) -> str:
        """Returns when rung `index` of the ladder is reached, in a few characters: the label of an arrow in a diagram."""


def passes_at_once(kind: str) -> bool:
    """Returns whether attention alone ends what alerts of this kind tell of (Euro NCAP: transient); it does not end fatigue."""
    return kind.startswith(("distraction.", "assist."))


def while_or(condition: Condition | None, otherwise: str) -> str:
    """Returns the time in which the condition holds, for people, or `otherwise` if the rule does not state one."""
    return otherwise if condition is None else while_words(condition)
