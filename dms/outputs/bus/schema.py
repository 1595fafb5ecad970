"""JSON Schemas (2020-12) of the five messages, made from the types that write them.

`python -m dms.outputs.bus.schema docs/schema` writes them down for subscribers in other languages.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dms.health import Health
from dms.outputs.bus.messages import State, Topic
from dms.record_schema import schema_of
from dms.trip.summary import TripSummary
from dms.types import Alert, Observation

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
_MAY_BE_LEFT_OUT = {"landmarks", "views", "second_camera"}
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
    state, state_parts = schema_of(State)
    alert, alert_parts = schema_of(Alert)
    health, health_parts = schema_of(Health)
    observation, observation_parts = schema_of(Observation)
    summary, summary_parts = schema_of(TripSummary)
    return {
        Topic.STATE: _complete(Topic.STATE, _SNAPSHOT | state["properties"], state_parts),
        Topic.ALERT: _complete(Topic.ALERT, alert["properties"] | _JOURNALLED, alert_parts),
        Topic.HEALTH: _complete(Topic.HEALTH, _SNAPSHOT | health["properties"], health_parts),
        Topic.OBSERVATION: _complete(Topic.OBSERVATION, observation["properties"], observation_parts),
        Topic.SUMMARY: _complete(Topic.SUMMARY, _SNAPSHOT | summary["properties"], summary_parts),
    }


def write_schemas(directory: Path) -> list[Path]:
    """Write one file per topic, named after it, and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for topic, schema in message_schemas().items():
        path = directory / f"{topic}.schema.json"
        path.write_text(schema_text(schema), encoding="utf-8")
        written.append(path)
    return written


def schema_text(schema: Schema) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


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
