"""The JSON form of what goes between programs: one object, one line, with its `topic`.

The formats are contracts. Reading validates everything, refuses NaN and infinities, and ignores fields it does not know, so
that a newer program may add some.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dms.errors import DriveError
from dms.types import Alert, DriveRecord, DriverInput, Label, Observation, Setup, VehicleState

TOPICS: dict[str, type[DriveRecord]] = {
    "observation": Observation,
    "vehicle": VehicleState,
    "driver": DriverInput,
    "label": Label,
    "alert": Alert,
    "setup": Setup,
}
_TOPIC_OF = {record_type: topic for topic, record_type in TOPICS.items()}
_ANY_OBJECT = TypeAdapter(dict[str, Any])
_LEADING_TOPIC = re.compile(rb'^\s*\{\s*"topic"\s*:\s*"(\w+)"')


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def adapter_of(record_type: type) -> TypeAdapter[Any]:
    """The validator and serializer of one record type, built on first use."""
    if record_type not in _ADAPTERS:
        _ADAPTERS[record_type] = TypeAdapter(record_type)
    return _ADAPTERS[record_type]


def to_json(record: DriveRecord) -> bytes:
    """One line of JSON without a newline, `topic` first. A NaN, which no part should hand over, travels as `null`: unknown."""
    body: bytes = adapter_of(type(record)).dump_json(record, by_alias=True)
    return b'{"topic":"' + _TOPIC_OF[type(record)].encode() + b'",' + body[1:]


def from_json(line: bytes | str) -> DriveRecord:
    """The record that a line of JSON holds.

    Raises:
        DriveError: the line is not JSON, has no known topic, or a field is missing or out of range; the message says which.
    """
    data = line.encode() if isinstance(line, str) else line
    topic = _topic_of(data)
    record_type = TOPICS.get(topic)
    if record_type is None:
        raise DriveError(f"unknown topic '{topic}': expected one of {', '.join(TOPICS)}")
    try:
        record: DriveRecord = adapter_of(record_type).validate_json(data)
    except ValidationError as error:
        raise DriveError(_first_problem(topic, error)) from error
    return record


def _topic_of(data: bytes) -> str:
    leading = _LEADING_TOPIC.match(data)
    if leading:
        return leading.group(1).decode()
    try:
        topic = _ANY_OBJECT.validate_json(data).get("topic")
    except ValidationError as error:
        raise DriveError(f"not a JSON object: {error.errors()[0]['msg']}") from error
    if topic is None:
        raise DriveError("the object has no 'topic'")
    return str(topic)


def _first_problem(topic: str, error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the line"
    return f"{topic}: {where}: {problem['msg']}"
