"""What a single picture says of the shape of its pixels: OpenCV reads past it, and a video's container is asked elsewhere.

Densities are pixels per length, so a pixel is the wider the fewer there are across: its aspect is vertical over horizontal.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The JPEG markers that state the size (ITU-T T.81, table B.1)."""
_APP0, _APP1, _COMMENT, _SCAN, _END = 0xE0, 0xE1, 0xFE, 0xDA, 0xD9
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_EXIF, _JFIF, _FFMPEG = b"Exif\0\0", b"JFIF\0", b"Lavc"
_X_RESOLUTION, _Y_RESOLUTION, _RATIONAL = 0x011A, 0x011B, 5


@dataclass(frozen=True, slots=True)
class Stated:
    """`aspect`: width over height of a pixel as it is stored, 1 if nothing is said; `size`: width and height, None if unknown.

    A picture that its reader turned by a right angle has another size than the stored one, and the inverse aspect.
    """

    aspect: float = 1.0
    size: tuple[int, int] | None = None

    def as_decoded(self, size: tuple[int, int]) -> float:
        """The aspect of a pixel of the decoded picture of this width and height."""
        is_turned = self.size is not None and size != self.size and size == self.size[::-1]
        return 1.0 / self.aspect if is_turned else self.aspect


def stated_by(content: bytes) -> Stated:
    """What the header of a PNG, JPEG, TIFF or BMP states. What is damaged, or of another format, states nothing."""
    try:
        if content.startswith(_PNG):
            return _of_png(content)
        if content.startswith(_JPEG):
            return _of_jpeg(content)
        if content[:4] in (b"II*\0", b"MM\0*"):
            return Stated(_of_tiff(content))
        if content[:2] == b"BM":
            across, down = struct.unpack_from("<ii", content, 38)
            return Stated(_aspect(across, down))
    except (struct.error, IndexError):
        pass  # the decoder says what is wrong with it
    return Stated()


def _aspect(across: float, down: float) -> float:
    return down / across if across > 0 and down > 0 else 1.0


def _of_png(content: bytes) -> Stated:
    """`pHYs` stands before the pixels (ISO/IEC 15948, 11.3.5.3)."""
    size, aspect, place = None, 1.0, len(_PNG)
    while place < len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        if name == b"IHDR":
            size = struct.unpack_from(">II", content, place + 8)
        elif name == b"pHYs":
            aspect = _aspect(*struct.unpack_from(">II", content, place + 8))
        elif name == b"IDAT":
            break
        place += 12 + length
    return Stated(aspect, size)


def _of_jpeg(content: bytes) -> Stated:
    """JFIF goes before EXIF; its densities without a unit are densities as well (ITU-T T.871, 10.1), except that FFmpeg writes
    the aspect itself there."""
    jfif, exif, has_unit = 1.0, 1.0, True
    for marker, segment in _segments(content):
        if marker == _APP0 and segment.startswith(_JFIF):
            unit, across, down = struct.unpack_from(">BHH", segment, 7)
            jfif, has_unit = _aspect(across, down), unit != 0
        elif marker == _COMMENT and segment.startswith(_FFMPEG) and not has_unit:
            jfif, has_unit = 1.0 / jfif, True
        elif marker == _APP1 and segment.startswith(_EXIF):
            exif = _of_tiff(segment[len(_EXIF) :])
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 1)
            return Stated(jfif if jfif != 1.0 else exif, (width, height))
    return Stated(jfif if jfif != 1.0 else exif)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    place = len(_JPEG)
    while content[place] == 0xFF:
        marker = content[place + 1]
        if marker in (_SCAN, _END):
            return
        if marker == 0xFF or marker in _STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", content, place + 2)
        yield marker, content[place + 4 : place + 2 + length]
        place += 2 + length


def _of_tiff(content: bytes) -> float:
    """Of the first picture (TIFF 6.0, section 8; EXIF has the same tags)."""
    order = "<" if content[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", content, 4)
    (entries,) = struct.unpack_from(f"{order}H", content, place)
    found: dict[int, float] = {}
    for entry in range(entries):
        tag, kind, _, where = struct.unpack_from(f"{order}HHII", content, place + 2 + 12 * entry)
        if tag in (_X_RESOLUTION, _Y_RESOLUTION) and kind == _RATIONAL:
            above, below = struct.unpack_from(f"{order}II", content, where)
            found[tag] = above / below if below else 0.0
    return _aspect(found.get(_X_RESOLUTION, 0.0), found.get(_Y_RESOLUTION, 0.0))
