"""What the container of a video says and FFmpeg does not pass on: whether pictures carry times, and how many streams there are.

Where a file has no times or no rate, FFmpeg takes 25 pictures a second, and nobody can tell that from a rate that is stated.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dms.bounded import open_file
from dms.errors import SourceError

_EBML, _SEGMENT, _TRACKS, _TRACK, _TRACK_TYPE = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0xAE, 0x83
_MATROSKA_VIDEO = 1
_SYNC, _PACKET_BYTES = b"\x47", 188
_TRANSPORT_VIDEO = frozenset({0x01, 0x02, 0x10, 0x1B, 0x24, 0x33})
"""MPEG-1, MPEG-2, MPEG-4, H.264, HEVC, VVC (ISO/IEC 13818-1, table 2-34)."""
_AVI_VIDEO = re.compile(rb"strh....vids", re.DOTALL)
_LARGEST_HEADER_BYTES = 64 << 20
"""The sample tables of a day of MP4 take less."""
_HEAD_BYTES = 12
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp")
_TIMED = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"RIFF",
    b"FLV",
    b"OggS",
    b"\x30\x26\xb2\x75",  # ASF, WMV
    b"\x00\x00\x01\xba",  # MPEG program stream
    _SYNC,  # MPEG transport stream
)
"""How files begin whose pictures carry times, besides MP4. All else that FFmpeg reads and that states no duration is a stream as
an encoder writes it: Motion JPEG, H.264, HEVC and others."""


@dataclass(frozen=True, slots=True)
class Container:
    """`times`: its pictures carry times. `counts`: it states how many pictures there are, not only how long they last.

    `video_streams` is 1 where nobody looked.
    """

    times: bool
    counts: bool
    video_streams: int = 1


def container_of(path: Path) -> Container:
    """The container of a file, from its header.

    Raises:
        SourceError: the file cannot be read, or is empty.
    """
    try:
        with open_file(path) as file:
            head = file.read(_HEAD_BYTES)
            if not head:
                raise SourceError(f"{path}: the file is empty")
            is_mp4 = head[4:8] in _MP4_BOXES
            return Container(is_mp4 or head.startswith(_TIMED), is_mp4, max(1, _video_streams(file, head, is_mp4=is_mp4)))
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _video_streams(file: IO[bytes], head: bytes, *, is_mp4: bool) -> int:
    """How many video streams the header lists; 0 where it is damaged, or of a kind that is not looked into."""
    try:
        if is_mp4:
            return _in_mp4(_mp4_header(file))
        if head[:4] == b"RIFF":
            file.seek(0)
            return len(_AVI_VIDEO.findall(file.read(1 << 16)))
        if head[:4] == _EBML.to_bytes(4, "big"):
            file.seek(0)
            return _in_matroska(file.read(1 << 20))
        if head[:1] == _SYNC:
            file.seek(0)
            return _in_transport_stream(file.read(1 << 20))
    except (struct.error, IndexError):
        pass  # the reader of pictures says what is wrong with it
    return 0


def _mp4_header(file: IO[bytes]) -> bytes:
    """The content of the box `moov`, which may stand behind the pictures."""
    place = 0
    while True:
        file.seek(place)
        size, name = struct.unpack(">I4s", file.read(8))
        begin = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            begin = 16
        if name == b"moov":
            return file.read(min(max(0, size - begin), _LARGEST_HEADER_BYTES))
        if size < begin:
            return b""
        place += size


def _in_mp4(moov: bytes) -> int:
    return sum(
        handler[8:12] == b"vide"
        for track in _boxes(moov, b"trak")
        for media in _boxes(track, b"mdia")
        for handler in _boxes(media, b"hdlr")
    )


def _boxes(content: bytes, wanted: bytes) -> Iterator[bytes]:
    place = 0
    while place + 8 <= len(content):
        size, name = struct.unpack_from(">I4s", content, place)
        if name == wanted:
            yield content[place + 8 : place + size]
        if size < 8:
            return
        place += size


def _in_matroska(content: bytes) -> int:
    return sum(
        kind == bytes([_MATROSKA_VIDEO])
        for segment in _elements(content, _SEGMENT)
        for tracks in _elements(segment, _TRACKS)
        for track in _elements(tracks, _TRACK)
        for kind in _elements(track, _TRACK_TYPE)
    )


def _elements(content: bytes, wanted: int) -> Iterator[bytes]:
    """The contents of EBML elements of one kind. A size of ones alone means: to the end (RFC 8794, section 6.2)."""
    place = 0
    while place < len(content):
        identity_length = 9 - content[place].bit_length()
        identity = int.from_bytes(content[place : place + identity_length], "big")
        place += identity_length
        size_length = 9 - content[place].bit_length()
        unknown = (1 << 7 * size_length) - 1
        size = int.from_bytes(content[place : place + size_length], "big") & unknown
        place += size_length
        if identity == wanted:
            yield content[place:] if size == unknown else content[place : place + size]
        place += size


def _in_transport_stream(content: bytes) -> int:
    """Of the first program map that comes; the association table before it says where that is (ISO/IEC 13818-1, 2.4.4)."""
    maps: set[int] = set()
    for place in range(0, len(content) - _PACKET_BYTES + 1, _PACKET_BYTES):
        packet = content[place : place + _PACKET_BYTES]
        begins_section, identity = packet[1] & 0x40, _thirteen_bits(packet, 1)
        if not begins_section or identity not in {0, *maps}:
            continue
        payload = 5 + packet[4] if packet[3] & 0x20 else 4
        section = packet[payload + 1 + packet[payload] :]
        end = 3 + _twelve_bits(section, 1) - 4  # without its checksum
        if identity == 0:
            maps = {_thirteen_bits(section, entry + 2) for entry in range(8, end, 4) if section[entry : entry + 2] != b"\0\0"}
            continue
        kinds, entry = [], 12 + _twelve_bits(section, 10)
        while entry < end:
            kinds.append(section[entry])
            entry += 5 + _twelve_bits(section, entry + 3)
        return sum(kind in _TRANSPORT_VIDEO for kind in kinds)
    return 0


def _thirteen_bits(content: bytes, place: int) -> int:
    return (content[place] & 0x1F) << 8 | content[place + 1]


def _twelve_bits(content: bytes, place: int) -> int:
    return (content[place] & 0x0F) << 8 | content[place + 1]
