"""Drives as text: one JSON object per line, in any order of topics; packed, if the file ends in `.gz`."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec

from dms.errors import DriveError
from dms.recording.ordering import Placed, in_time_order
from dms.recording.packed import open_lines
from dms.types import DriveRecord
from dms.wire import UNREADABLE, record_parser

_TOPIC = re.compile(rb'\s*\{\s*"topic"\s*:\s*"(\w*)')
_BUFFER_BYTES = 1 << 18
LARGEST_LINE_BYTES = 16 << 20
"""A setup holds a whole pack, which is the longest record: a tenth of it."""
MOST_EMPTY_LINES = 2_000_000
"""As many as lines with records in eighteen hours: a drive that was written with an empty line after each is still read."""
MOST_EVENTS = 200_000
"""Labels, alerts and inputs are held at once: one every half a second for a day."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # some editors begin a file of UTF-8 with it
_OBSERVATION, _VEHICLE, _OTHER, _EMPTY = b"observation", b"vehicle", b"other", b""
# The beginning of a line as dms writes it: looking at that much is several times faster than taking the line apart.
_USUAL = {b'{"topic":"obse': _OBSERVATION, b'{"topic":"vehi': _VEHICLE}
_USUAL_LENGTH = len(b'{"topic":"obse')


class _Topic(msgspec.Struct):
    topic: str = ""


_decode_topic = msgspec.json.Decoder(_Topic).decode


class JsonlDrive:
    """One `.jsonl` drive. Iterating yields its records by time; after that, `warnings` says what could not be read.

    The file is read once per kind of stream (observations, vehicle, the rest) and merged, so that a program may write its
    vehicle trace or its labels in one block before or after the observations.

    Raises, while iterating:
        DriveError: a line is no record, with `file:line`; or there are more empty lines, or more labels, alerts and inputs, than
            any drive has. A last line that was cut off is a warning instead.
    """

    def __init__(self, path: Path, *, landmarks: bool = False) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self._parse = record_parser(landmarks=landmarks)
        self._bytes_read = 0
        self._bytes = 0

    @property
    def share_read(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._bytes_read / self._bytes if self._bytes else 1.0

    def __iter__(self) -> Iterator[DriveRecord]:
        self.warnings.clear()
        self._bytes = self._size()
        yield from in_time_order([self.few(), self.vehicle(), self.observations()])
        self._bytes_read = self._bytes

    def observations(self) -> Iterator[Placed]:
        """The observations, as they stand in the file."""
        return self._records(_OBSERVATION)

    def vehicle(self) -> Iterator[Placed]:
        """The vehicle's states, as they stand in the file."""
        return self._records(_VEHICLE)

    def few(self) -> Iterator[Placed]:
        """Everything else, by time: driver inputs, labels and alerts, which are few enough to be held at once."""
        found = list(islice(self._records(_OTHER), MOST_EVENTS + 1))
        if len(found) > MOST_EVENTS:
            raise DriveError(
                f"{self.path}:{found[-1][0]}: more than {MOST_EVENTS} labels, alerts and inputs, which no drive has: "
                "these are to be files of their own"
            )
        return iter(sorted(found, key=lambda placed: placed[1].t))

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise DriveError(f"{self.path}: {error.strerror}") from error

    def _records(self, wanted: bytes) -> Iterator[Placed]:
        parse, first = self._parse, 1
        try:
            file, on_disk = open_lines(self.path, _BUFFER_BYTES, self._warn_once)
            with file:
                for lines in self._blocks(file):
                    if first == 1:
                        lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
                    for number, line in enumerate(lines, first):
                        if (_USUAL.get(line[:_USUAL_LENGTH]) or _stream_of(line)) != wanted:
                            continue
                        try:
                            record = parse(line)
                        except DriveError as error:
                            self._pass_over(number, line, error)
                        else:
                            yield number, record
                    first += len(lines)
                    if wanted != _OTHER:
                        self._bytes_read = on_disk.tell()
        except OSError as error:
            raise DriveError(f"{self.path}: {error.strerror}") from error

    def _warn_once(self, warning: str) -> None:
        """The file is read once per kind of stream, and cut off once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def _blocks(self, file: IO[bytes]) -> Iterator[list[bytes]]:
        """The lines of the file, some hundreds at once. Never more is held than the longest line that a record can be."""
        begun, first, empty = b"", 1, 0
        while block := file.read(_BUFFER_BYTES):
            block = begun + block
            end = block.rfind(b"\n") + 1
            begun = block[end:]
            if end:
                lines = io.BytesIO(block[:end]).readlines()
                first += len(lines)
                empty += sum(map(bytes.isspace, lines))
                if empty > MOST_EMPTY_LINES:
                    raise DriveError(f"{self.path}: {empty} of the first {first - 1} lines are empty, more than any drive has")
                yield lines
            elif len(begun) > LARGEST_LINE_BYTES:
                raise DriveError(f"{self.path}:{first}: a line of more than {LARGEST_LINE_BYTES} bytes, which no record has")
        if begun:
            yield [begun]

    def _pass_over(self, number: int, line: bytes, error: DriveError) -> None:
        """A line that was cut off is lost; any other that is no record is refused."""
        if line.endswith(b"\n"):
            raise DriveError(f"{self.path}:{number}: {error}") from error
        self.warnings.append(f"{self.path}:{number}: the last line is cut off; its {len(line)} bytes are lost")


def _stream_of(line: bytes) -> bytes:
    """Which stream a line belongs to that is written in an unusual way, or not for either of the great streams; an empty one to
    none."""
    if line.isspace():
        return _EMPTY
    match = _TOPIC.match(line)
    if match:
        topic = match.group(1)
    else:
        try:
            topic = _decode_topic(line).topic.encode()
        except UNREADABLE:
            topic = b""
    return topic if topic in (_OBSERVATION, _VEHICLE) else _OTHER
