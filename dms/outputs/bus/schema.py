"""JSON Schemas (2020-12) of the five messages, made from the types that write them.

`python -m dms.outputs.bus.schema docs/schema` writes them down for subscribers in other languages.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from dms.health import Health
from dms.outputs.bus.messages import Topic
from dms.record_schema import schema_of
from dms.trip.summary import TripSummary
from dms.types import Alert, Cues, Observation

Schema = dict[str, Any]

_ENVELOPE: Schema = {
    "topic": {"type": "string"},
    "session": {"type": "string", "description": "One run of the service. Another one means that `seq` begins again."},
    "seq": {"type": "integer", "minimum": 1, "description": "Counts the messages of this topic, without gaps."},
    "utc": {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
        "description": "Wall-clock time of publishing; null while the clock is not trusted.",
    },
    "t": {"type": "number", "description": "Seconds of capture time since the start of the drive."},
}
_MAY_BE_LEFT_OUT = {"landmarks"}
_SNAPSHOT: Schema = {
    "snapshot": {"type": "boolean", "description": "True: a repetition, with its old `seq`, for a subscriber that has just come."}
}
_JOURNALLED: Schema = {
    "journalled": {
        "type": "boolean",
        "description": "The alert was on disk before it was published. False: not yet, or not at all.",
    }
}


def message_schemas() -> dict[Topic, Schema]:
    """The schema of every topic's message. All allow further fields: adding one does not change the version."""
    alert_definitions, alert = _object_of(Alert)
    cues_definitions, cues = _object_of(Cues)
    observation_definitions, observation = _object_of(Observation)
    summary_definitions, summary = _object_of(TripSummary)
    health, health_definitions = schema_of(Health)
    active_alert = _message("alert", alert["properties"] | {"topic": _ENVELOPE["topic"]}, "An alert that is active.")
    state = {
        "cues": {"anyOf": [cues, {"type": "null"}], "description": "What the rules are made of; null before the first frame."},
        "active": {
            "type": "array",
            "items": active_alert,
            "description": "The alerts that are active now, as they were last decided.",
        },
    }
    return {
        Topic.STATE: _complete(Topic.STATE, _SNAPSHOT | state, alert_definitions | cues_definitions),
        Topic.ALERT: _complete(Topic.ALERT, alert["properties"] | _JOURNALLED, alert_definitions),
        Topic.HEALTH: _complete(Topic.HEALTH, _SNAPSHOT | health["properties"], health_definitions),
        Topic.OBSERVATION: _complete(Topic.OBSERVATION, observation["properties"], observation_definitions),
        Topic.SUMMARY: _complete(Topic.SUMMARY, _SNAPSHOT | summary["properties"], summary_definitions),
    }


def write_schemas(directory: Path) -> list[Path]:
    """Write one file per topic, named after it, and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for topic, schema in message_schemas().items():
        path = directory / f"{topic}.schema.json"
        path.write_text(schema_text(schema))
        written.append(path)
    return written


def schema_text(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _object_of(record_type: type) -> tuple[Schema, Schema]:
    """The definitions that a type refers to, and its own object."""
    schema = TypeAdapter(record_type).json_schema(by_alias=True, mode="serialization")
    definitions = schema.pop("$defs", {})
    return definitions, schema


def _complete(topic: Topic, properties: Schema, definitions: Schema) -> Schema:
    schema = _message(topic.short, _ENVELOPE | properties | {"t": _ENVELOPE["t"]}, f"A message of the topic {topic}.")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": str(topic)}
    return head | schema | ({"$defs": definitions} if definitions else {})


def _message(topic_field: str, properties: Schema, description: str) -> Schema:
    named = properties | {"topic": {"const": topic_field}}
    return {
        "description": description,
        "type": "object",
        "properties": named,
        "required": [name for name in named if name not in _MAY_BE_LEFT_OUT],
    }


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
