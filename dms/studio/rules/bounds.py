"""Between which bounds a number of a pack may lie: those of the pack's schema, and those of a search space for the slider."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import floor, inf, isfinite, log10
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dms.config.yaml_loader import KeyPath
from dms.decision.condition_schema import NUMBER_TESTS, CueTest
from dms.decision.cue_catalog import CUES
from dms.decision.pack_schema import PackFile
from dms.drives.tuning.pack_parts import parts_of
from dms.drives.tuning.parameters import Number

_STEPS_AT_LEAST = 40
_TIMES = 2.0
"""A slider that no space opens leads from 0 to so many times the number, within the schema's bounds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the schema allows a number to be, whatever the others are. `above` and `under`: the bound itself is not allowed.

    `about` is what the schema says of it.
    """

    lowest: float = -inf
    highest: float = inf
    above: bool = False
    under: bool = False
    whole: bool = False
    about: str = ""

    def in_words(self, unit: str) -> str:
        """The bounds for people: `more than 0 s, up to 86400 s`; empty if there are none."""
        end = f" {unit}" if unit not in ("", "°") else unit
        low = f"{'more than' if self.above else 'from'} {self.lowest:g}{end}" if isfinite(self.lowest) else ""
        high = f"{'less than' if self.under else 'up to'} {self.highest:g}{end}" if isfinite(self.highest) else ""
        return ", ".join(part for part in (low, high, "whole numbers" if self.whole else "") if part)


@dataclass(frozen=True, slots=True)
class Slide:
    """From where to where a slider leads, and in which steps. Every number that it stood on lies on a step."""

    low: float
    high: float
    step: float


def schema_bounds(file: PackFile) -> dict[KeyPath, Bounds]:
    """The bounds of every number that a pack of this shape may contain, by its place in the file or that of the list it is in."""
    return {
        (*path, field.alias or name): _bounds_of(part, name, field)
        for part, path in parts_of(file)
        for name, field in type(part).model_fields.items()
    }


def bounds_at(path: KeyPath, known: Mapping[KeyPath, Bounds]) -> Bounds:
    """The bounds of the number at `path`: its own, or those of all numbers of the list or mapping that it is in."""
    while path and path not in known:
        path = path[:-1]
    return known.get(path, Bounds())


def _bounds_of(part: BaseModel, name: str, field: FieldInfo) -> Bounds:
    bounds = Bounds(whole=int in _types_in(field.annotation), about=field.description or "")
    if isinstance(part, CueTest) and name in (*NUMBER_TESTS, "until"):
        cue = CUES[part.cue]
        bounds = replace(bounds, lowest=cue.lowest, highest=cue.highest)
    for mark in (*field.metadata, *_marks_in(field.annotation)):
        bounds = _narrowed(bounds, mark)
    return bounds


def _narrowed(bounds: Bounds, mark: object) -> Bounds:
    """The bounds with those of a mark such as `Ge(0.0)`, which pydantic makes of `Field(ge=0.0)`."""
    for name in ("ge", "gt"):
        limit = getattr(mark, name, None)
        if isinstance(limit, int | float) and limit >= bounds.lowest:
            bounds = replace(bounds, lowest=float(limit), above=name == "gt")
    for name in ("le", "lt"):
        limit = getattr(mark, name, None)
        if isinstance(limit, int | float) and limit <= bounds.highest:
            bounds = replace(bounds, highest=float(limit), under=name == "lt")
    return bounds


def _marks_in(annotation: Any) -> Iterator[object]:
    """The marks of a type, and of those that it is made of. The fields of a part of their own are marked there."""
    for inner in get_args(annotation):
        yield from inner.metadata if isinstance(inner, FieldInfo) else (inner,)
        yield from _marks_in(inner)


def _types_in(annotation: Any) -> Iterable[Any]:
    found = [annotation]
    for inner in get_args(annotation):
        found += _types_in(inner)
    return found


def slide_of(value: Number, bounds: Bounds) -> Slide:
    """A slider for a number that no space opens."""
    reach = abs(value) * _TIMES or 1.0
    low, high = (-reach, 0.0) if value < 0 else (0.0, reach)
    return slide_between(value, max(low, bounds.lowest), min(high, bounds.highest), bounds)


def slide_between(value: Number, low: float, high: float, bounds: Bounds, step: float | None = None) -> Slide:
    """A slider from `low` to `high`, farther if the number lies beyond them, in steps of `step` if that leads to the number."""
    low, high = min(low, value), max(high, value)
    if step is None or not _leads_to(value, low, step):
        step = _fine_step(value, low, high, whole=bounds.whole)
    low = low + step if bounds.above and low <= bounds.lowest else low
    high = high - step if bounds.under and high >= bounds.highest else high
    return Slide(_plain(low), _plain(high), step)


def _fine_step(value: Number, low: float, high: float, *, whole: bool) -> float:
    """A power of ten that makes forty steps or more, and leads to the number."""
    if whole:
        return 1.0
    step = 10.0 ** floor(log10((high - low) / _STEPS_AT_LEAST)) if high > low else 1.0
    while not _leads_to(value, low, step) and step > 1e-9:
        step /= 10.0
    return float(f"{step:.12g}")


def _leads_to(value: Number, low: float, step: float) -> bool:
    steps = (value - low) / step
    return abs(steps - round(steps)) < 1e-6


def _plain(number: float) -> float:
    return float(f"{number:.12g}")
