"""The cues that a rule may name: type, range and meaning of each, read off the declaration of `Cues`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from dms.config.cabin import AREAS
from dms.types import Cues

CueType = Literal["number", "truth", "text"]

_NOT_A_CUE = ("t", "events")
_NAMED_VALUES = {"gaze_area": AREAS}  # the zones depend on the cabin
_ANY = (float("-inf"), float("inf"))
_UNITS = {"_deg": ("degrees", (-180.0, 180.0)), "_kph": ("km/h", (0.0, 400.0)), "_s": ("s", (0.0, 86_400.0))}
"""What the ending of a name says: the unit, and the range in which a threshold makes sense."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: its kind of value, the words that it may be, the range in which a threshold makes sense, and what it means."""

    name: str
    type: CueType
    values: tuple[str, ...] = ()
    lowest: float = float("-inf")
    highest: float = float("inf")
    unit: str = ""
    meaning: str = ""


def catalog_of(declaration: type[Cues]) -> dict[str, Cue]:
    """Returns the cues that a declaration has, by name."""
    hints = get_type_hints(declaration, include_extras=True)
    names = (name for name in declaration.__struct_fields__ if name not in _NOT_A_CUE)
    return {name: _cue(name, hints[name]) for name in names}


def catalog_in_words(cues: dict[str, Cue]) -> Iterator[str]:
    """Yields a line for each cue: its name, what it may be, and what it means."""
    width = max(len(name) for name in cues)
    for cue in cues.values():
        yield f"{cue.name:<{width}}  {_values_in_words(cue)}: {cue.meaning}"


def _values_in_words(cue: Cue) -> str:
    if cue.type == "truth":
        return "true or false"
    if cue.type == "text":
        return ", ".join(cue.values) or "a word"
    limits = "" if (cue.lowest, cue.highest) == _ANY else f" from {cue.lowest:g} to {cue.highest:g}"
    return f"a number{limits}{f' {cue.unit}' if cue.unit else ''}"


def _cue(name: str, hint: Any) -> Cue:
    assert get_origin(hint) is Annotated, f"{name} is declared without a meaning"
    value, meta = get_args(hint)
    assert isinstance(meta, msgspec.Meta)
    meaning = meta.description or ""
    known = [member for member in get_args(value) if member is not type(None)] if get_origin(value) is not Literal else [value]
    bare = known[0] if known else value
    if bare is bool:
        return Cue(name, "truth", meaning=meaning)
    if bare in (float, int):
        unit, usual = next((said for ending, said in _UNITS.items() if name.endswith(ending)), ("", _ANY))
        lowest, highest = (meta.extra or {}).get("within", usual)
        return Cue(name, "number", (), lowest, highest, unit, meaning)
    return Cue(name, "text", _words(name, bare), meaning=meaning)


def _words(name: str, hint: Any) -> tuple[str, ...]:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return tuple(hint)
    return get_args(hint) if get_origin(hint) is Literal else _NAMED_VALUES.get(name, ())


CUES = catalog_of(Cues)
"""Every cue, by name."""
