"""JSON Schemas (2020-12) of the records as they are written, made from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

import msgspec

Schema = dict[str, Any]

_REFERENCE = "#/$defs/{name}"


def schema_of(record_type: type[msgspec.Struct]) -> tuple[Schema, Schema]:
    """The schema of a record's JSON object, and the definitions that it refers to as `#/$defs/NAME`.

    It describes what is written, so that every field is required. Unknown fields are allowed.
    """
    (reference,), components = msgspec.json.schema_components([record_type], ref_template=_REFERENCE)
    enums = {enum.__name__: enum for enum in _enums_in(msgspec.inspect.type_info(record_type))}
    definitions = {name: _as_written(component) for name, component in components.items()}
    for name, enum in enums.items():
        definitions[name]["enum"] = [member.value for member in enum]
    return definitions.pop(reference["$ref"].removeprefix(_REFERENCE.format(name=""))), definitions


def _as_written(schema: Any) -> Any:
    """A part of a schema without defaults, which only readers need, with its texts and types spelled out."""
    if isinstance(schema, list):
        return [_as_written(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    written = {key: _as_written(value) for key, value in schema.items() if key != "default"}
    if "properties" in schema:
        written["properties"] = {name: _as_written(part) for name, part in schema["properties"].items()}
        written["required"] = list(schema["properties"])
    if "enum" in schema:
        written["type"] = "string"
    if isinstance(schema.get("description"), str):
        written["description"] = inspect.cleandoc(schema["description"])
    return written


def _enums_in(described: Any) -> Iterator[type[Enum]]:
    """The enumerations in a type that msgspec describes; their members come in the order of declaration."""
    if isinstance(described, msgspec.inspect.EnumType):
        yield described.cls
    elif isinstance(described, tuple):
        for part in described:
            yield from _enums_in(part)
    elif isinstance(described, msgspec.inspect.Type | msgspec.inspect.Field):
        yield from _enums_in(msgspec.structs.astuple(described))
