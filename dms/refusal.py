"""Why a record or a text is refused, in words that name the place: `head.yaw: expected a number, got text`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

LARGEST_WHOLE_NUMBER = 2**63 - 1
"""No program that reads JSON with numbers of fixed width takes a larger one, and msgspec writes none."""
_WORDS = {
    "`float`": "a number",
    "`int`": "a whole number",
    "`str`": "text",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "an object",
    "`null`": "null",
}
_PLACE = re.compile(r" - at (`key` in )?`\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<name>\w+)`")
_NO_MEMBER = re.compile(r"Invalid enum value (?P<value>.+)", re.DOTALL)


def complaint(error: msgspec.ValidationError, record_type: type) -> str:
    """What is wrong with a record of `record_type`, after the place where that stands."""
    text, place = str(error), ""
    found = _PLACE.search(text)
    if found:
        text = text[: found.start()]
        place = found["path"].replace("[...]", "").replace("[", ".").replace("]", "")
    missing = _MISSING.fullmatch(text)
    if missing:
        return f"{f'{place}.' if place else ''}{missing['name']}: the field is missing"
    refused = _NO_MEMBER.fullmatch(text)
    if refused:
        return f"{place}: {refused['value']} is none of {', '.join(_members(record_type, place.split('.')))}"
    text = text.replace("Expected `int`, got `float`", "expected `int`, got one with a fraction")
    words = re.sub(r"`[^`]+`", lambda named: _in_words(named[0]), text)
    inside = "one of its values: " if found and found["path"].endswith("[...]") else ""
    return f"{place or 'the record'}: {inside}{words[:1].lower()}{words[1:]}"


def not_utf8(error: UnicodeDecodeError) -> str:
    """Returns what is wrong with bytes that are not text. Columns count bytes, from 1."""
    if error.object[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "the text is UTF-16: save it as UTF-8"
    return f"byte 0x{error.object[error.start]:02x} at column {error.start - error.object.rfind(10, 0, error.start)} is not UTF-8"


def line_of(error: UnicodeDecodeError) -> int:
    """Returns the line of the byte that is not UTF-8. Lines count from 1."""
    return error.object.count(b"\n", 0, error.start) + 1


def impossible_value(record: object) -> str | None:
    """The first number that is not finite or too large, or text that is not Unicode, after its place; None without one."""
    for place, value in _values_in(record, ()):
        if isinstance(value, float) and not math.isfinite(value):
            return f"{'.'.join(place)}: expected a finite number, got {value}"
        if isinstance(value, int) and abs(value) > LARGEST_WHOLE_NUMBER:
            return f"{'.'.join(place)}: a whole number of more than 64 bits"
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            return f"{'.'.join(place) or 'the record'}: the text has half a character in it"
    return None


def _in_words(types: str) -> str:
    """Types as msgspec writes them between its quotes, such as `float | null`."""
    return " or ".join(_WORDS.get(f"`{name}`", name) for name in types.strip("`").split(" | "))


def _members(hint: Any, path: Sequence[str]) -> tuple[str, ...]:
    """The values that may stand at `path` in a type, or be a key there; none where it names no choice."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return tuple(str(member.value) for member in hint)
    if isinstance(hint, type) and path:
        field = _fields(hint).get(path[0])
        return _members(field, path[1:])
    return next((members for part in get_args(hint) if (members := _members(part, path))), ())


def _fields(record_type: type) -> dict[str, Any]:
    """The types of a record's fields by their names in JSON."""
    if issubclass(record_type, msgspec.Struct):
        return {field.encode_name: field.type for field in msgspec.structs.fields(record_type)}
    return get_type_hints(record_type)


def _values_in(value: object, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every single value and every key in a record, with the names that lead to it in JSON."""
    parts: Iterator[tuple[object, object]]
    if isinstance(value, msgspec.Struct):
        parts = ((field.encode_name, getattr(value, field.name)) for field in msgspec.structs.fields(value))
    elif isinstance(value, Mapping):
        for name in value:
            yield place, name  # a stranger chose it, as he did what stands under it
        parts = iter(value.items())
    elif isinstance(value, list | tuple):
        parts = enumerate(value)
    else:
        yield place, value
        return
    for name, part in parts:
        yield from _values_in(part, (*place, str(name)))
