"""The cues that a rule may name, with their type and range, read off `Cues` itself so that the two never disagree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec.structs import fields

from dms.config.cabin import AREAS
from dms.types import Cues

CueType = Literal["number", "truth", "text"]

_NOT_A_CUE = ("t", "events")
_NAMED_VALUES = {"gaze_area": AREAS}  # the zones depend on the cabin
_RANGE_BY_UNIT = {"_deg": (-180.0, 180.0), "_kph": (0.0, 400.0), "_s": (0.0, 86_400.0), "_60s": (0.0, 1.0), "_180s": (0.0, 1.0)}
_RANGE_BY_NAME = {
    "steering_deg": (-1200.0, 1200.0),
    "openness": (0.0, 1.5),
    "mouth_openness": (0.0, 5.0),
    "kss": (1.0, 9.0),
    "eyes_readable_share_30s": (0.0, 1.0),
    "calibration": (0.0, 1.0),
    "perclos_60s": (0.0, 1.0),
    "perclos_180s": (0.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: what kind of value it has, which texts it may be, and in which range a threshold makes sense."""

    name: str
    type: CueType
    values: tuple[str, ...] = ()
    lowest: float = float("-inf")
    highest: float = float("inf")


def _cue(name: str, hint: Any) -> Cue:
    members = [member for member in get_args(hint) if member is not type(None)] if get_origin(hint) is not Literal else [hint]
    bare = members[0] if members else hint
    if bare is bool:
        return Cue(name, "truth")
    if bare in (float, int):
        by_unit = next((limits for unit, limits in _RANGE_BY_UNIT.items() if name.endswith(unit)), (float("-inf"), float("inf")))
        return Cue(name, "number", (), *_RANGE_BY_NAME.get(name, by_unit))
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return Cue(name, "text", tuple(bare))
    if get_origin(bare) is Literal:
        return Cue(name, "text", get_args(bare))
    return Cue(name, "text", _NAMED_VALUES.get(name, ()))


_HINTS = get_type_hints(Cues)
CUES: dict[str, Cue] = {
    field.name: _cue(field.name, _HINTS[field.name]) for field in fields(Cues) if field.name not in _NOT_A_CUE
}
