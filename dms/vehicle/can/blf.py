"""Logs in Vector's binary format (BLF), read with limits, and as far as they go if they were cut off.

After a header that tells its own length, a BLF file is a row of objects, each with its length, padded by as many bytes as that
leaves over of a multiple of four. Most are containers, which hold a packed stretch of a second row: that of the messages.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from can import Message
from can.io import BLFReader
from can.io.blf import FILE_HEADER_STRUCT, BLFParseError

LARGEST_OBJECT_BYTES = 1 << 24
"""Containers have 128 KiB, messages some hundred bytes."""
_FILE_HEADER, _OBJECT_HEADER, _CONTAINER_HEADER = struct.Struct("<4sL"), struct.Struct("<4sHHLL"), struct.Struct("<H6xL4x")
_FILE, _OBJECT, _CONTAINER = b"LOGG", b"LOBJ", 10
_STORED, _DEFLATED = 0, 2
_PIECE_BYTES = 1 << 20


class BlfReader(BLFReader):
    """python-can's reader, but for how it gets at the messages: that one holds a container of any size whole, reads an object
    without length for ever, and takes a file that was cut off for one that ends there.

    Raises:
        BLFParseError, struct.error, zlib.error: it is no such file; also while iterating.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.cut_off = False
        head = file.read(_FILE_HEADER.size)
        signature, length = _FILE_HEADER.unpack(head)
        if signature != _FILE or not FILE_HEADER_STRUCT.size <= length <= LARGEST_OBJECT_BYTES:
            raise BLFParseError("no log in Vector's binary format")
        super().__init__(cast(BinaryIO, _Again(head, file)))

    def __iter__(self) -> Iterator[Message]:  # type: ignore[override]
        while not self.cut_off and (head := self.file.read(_OBJECT_HEADER.size)):
            if len(head) < _OBJECT_HEADER.size:
                self.cut_off = True
                return
            _, _, _, length, kind = _head(head, 0)
            content = self.file.read(length - _OBJECT_HEADER.size)
            self.cut_off = len(content) < length - _OBJECT_HEADER.size
            self.file.read(length % 4)
            if kind == _CONTAINER:
                yield from self._messages_in(content)

    def _messages_in(self, container: bytes) -> Iterator[Message]:
        if self.cut_off and len(container) < _CONTAINER_HEADER.size:
            return
        method, _ = _CONTAINER_HEADER.unpack_from(container)
        packed = container[_CONTAINER_HEADER.size :]
        for piece in _unpacked(packed) if method == _DEFLATED else (packed,) if method == _STORED else ():
            yield from self._parse_container(piece)
            if len(self._tail) > LARGEST_OBJECT_BYTES:
                raise BLFParseError(f"an object of more than {LARGEST_OBJECT_BYTES} bytes")

    def _parse_data(self, data: bytes) -> Any:
        at = data.find(_OBJECT, 0, 8)
        while 0 <= at <= len(data) - _OBJECT_HEADER.size:
            at += _head(data, at)[3]
            at = data.find(_OBJECT, at, at + 8)
        return super()._parse_data(data)


class _Again:
    """A file whose beginning has been read already, and is read again."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head, self._file = head, file
        self.close = file.close

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end."""
        head, self._head = self._head[:size], self._head[size:]
        return head + self._file.read(size - len(head))

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed


def _head(data: bytes, at: int) -> tuple[bytes, int, int, int, int]:
    head: tuple[bytes, int, int, int, int] = _OBJECT_HEADER.unpack_from(data, at)
    signature, _, _, length, _ = head
    if signature != _OBJECT:
        raise BLFParseError("no object where one is to begin")
    if not _OBJECT_HEADER.size <= length <= LARGEST_OBJECT_BYTES:
        raise BLFParseError(f"an object that says it has {length} bytes")
    return head


def _unpacked(packed: bytes) -> Iterator[bytes]:
    """What is in a container, in pieces."""
    unpacking = zlib.decompressobj()
    while packed and not unpacking.eof:
        yield unpacking.decompress(packed, _PIECE_BYTES)
        packed = unpacking.unconsumed_tail
    yield unpacking.flush()
