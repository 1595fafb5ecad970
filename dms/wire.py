"""The JSON form of what goes between programs: one object, one line, with its `topic`.

The formats are contracts. Reading validates everything, refuses NaN and infinities, and ignores fields it does not know, so
that a newer program may add some. The records themselves, with the names that their fields have in JSON, are declared in
`dms.types`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, SupportsFloat, TypeVar, Union

import msgspec

from dms.errors import BAD_INPUT, DriveError
from dms.refusal import LARGEST_WHOLE_NUMBER, complaint, impossible_value, not_utf8
from dms.types import Alert, DriveRecord, DriverInput, Label, Observation, Setup, VehicleState

TOPICS: dict[str, type[DriveRecord]] = {
    "observation": Observation,
    "vehicle": VehicleState,
    "driver": DriverInput,
    "label": Label,
    "alert": Alert,
    "setup": Setup,
}

_OPEN = (Alert, Setup)  # they hold values of no declared type, in which a whole number may be of any size

Record = TypeVar("Record")
ParseRecord = Callable[[bytes], DriveRecord]

UNREADABLE = (msgspec.MsgspecError, *BAD_INPUT)
"""What decoding raises for JSON that is not a record. Deep nesting and bytes that are not UTF-8 are not msgspec's own errors."""
_SHOWN = 60  # characters of a stranger's text in a message
_NUMERALS = "0123456789.-"
_OF_NUMBERS = _NUMERALS.encode()
_MOST_FORMS = 4096
"""A drive of dms has some dozens: which parts are known, times the words for the camera and the hands."""


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
    known = _KnownForms()

    def parse(line: bytes) -> DriveRecord:
        try:
            record: DriveRecord = decode(line)
            if line.translate(None, _OF_NUMBERS) not in known:
                known.take(line)
            if type(record) in _OPEN and (impossible := impossible_value(record)):
                raise DriveError(f"{_topic_of(record)}: {impossible}")
        except UNREADABLE:
            record = _read_leniently(line, types)
        if type(record) is quick_type:
            if not -LARGEST_WHOLE_NUMBER <= record.frame <= LARGEST_WHOLE_NUMBER:  # type: ignore[union-attr]
                raise DriveError("observation: frame: a whole number of more than 64 bits")
            return record if landmarks else Observation(*values_of(record))
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
        reason, impossible = complaint(error, record_type), impossible_value(fields)
        place = reason.partition(":")[0]
        raise DriveError(impossible if impossible and impossible.startswith(f"{place}: ") else reason) from error
    except BAD_INPUT as error:
        raise DriveError(str(error)) from error
    impossible = impossible_value(record)
    if impossible is not None:
        raise DriveError(impossible)
    return record


def _read_leniently(line: bytes, types: Mapping[str, type[DriveRecord]]) -> DriveRecord:
    """The record of a line that is not exactly as dms writes it, or the reason why it has none."""
    return record_in(json_object(line), types)


def record_in(fields: Mapping[str, Any], types: Mapping[str, type[DriveRecord]] = TOPICS) -> DriveRecord:
    """The record whose fields, `topic` among them, a JSON object holds.

    Raises:
        DriveError: it has no known topic, or a field is missing or out of range; the message says which.
    """
    topic = fields.get("topic")
    if topic is None:
        raise DriveError("the object has no 'topic'")
    if not isinstance(topic, str) or topic not in types:
        raise DriveError(f"unknown topic '{str(topic)[:_SHOWN]}': expected one of {', '.join(types)}")
    try:
        return record_from(types[topic], fields)
    except DriveError as error:
        raise DriveError(f"{topic}: {error}") from error


def json_object(line: bytes) -> dict[str, Any]:
    """The object that one line of JSON holds. NaN and infinities are read, so that it can be said where they stand.

    Raises:
        DriveError: it is no object, or a key stands twice in it: nobody can say which of its values is meant.
    """
    content = json_value(line)
    if not isinstance(content, dict):
        raise DriveError("not a JSON object")
    return content


def json_value(text: bytes) -> Any:
    """What JSON holds; raises DriveError as `json_object` does."""
    try:
        return json.loads(text.decode().rstrip(), object_pairs_hook=without_twins)
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise DriveError(f"not a JSON object: {error.msg.removesuffix(' at')} at {line}column {error.colno}") from error
    except UnicodeDecodeError as error:
        raise DriveError(f"not a JSON object: {not_utf8(error)}") from error
    except RecursionError as error:
        raise DriveError("not a JSON object: nested too deep") from error
    except BAD_INPUT as error:
        raise DriveError(f"not a JSON object: {error}") from error


def without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys and values; a hook for `json.loads`. Raises DriveError if a key stands twice."""
    content = dict(pairs)
    if len(content) < len(pairs):
        twin = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise DriveError(f"the key '{twin[:_SHOWN]}' stands twice")
    return content


class _KnownForms(set[bytes]):
    """Lines without their numbers, of which it is known that no key stands twice.

    The decoder takes the last of two keys without a word, and looking for twins takes longer than decoding. But the lines of a
    drive differ in their numbers alone, so that each form is looked at once.
    """

    def take(self, line: bytes) -> None:
        """Look at a line of a new form.

        Raises:
            DriveError: a key stands twice.
        """
        digits_in_keys = False

        def look(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
            nonlocal digits_in_keys
            digits_in_keys |= any(any(character in _NUMERALS for character in key) for key, _ in pairs)
            return without_twins(pairs)

        json.loads(line, object_pairs_hook=look)
        if not digits_in_keys and len(self) < _MOST_FORMS:
            self.add(line.translate(None, _OF_NUMBERS))


def _topic_of(record: DriveRecord) -> str:
    return next(topic for topic, kind in TOPICS.items() if isinstance(record, kind))


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
