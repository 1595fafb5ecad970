"""The JSON form of what goes between programs: one object, one line, with its `topic`.

The formats are contracts. Reading validates everything, refuses NaN and infinities, and ignores fields it does not know, so
that a newer program may add some. The records themselves, with the names that their fields have in JSON, are declared in
`dms.types`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, SupportsFloat, TypeVar, Union

import msgspec

from dms.errors import DriveError
from dms.refusal import complaint, impossible_value
from dms.types import Alert, DriveRecord, DriverInput, Label, Observation, Setup, VehicleState

TOPICS: dict[str, type[DriveRecord]] = {
    "observation": Observation,
    "vehicle": VehicleState,
    "driver": DriverInput,
    "label": Label,
    "alert": Alert,
    "setup": Setup,
}

Record = TypeVar("Record")
ParseRecord = Callable[[bytes], DriveRecord]

# What a decoder raises for what is no record: deep nesting and bytes that are no UTF-8 are not among its own errors.
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def to_json(record: msgspec.Struct | Mapping[str, Any]) -> bytes:
    """One line of JSON without a newline, `topic` first. A NaN, which no part should hand over, travels as `null`: unknown."""
    return _encode(record)


def from_json(line: bytes | str) -> DriveRecord:
    """The record that a line of JSON holds.

    Raises:
        DriveError: the line is not JSON, has no known topic, or a field is missing or out of range; the message says which.
    """
    return record_parser(landmarks=True)(line.encode() if isinstance(line, str) else line)


@cache
def record_parser(*, landmarks: bool = False) -> ParseRecord:
    """The function that turns one line of JSON into its record, and raises DriveError as `from_json` does.

    Landmarks are two thirds of a line and no rule looks at them: without `landmarks`, they are checked to be JSON, not
    built, and the observation's `landmarks` stay None.
    """
    types = TOPICS if landmarks else {**TOPICS, "observation": _without_landmarks()}
    quick_type = types["observation"]
    decode = msgspec.json.Decoder(Union[tuple(types.values())]).decode  # noqa: UP007 - made from a list
    values_of = msgspec.structs.astuple

    def parse(line: bytes) -> DriveRecord:
        try:
            record: DriveRecord = decode(line)
        except _REFUSED:
            record = _read_leniently(line, types)
        if not landmarks and type(record) is quick_type:
            return Observation(*values_of(record))
        return record

    return parse


def record_from(record_type: type[Record], fields: Mapping[str, Any]) -> Record:
    """The record that fields with their names in JSON make up; numbers may be text.

    Raises:
        DriveError: a field is missing or out of range; the message begins with its name.
    """
    try:
        record = msgspec.convert(fields, record_type, strict=False)
    except msgspec.ValidationError as error:
        raise DriveError(complaint(error, record_type)) from error
    impossible = impossible_value(record)
    if impossible is not None:
        raise DriveError(impossible)
    return record


def _read_leniently(line: bytes, types: Mapping[str, type[DriveRecord]]) -> DriveRecord:
    """The record of a line that is not exactly as dms writes it, or the reason why it has none."""
    fields = _object_in(line)
    topic = fields.get("topic")
    if topic is None:
        raise DriveError("the object has no 'topic'")
    if not isinstance(topic, str) or topic not in types:
        raise DriveError(f"unknown topic '{topic}': expected one of {', '.join(types)}")
    try:
        return record_from(types[topic], fields)
    except DriveError as error:
        raise DriveError(f"{topic}: {error}") from error


def _object_in(line: bytes) -> dict[str, Any]:
    """The object that a line holds. NaN and infinities are read, so that it can be said where they stand."""
    try:
        content = json.loads(line.decode())
    except json.JSONDecodeError as error:
        raise DriveError(f"not a JSON object: {error.msg.removesuffix(' at')} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise DriveError(f"not a JSON object: {error}") from error
    if not isinstance(content, dict):
        raise DriveError("not a JSON object")
    return content


def _without_landmarks() -> type[DriveRecord]:
    """The declaration of an observation but for its last field, which then counts as one that is not known."""
    *fields, last = msgspec.structs.fields(Observation)
    if last.name != "landmarks":
        raise TypeError("an observation's landmarks are to be its last field")
    declared = [(one.name, one.type, one.default) if not one.required else (one.name, one.type) for one in fields]
    quick: Any = msgspec.defstruct("Observation", declared, tag_field="topic", tag="observation")
    return quick  # type: ignore[no-any-return]


def _plain_number(value: object) -> float:
    """A number of NumPy's as one of Python's."""
    if isinstance(value, SupportsFloat):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


_encode = msgspec.json.Encoder(enc_hook=_plain_number).encode
