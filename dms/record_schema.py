"""JSON Schemas (2020-12) of the records as they are written, made from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

Schema = dict[str, Any]

_UNPUBLISHED = ("minimum", "maximum")
"""What reading a drive refuses besides. The schemas were published without: they may not refuse now what they took then."""
_REFERENCE = "#/$defs/{name}"


def schema_of(record_type: type[msgspec.Struct]) -> tuple[Schema, Schema]:
    """The schema of a record's JSON object, and the definitions that it refers to as `#/$defs/NAME`.

    Unknown fields are allowed.
    """
    (reference,), components = msgspec.json.schema_components([record_type], ref_template=_REFERENCE)
    orders = {frozenset(values): values for values in _choices_in(record_type)}
    definitions = {name: _as_written(component, orders) for name, component in components.items()}
    return definitions.pop(reference["$ref"].removeprefix(_REFERENCE.format(name=""))), definitions


def _as_written(schema: Any, orders: Mapping[frozenset[str], list[str]]) -> Any:
    """A part of a schema in words that more of its readers know, with choices in the order of their declaration."""
    if isinstance(schema, list):
        return [_as_written(part, orders) for part in schema]
    if not isinstance(schema, dict):
        return schema
    written = {key: _as_written(value, orders) for key, value in schema.items() if key not in _UNPUBLISHED}
    choices = schema.get("enum")
    if isinstance(choices, list):
        written["enum"] = orders.get(frozenset(choices), choices)
        written["type"] = "string"
        if len(choices) == 1:
            written["const"] = written.pop("enum")[0]
    if "prefixItems" in schema:
        del written["items"]  # `maxItems` says it already
    if isinstance(schema.get("description"), str):
        written["description"] = inspect.cleandoc(schema["description"])
    return written


def _choices_in(hint: Any) -> Iterator[list[str]]:
    """The values of every enumeration in a type, in the order of their declaration."""
    if get_origin(hint) is Literal:
        yield list(get_args(hint))
    elif isinstance(hint, type) and issubclass(hint, Enum):
        yield [member.value for member in hint]
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        for field in get_type_hints(hint, include_extras=True).values():
            yield from _choices_in(field)
    else:
        for part in get_args(hint):
            yield from _choices_in(part)
