"""How people say what a condition asks of a cue: `the direction of the head is more than 30° to the left`.

A cue without words of its own is called by its name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from dms.decision.cue_catalog import CUES, Cue
from dms.decision.zone_words import zone_in_words

_LEFT_RIGHT = ("to the left", "to the right")
_UP_DOWN = ("up", "down")
_SHARE = (0.0, 1.0)
_COMPARISONS = {"above": "more than", "at_least": "at least", "below": "less than", "at_most": "at most", "beyond": "more than"}
_MIRRORED = {"above": "less than", "at_least": "at most", "below": "more than", "at_most": "at least"}


@dataclass(frozen=True, slots=True)
class Said:
    """How a cue is said: of a number what it is, of a truth what holds if it is true and if it is false, of a word its sentence.

    `sides` are those of a number above 0 and below it, `called` what words are called, `present` what it means that the cue has a
    value and that it has none, where that is more than that it is known.
    """

    says: str | tuple[str, str]
    sides: tuple[str, str] | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    present: tuple[str, str] | None = None


SAID = {
    "speed_kph": Said("the speed"),
    "speed_status": Said(
        "the speed is {}",
        called={"told": "told", "lost": "no longer told", "never_told": "never told in this drive"},
        present=("anything is known of the speed signal", "nothing is known of the speed signal"),
    ),
    "turn_signal": Said(
        "the indicator is {}", called={"left": "set to the left", "right": "set to the right", "hazard": "on hazard"}
    ),
    "steering_deg": Said("the angle of the steering wheel", sides=_LEFT_RIGHT),
    "gear": Said("the gear is {}"),
    "assist_active": Said(("an assistance system steers", "no assistance system steers")),
    "road_yaw_deg": Said("the direction of the road ahead", sides=_LEFT_RIGHT),
    "indicated_side": Said(
        "the indicator announces {}",
        called={"none": "no manoeuvre", "left": "a manoeuvre to the left", "right": "a manoeuvre to the right"},
    ),
    "camera": Said("the camera is {}", called={"ok": "all right"}),
    "face_missing": Said(("no face is found", "a face is found")),
    "face_missing_s": Said("the time without a face"),
    "degraded": Said(
        "the driver cannot be fully judged for the reason {}",
        present=("the driver cannot be fully judged", "the driver can be fully judged"),
    ),
    "degraded_s": Said("the time in which the driver could not be fully judged"),
    "head_yaw_deg": Said("the direction of the head", sides=_LEFT_RIGHT),
    "head_pitch_deg": Said("the direction of the head", sides=_UP_DOWN),
    "head_roll_deg": Said("the tilt of the head", sides=("to the right", "to the left")),
    "head_leans": Said(("the head leans to a side", "the head leans to no side")),
    "head_away_deg": Said("the angle between head and road"),
    "gaze_yaw_deg": Said("the direction of the gaze", sides=_LEFT_RIGHT),
    "gaze_pitch_deg": Said("the direction of the gaze", sides=_UP_DOWN),
    "gaze_away_deg": Said("the angle between gaze and road"),
    "gaze_source": Said("the gaze is read from {}", called={"eye": "the eyes", "head": "the head"}),
    "gaze_zone": Said("the driver looks at {}"),
    "gaze_area": Said(
        "the gaze is in {}",
        called={
            "area1": "area 1 (aside or up)",
            "area2": "area 2 (glass)",
            "area3": "area 3 (low in the cabin)",
            "none": "none of the areas",
        },
    ),
    "off_road": Said(("the driver looks away from the road", "the driver looks at the road")),
    "non_nominal": Said(("the gaze is read from the head", "the gaze is not read from the head")),
    "off_road_minute_s": Said("the time with the eyes off the road in the last minute"),
    "glance_mean_s": Said("the mean duration of glances away"),
    "glance_p85_s": Said("the 85th percentile of glances away"),
    "openness": Said("the opening of the eyes"),
    "eyes_closed": Said(("the eyes are closed", "the eyes are open")),
    "eyes_closed_s": Said("the time for which the eyes have been closed"),
    "perclos_60s": Said("PERCLOS over one minute"),
    "perclos_180s": Said("PERCLOS over three minutes"),
    "blink_rate_per_min": Said("the number of blinks per minute"),
    "blink_duration_s": Said("the mean duration of blinks"),
    "kss": Said("the estimated sleepiness (KSS)"),
    "kss_sigma": Said("the standard error of the estimated sleepiness"),
    "mouth_openness": Said("the opening of the mouth"),
    "yawning": Said(("the driver yawns", "the driver does not yawn")),
    "talking": Said(("the driver talks", "the driver does not talk")),
    "phone": Said(
        "{} is seen",
        called={
            "none": "no phone",
            "at_ear": "a phone at the ear",
            "handheld": "a phone in the hand",
            "mounted": "a phone in a holder",
        },
    ),
    "smoking": Said(("the driver smokes", "the driver does not smoke")),
    "drinking": Said(("the driver drinks or eats", "the driver neither drinks nor eats")),
    "expression": Said("the face shows {}"),
    "eyes_readable_share_30s": Said("the share of the last 30 s in which the eyes could be read"),
    "availability_30s": Said("the number of signs of an available driver"),
    "calibration": Said("the share of the calibration that is learned"),
    "calibrated": Said(("the calibration is complete", "the calibration is not complete")),
    "calibration_source": Said(
        "the driver's forward is {}",
        called={"prior": "still assumed", "provisional": "learned for the time being", "relearning": "being learned again"},
    ),
    "paused": Said(("monitoring is paused", "monitoring is not paused")),
}


def said_of(cue: Cue) -> Said:
    """Returns how a cue is said."""
    known = SAID.get(cue.name)
    if known is not None:
        return known
    name = cue.name.removesuffix(_ending(cue)).replace("_", " ")
    if cue.type == "truth":
        return Said((name, f"not {name}"))
    return Said(f"{name} is {{}}" if cue.type == "text" else name)


def number_in_words(name: str, test: str, limit: float, until: float | None) -> str:
    """Returns that a number is more or less than a limit, and until when that counts once it was so."""
    cue = CUES[name]
    said = said_of(cue)
    back = (
        "" if until is None else f" (and then until it is back at {_aside(cue, None if test == 'beyond' else said.sides, until)})"
    )
    return f"{said.says} is {_compared(cue, said.sides, test, limit)}{back}"


def truth_in_words(name: str, value: bool) -> str:
    """Returns what holds if the cue is true, or if it is false."""
    says = said_of(CUES[name]).says
    return says[0 if value else 1]


def word_in_words(name: str, words: Collection[str], *, others: bool = False) -> str:
    """Returns that the cue is one of these words, or with `others` that it is known and none of them."""
    said = said_of(CUES[name])
    called = [said.called.get(word, zone_in_words(word) if name == "gaze_zone" else word.replace("_", " ")) for word in words]
    choice = joined(called, "or")
    return str(said.says).format(f"anything but {choice}" if others else choice)


def presence_in_words(name: str, present: bool) -> str:
    """Returns that a cue has a value, or that it has none."""
    cue = CUES[name]
    said = said_of(cue)
    if said.present is not None:
        return said.present[0 if present else 1]
    known = "known" if present else "unknown"
    if cue.type == "number":
        return f"{said.says} is {known}"
    what = f"whether {said.says[0]}" if cue.type == "truth" else f"whether {str(said.says).format('this or that')}"
    return f"it is {known} {what}"


def noun_of(name: str) -> str:
    """Returns what a number is called."""
    return str(said_of(CUES[name]).says)


def amount(name: str, value: float) -> str:
    """Returns a value of this cue with its unit."""
    return _amount(CUES[name], value)


def joined(words: Collection[str], conjunction: str) -> str:
    """Returns words in a row: `a`, `a or b`, `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def lasting(seconds: float) -> str:
    """Returns a time as people write it: in seconds, or in hours where it is so many."""
    return f"{seconds / 3600:g} h" if seconds >= 3600 and seconds % 3600 == 0 else f"{seconds:g} s"


def percent(share: float) -> str:
    """Returns a share as people write it."""
    return f"{share * 100:.4g} %"


def _compared(cue: Cue, sides: tuple[str, str] | None, test: str, limit: float) -> str:
    if test == "beyond":
        return f"more than {_amount(cue, limit)} {'to either side' if sides == _LEFT_RIGHT else 'from 0, either way'}"
    if sides is None:
        return f"{_COMPARISONS[test]} {_amount(cue, limit)}"
    is_second = limit < 0.0
    words = (_MIRRORED if is_second else _COMPARISONS)[test]
    side, other = sides[::-1] if is_second else sides
    opposite = "" if words in ("more than", "at least") else f", or {other}"
    return f"{words} {_amount(cue, abs(limit))} {side}{opposite}"


def _aside(cue: Cue, sides: tuple[str, str] | None, value: float) -> str:
    side = "" if sides is None or value == 0.0 else f" {sides[0 if value > 0.0 else 1]}"
    return f"{_amount(cue, abs(value) if side else value)}{side}"


def _amount(cue: Cue, value: float) -> str:
    if (cue.lowest, cue.highest) == _SHARE:
        return percent(value)
    return f"{value:g}" + {"degrees": "°", "km/h": " km/h", "s": " s"}.get(cue.unit, "")


def _ending(cue: Cue) -> str:
    return {"degrees": "_deg", "km/h": "_kph", "s": "_s"}.get(cue.unit, "")
