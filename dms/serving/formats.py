"""What a body is, by its first bytes. Names and content types are a stranger's word.

Videos are read by FFmpeg, which also knows playlists and scripts that name files and addresses of this machine. So only
containers that hold their pictures themselves are let in.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["picture", "clip"]

FIRST_BYTES = 16
"""So many are looked at."""
PICTURES = "JPEG, PNG, BMP, TIFF, WebP"
CLIPS = "MP4, QuickTime, AVI, Matroska, WebM"
_BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"BM", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"\x1aE\xdf\xa3", "clip"),
)
_IN_RIFF: dict[bytes, Kind] = {b"WEBP": "picture", b"AVI ": "clip"}
_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""The boxes that files of the ISO base media format (ISO/IEC 14496-12) and of QuickTime begin with."""


def kind_of_body(beginning: bytes) -> Kind | None:
    """Returns what a body that begins so holds, None if it is of no known format."""
    for mark, kind in _BEGINNINGS:
        if beginning.startswith(mark):
            return kind
    if beginning.startswith(b"RIFF"):
        return _IN_RIFF.get(beginning[8:12])
    return "clip" if beginning[4:8] in _BOXES else None
