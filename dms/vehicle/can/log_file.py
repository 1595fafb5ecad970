"""Logs of a CAN bus, opened for python-can's readers such that none can fill the memory.

A file of some kilobytes may unpack to gigabytes, and a line or an object may say that it never ends. So what is packed is
unpacked piece by piece while it is read, and lines, objects and cells have a limit.
"""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import can
from can.io import ASCReader, BLFReader, SqliteReader
from can.io.generic import MessageReader, TextIOMessageReader
from can.io.player import MESSAGE_READERS

from dms.bounded import open_file
from dms.vehicle.can.blf import BlfReader

LONGEST_LINE_BYTES = 1 << 16
"""A message of CAN FD takes 64 bytes, or some 300 characters; comments are longer."""
LARGEST_CELL_BYTES = 1 << 16
_PACKED = ".gz"


def open_log(path: Path) -> MessageReader:
    """Returns the reader for a log by the suffix of its name, times being absolute wherever the log has a date.

    Raises:
        OSError: it cannot be opened.
        ValueError: no reader knows such logs. Readers raise much else, when they are made and while they are read.
    """
    is_packed = path.suffix.lower() == _PACKED
    kind = MESSAGE_READERS.get((path.with_suffix("") if is_packed else path).suffix.lower())
    if kind is None or not issubclass(kind, BLFReader | TextIOMessageReader):
        return _by_name(path)
    file: Any = _Unpacked(open_file(path)) if is_packed else open_file(path)
    try:
        if issubclass(kind, BLFReader):
            return BlfReader(file)
        absolute: dict[str, Any] = {"relative_timestamp": False} if kind is ASCReader else {}
        return kind(cast(Any, Lines(file)), **absolute)
    except BaseException:
        file.close()
        raise


def _by_name(path: Path) -> MessageReader:
    """What python-can opens itself: tables, and formats of other packages."""
    open_file(path).close()  # one of the readers would make the file that it does not find
    reader = can.LogReader(path)
    if isinstance(reader, SqliteReader):
        reader._conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL_BYTES)
    return reader


class _Unpacked(gzip.GzipFile):
    """What a packed file holds, which is closed together with it."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        super().__init__(fileobj=packed, mode="rb")

    def close(self) -> None:
        """Close both."""
        super().close()
        self._packed.close()


class Lines:
    """The lines of a text file, for readers that iterate over it. Programs of Windows write names of months in its own character
    set, which is taken for what is no UTF-8.

    Raises, while iterating:
        ValueError: a line is too long.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_first = True

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        if len(line) > LONGEST_LINE_BYTES:
            raise ValueError(f"a line of more than {LONGEST_LINE_BYTES} bytes")
        if self._is_first:
            line, self._is_first = line.removeprefix(b"\xef\xbb\xbf"), False
        return _text(line)

    def read(self, size: int) -> str:
        """What is left, of which so many bytes are read."""
        return _text(self._file.read(size))

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")
