"""The JSON Schema of configurations, for editors that complete and check them while they are written."""

from __future__ import annotations

from typing import Any

from dms.config.settings import Settings


def settings_json_schema() -> dict[str, Any]:
    """Returns the schema of a configuration file (2020-12), with the short forms that are read as well."""
    schema = Settings.model_json_schema(mode="validation")
    record = schema["properties"]["record"]
    short = {"type": ["string", "null"], "minLength": 1, "description": "Short for `record: {folder: …}`."}
    schema["properties"]["record"] = {"anyOf": [{"$ref": record["$ref"]}, short], "default": record["default"]}
    vehicle = schema["properties"]["vehicle"]
    one_source = {
        "type": "object",
        "properties": {"source": {"type": "string", "minLength": 1}},
        "required": ["source"],
        "description": "Short for `vehicle: {sources: {NAME: {…}}}`; all further keys are the source's: docs/vehicle_data.md.",
    }
    schema["properties"]["vehicle"] = {"anyOf": [{"$ref": vehicle["$ref"]}, one_source], "default": vehicle["default"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "dms configuration"}
