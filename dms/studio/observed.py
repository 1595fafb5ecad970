"""The observations of a few seconds of a drive, with their landmarks, without reading what comes before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from mcap.records import ChunkIndex

from dms.bounded import open_file
from dms.errors import DriveError
from dms.recording.mcap_reader import McapDrive
from dms.recording.packed import PACKED, open_lines
from dms.recording.parts import parts_from
from dms.types import Observation
from dms.wire import record_parser

MOST_S = 30.0
"""Of a drive at once."""
_OBSERVED = b'{"topic":"observation","t":'
_T = re.compile(rb'"t"\s*:\s*(-?[0-9.eE+-]+)')
_EARLIER_S = 2.0
"""Where lines stand a little out of order, the first of a span may stand after later ones."""
_LINE_BYTES = 1 << 16
_parse = record_parser(landmarks=True)


def observed_between(path: Path, begin_s: float, end_s: float) -> Iterator[Observation]:
    """The observations from `begin_s` to `end_s`, as they stand in the drive. A video has none: see what is kept beside it.

    Raises, while iterating:
        DriveError: the drive cannot be read.
    """
    if path.suffix.lower() in (".jsonl", PACKED):
        yield from _in_lines(path, begin_s, end_s)
        return
    for part in parts_from(path):
        for record in _Span(part, begin_s, end_s):
            if isinstance(record, Observation) and begin_s <= record.t <= end_s:
                yield record


class _Span(McapDrive):
    """The chunks of an `.mcap` drive that may hold records of a span. One that was cut off is read from the front."""

    def __init__(self, path: Path, begin_s: float, end_s: float) -> None:
        super().__init__(path, landmarks=True)
        self._begin_ns, self._end_ns = int(begin_s * 1e9), int(end_s * 1e9)

    def _may_hold_ours(self, index: ChunkIndex) -> bool:
        overlaps = index.message_start_time <= self._end_ns and index.message_end_time >= self._begin_ns
        return overlaps and super()._may_hold_ours(index)


def _in_lines(path: Path, begin_s: float, end_s: float) -> Iterator[Observation]:
    try:
        if path.suffix.lower() == PACKED:
            file, _ = open_lines(path, _LINE_BYTES, lambda _: None)
        else:
            file = open_file(path, _LINE_BYTES)
            file.seek(_place_before(file, begin_s - _EARLIER_S, path.stat().st_size))
        with file:
            for line in file:
                t = _time_of(line)
                if t is None or t < begin_s:
                    continue
                if t > end_s + _EARLIER_S:
                    return
                if t <= end_s:
                    record = _parse(line)
                    if isinstance(record, Observation):
                        yield record
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error


def _place_before(file: IO[bytes], t: float, size: int) -> int:
    """Where a line begins, in bytes, before which no observation is later than `t`: found by halving."""
    low, high = 0, size
    while high - low > _LINE_BYTES:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        found, place = None, middle
        while found is None and place < high:
            place = file.tell()
            line = file.readline()
            if not line:
                break
            found = _time_of(line)
        if found is None or found >= t:
            high = middle
        else:
            low = place
    return low


def _time_of(line: bytes) -> float | None:
    """The time of an observation; None of any other line."""
    if not line.startswith(_OBSERVED) and b'"observation"' not in line[:64]:
        return None
    found = _T.search(line)
    try:
        return None if found is None else float(found[1])
    except ValueError:
        return None
