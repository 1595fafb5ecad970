"""Finding one's way in a pack: its parts with their places in the file, and the cues and conditions that they name.

All of it is read off the classes of the schema, so that a new kind of rule needs nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dms.config.yaml_loader import KeyPath
from dms.decision.condition_schema import Condition, CueName
from dms.decision.pack_schema import PackFile

Part = tuple[BaseModel, KeyPath]
"""A part of a pack, and its place in the file."""


def parts_of(value: Any, path: KeyPath = ()) -> Iterator[Part]:
    """Every part of a pack, or of a part of it, from the outside in."""
    if isinstance(value, BaseModel):
        yield value, path
        for name, field in type(value).model_fields.items():
            yield from parts_of(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from parts_of(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from parts_of(below, (*path, index))


def cues_in(part: BaseModel) -> set[str]:
    """The cues that a part of a pack names, or the parts below it."""
    return {cue for below, _ in parts_of(part) for cue in cues_named_by(below)}


def cues_named_by(part: BaseModel) -> set[str]:
    """The cues that a part of a pack names itself."""
    return {name for name in _values_of(part, CueName) if isinstance(name, str)}


def conditions_behind(part: BaseModel, file: PackFile) -> set[str]:
    """The named conditions that a part of a pack depends on, through other named ones too."""
    found: set[str] = set()
    waiting = _conditions_named_in(part)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            below = file.conditions[name]
            waiting |= {below} if isinstance(below, str) else _conditions_named_in(below)
    return found


def _conditions_named_in(part: BaseModel) -> set[str]:
    """The names of conditions that a part states; a condition that is no name is a part of its own."""
    return {value for below, _ in parts_of(part) for value in _values_of(below, Condition) if isinstance(value, str)}


def _values_of(part: BaseModel, annotated: Any) -> Iterator[Any]:
    """The values in those fields of a part that are declared as this annotated type, optional or in a list if need be."""
    for name, field in type(part).model_fields.items():
        if _is_declared(field, annotated):
            value = getattr(part, name)
            yield from value if isinstance(value, list) else (value,)


def _is_declared(field: FieldInfo, annotated: Any) -> bool:
    bare, *marks = get_args(annotated)
    plainly = field.annotation == bare and all(mark in field.metadata for mark in marks)
    return plainly or annotated in get_args(field.annotation)
