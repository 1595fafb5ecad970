"""What the drive file calls its parts, and the JSON Schemas of its channels, in as much JSON Schema as Foxglove understands.

Foxglove's reader (parseJsonSchema of its open-source studio) resolves no `$ref`, no `anyOf` and no array of arrays, and
refuses the whole channel when it meets one. So types stand inline, a value that may be unknown carries `"nullable": true`
beside its type instead of an alternative, and an array of points is left to the message alone.
"""

from __future__ import annotations

import json
from typing import Any

from dms.record_schema import schema_of
from dms.types import EXPRESSIONS
from dms.wire import TOPICS

Schema = dict[str, Any]

FORMAT = 1
"""The version of the drive file: written into each, and the newest that this program reads."""
METADATA_NAME = "dms.drive"
"""The metadata record that tells what the drive was recorded with."""
CHANNELS = {topic: f"/dms/{topic}" for topic in TOPICS}
"""The channel of each topic."""


def drive_schema(topic: str) -> bytes:
    """The JSON Schema of the records of one topic (`observation`, `vehicle`, `driver`, `label`, `alert`)."""
    schema = plain_schema(TOPICS[topic], f"dms.{topic}")
    schema["properties"] = {**schema["properties"], "topic": {"type": "string", "const": topic}}
    return json.dumps(schema).encode()


def plain_schema(record: type, title: str) -> Schema:
    """The JSON Schema of a record, in what Foxglove's reader understands of JSON Schema. What it has no words for is left out."""
    schema = _plain(*schema_of(record))
    if schema is None:
        raise TypeError(f"the records of '{title}' are no JSON objects")
    return {**schema, "title": title}


def _plain(schema: Schema, definitions: dict[str, Schema]) -> Schema | None:
    """`schema` without references and alternatives; None where Foxglove has no words for it."""
    schema = _resolved(schema, definitions)
    alternatives = [_resolved(option, definitions) for option in schema.get("anyOf", [schema])]
    concrete = [option for option in alternatives if option.get("type") != "null"]
    if len(concrete) != 1:
        return None
    plain = _object(concrete[0], definitions) if concrete[0]["type"] == "object" else _value(concrete[0], definitions)
    if plain is not None and len(alternatives) > 1:
        plain["nullable"] = True
    return plain


def _resolved(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return definitions[reference.removeprefix("#/$defs/")] if reference else schema


def _object(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    properties = dict(schema.get("properties", {}))
    if set(schema.get("propertyNames", {}).get("enum", ())) == set(EXPRESSIONS):
        properties = dict.fromkeys(EXPRESSIONS, schema["additionalProperties"])
    converted = {name: _plain(value, definitions) for name, value in properties.items()}
    known = {name: value for name, value in converted.items() if value is not None}
    return {"type": "object", "properties": known}


def _value(schema: Schema, definitions: dict[str, Schema]) -> Schema | None:
    if schema["type"] != "array":
        return {key: schema[key] for key in ("type", "enum", "const") if key in schema}
    items = _plain(schema["items"] if "items" in schema else schema["prefixItems"][0], definitions)
    return None if items is None or items["type"] == "array" else {"type": "array", "items": items}
