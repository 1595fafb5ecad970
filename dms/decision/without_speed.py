"""What changes while nobody tells the vehicle's speed: a red light and a motorway look alike then.

Distraction is told softly, later and as an advisory. Everything else that depends on speed speaks up as ever, but neither as an
emergency nor with the request that goes with one. The driver is told once what would make it better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from dms.decision.condition_schema import Condition, CueTest, LevelName, PackPart, RaisedTest, Seconds, tests_in
from dms.decision.rule_schema import RuleBase
from dms.decision.spacing import Spacing
from dms.types import AlertKind, Cues, Level

HINT = "speed_never_told"
"""The name of the rule that every pack with speed gates gets."""
SOFT = ("distraction.", "assist.")
LOOKS = frozenset({AlertKind.DISTRACTION_HEAD_AWAY, AlertKind.DISTRACTION_LONG, AlertKind.DISTRACTION_CUMULATIVE})
"""Kinds of alert that may all be about one and the same look: once is enough for that."""
_HINT_AFTER_S = 60.0


class WithoutSpeed(PackPart):
    """How rules with a speed gate are judged while the speed was never told, or was lost long ago."""

    distraction_at_most: LevelName = Field(
        default="advisory", description="The highest level of distraction, assist, and what grows out of them."
    )
    absence_at_most: LevelName = Field(
        default="warning",
        description="The highest level of a missing driver: most seats that are empty are those of parked cars.",
    )
    others_at_most: LevelName = Field(default="urgent", description="The highest level of everything else.")
    # [P] EU 2023/2590 allows 6 s in town where it allows 3.5 s on fast roads: 1.7 times as long.
    times: Annotated[float, Field(ge=1.0, le=10.0)] = Field(
        default=1.7, description="Distraction takes so many times as long: the times are those for town."
    )
    distraction_apart_s: Seconds = Field(
        default=60.0, description="So long at least between two alerts of one kind of distraction: drivers stand and look about."
    )  # [D] as long as a red light
    looks_apart_s: Seconds = Field(
        default=20.0,
        description="So long at least between two alerts of looks elsewhere, of whichever kinds: one look, one alert.",
    )  # [D] no look is longer; times of minutes kept other looks, of distracted drivers, from being told
    strict_for_s: Seconds = Field(
        default=60.0, description="A speed that was told and is lost: the strictest band applies for so long."
    )  # [D] longer than a restart of what reads the vehicle's bus
    hint_after_s: Seconds | None = Field(
        default=_HINT_AFTER_S, description="An info says so, once in a drive, after so long without speed; null: never."
    )  # [D]


@dataclass(frozen=True, slots=True)
class Restraint:
    """What holds a rule back without speed: no rank above `at_most`, `times` as much time; and `softly`, no request at all, and
    alerts that keep apart."""

    at_most: int
    times: float
    softly: bool

    def ranks(self, ladder: Iterable[int]) -> frozenset[int]:
        """The ranks that the rungs of a ladder come to."""
        return frozenset(min(rank, self.at_most) for rank in ladder)


def restraint_of(rule: RuleBase, without: WithoutSpeed, named: Mapping[str, Condition]) -> Restraint | None:
    """What holds the rule back without speed; None for one that has no speed gate: it asks for no speed."""
    if rule.speed is None:
        return None
    if rule.alert.startswith(SOFT) or _grows_out_of_distraction(rule, named):
        return Restraint(Level(without.distraction_at_most).rank, without.times, softly=True)
    at_most = without.absence_at_most if _is_about_absence(rule, named) else without.others_at_most
    return Restraint(Level(at_most).rank, 1.0, softly=False)


def _is_about_absence(rule: RuleBase, named: Mapping[str, Condition]) -> bool:
    """Returns whether an empty seat is enough for the rule, whatever it calls that."""
    tests = [test for condition in rule.rests_on() for test in tests_in(condition, named)]
    return rule.alert == AlertKind.DRIVER_ABSENT or any(
        isinstance(test, CueTest) and test.cue == "face_missing" and test.is_ is True for test in tests
    )


def _grows_out_of_distraction(rule: RuleBase, named: Mapping[str, Condition]) -> bool:
    tests = (test for condition in rule.rests_on() for test in tests_in(condition, named))
    return any(isinstance(test, RaisedTest) and test.raised.startswith(SOFT) for test in tests)


class Apart:
    """How far apart soft alerts are kept: each kind by itself, and those of `LOOKS` together."""

    def __init__(self, without: WithoutSpeed) -> None:
        self._apart_s = without.distraction_apart_s
        self._looks = Spacing(without.looks_apart_s, 0.0)

    def spacings(self, kind: str) -> tuple[Spacing, ...]:
        """Returns all that keeps alerts of this kind apart, from each other and from others."""
        own = Spacing(self._apart_s, 0.0)
        return (own, self._looks) if kind in LOOKS else (own,)


class SpeedWatch:
    """Whether nobody tells the speed: never in this drive, or no more for a while. Cues that do not say change nothing."""

    __slots__ = ("_lost_since", "is_missing")

    def __init__(self) -> None:
        self._lost_since: float | None = None
        self.is_missing = False

    def step(self, cues: Cues, strict_for_s: float) -> None:
        """Take the cues of a moment. A speed that was lost `strict_for_s` ago is missing."""
        status = cues.speed_status
        if status == "told":
            self._lost_since = None
            self.is_missing = False
        elif status == "never_told":
            self.is_missing = True
        elif status == "lost":
            if self._lost_since is None:
                self._lost_since = cues.t
            self.is_missing = self.is_missing or cues.t - self._lost_since >= strict_for_s


def with_hint(pack: Any) -> Any:
    """The data of a pack with the rule that says once what the missing speed costs; a pack that needs none, as it is."""
    if not isinstance(pack, dict) or not isinstance(pack.get("rules"), dict):
        return pack
    rules, without = pack["rules"], pack.get("without_speed")
    after_s = without.get("hint_after_s", _HINT_AFTER_S) if isinstance(without, dict) else _HINT_AFTER_S
    asks_for_speed = any(isinstance(rule, dict) and rule.get("speed") is not None for rule in rules.values())
    if not asks_for_speed or not isinstance(after_s, int | float) or HINT in rules:
        return pack
    return {**pack, "rules": {**rules, HINT: _hint(float(after_s))}}


def _hint(after_s: float) -> dict[str, Any]:
    return {
        "kind": "sustained",
        "alert": AlertKind.SYSTEM_DEGRADED.value,
        "says": "The speed is not known, so distraction is told later and softly. Connect the vehicle, or set assume_speed_kph.",
        "when": {"cue": "speed_status", "is": "never_told"},
        "ladder": [{"level": "info", "after_s": after_s}],
        "clear": {"when": {"cue": "speed_status", "present": True}, "for_s": 5.0},
        "once": True,
    }
