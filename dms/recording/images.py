"""The pictures of a recorded drive, where it has any: `dms run --record-video` puts them on a channel of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
from mcap.records import ChunkIndex

from dms.bounded import open_file
from dms.errors import DriveError
from dms.recording.image_message import IMAGE_TOPIC
from dms.recording.mcap_reader import McapDrive, PlacedLine
from dms.recording.ordering import LATEST_PLAUSIBLE_T_S
from dms.recording.parts import parts_from
from dms.wire import UNREADABLE


@dataclass(frozen=True, slots=True)
class RecordedImage:
    """A grey picture as a JPEG file: the observation's frame `frame`, seen at drive time `t`; size in pixels."""

    t: float
    frame: int
    jpeg: bytes
    width: int
    height: int


def images_of(
    path: Path, *, begin_s: float = 0.0, end_s: float = math.inf, every_s: float = 0.0, following: bool = True
) -> Iterator[RecordedImage]:
    """The pictures of a drive in the order of their time, those of the parts that follow `path` included if `following`.

    Only the chunks that hold pictures of the span are read, and only the pictures that are yielded are taken apart. A drive
    that is not `.mcap`, or was recorded without pictures, has none.

    Args:
        path: the drive.
        begin_s: pictures before this drive time are left out.
        end_s: and those after this one.
        every_s: the least time in seconds between two pictures that are yielded.

    Raises:
        DriveError, while iterating: the file is no drive, or a message on the picture channel is no picture.
    """
    if path.suffix.lower() != ".mcap":
        return
    due_s = begin_s
    for part in parts_from(path) if following else [path]:
        for log_time_ns, line in _ImageChannel(part, begin_s, end_s).lines():
            if begin_s <= log_time_ns / 1e9 <= end_s and log_time_ns / 1e9 >= due_s:
                due_s = log_time_ns / 1e9 + every_s
                yield _image(part, line)


class _Timestamp(msgspec.Struct):
    sec: int
    nsec: int


class _CompressedImage(msgspec.Struct):
    timestamp: _Timestamp
    data: bytes
    frame: int
    width: int
    height: int


_decode = msgspec.json.Decoder(_CompressedImage).decode


def _image(path: Path, line: bytes) -> RecordedImage:
    try:
        message = _decode(line)
    except UNREADABLE as error:
        raise DriveError(f"{path}: a message on {IMAGE_TOPIC} is no picture of dms: {error}") from error
    if abs(message.timestamp.sec) > LATEST_PLAUSIBLE_T_S or abs(message.timestamp.nsec) >= 1_000_000_000:
        raise DriveError(f"{path}: a message on {IMAGE_TOPIC} has a time that is none")
    t = (message.timestamp.sec * 1_000_000_000 + message.timestamp.nsec) / 1e9
    return RecordedImage(t, message.frame, message.data, message.width, message.height)


class _ImageChannel(McapDrive):
    """The other half of an `.mcap` drive: what reading its records passes over."""

    def __init__(self, path: Path, begin_s: float, end_s: float) -> None:
        super().__init__(path)
        self._wanted = frozenset({IMAGE_TOPIC})
        self._begin_s = begin_s
        self._end_s = end_s

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Log time in nanoseconds and JSON of each message, by time."""
        try:
            with open_file(self.path) as file:
                for log_time_ns, _, line in self._lines(file):
                    yield log_time_ns, line
        except OSError as error:
            raise DriveError(f"{self.path}: {error.strerror}") from error

    def _from_the_front(self, file: IO[bytes], *, indexed: bool) -> Iterator[PlacedLine]:
        """By time here as well: what a mark saves of the minute before it may stand behind younger pictures."""
        start = file.tell()
        times = [log_time_ns for log_time_ns, _, _ in super()._from_the_front(file, indexed=indexed)]
        file.seek(start)
        in_place = super()._from_the_front(file, indexed=indexed)
        yield from in_place if times == sorted(times) else sorted(in_place)

    def _may_hold_ours(self, index: ChunkIndex) -> bool:
        overlaps = index.message_start_time / 1e9 <= self._end_s and index.message_end_time / 1e9 >= self._begin_s
        return overlaps and super()._may_hold_ours(index)
