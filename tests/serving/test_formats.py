"""What may be sent is told by its first bytes."""

from __future__ import annotations

import pytest

from dms.serving.formats import FIRST_BYTES, kind_of_body


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "picture"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "picture"),
        (b"II*\0\x08\0\0\0", "picture"),
        (b"\0\0\0\x20ftypisom", "clip"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "clip"),
        (b"RIFF\x10\0\0\0AVI LIST", "clip"),
        (b"\x1aE\xdf\xa3\x01\0\0\0", "clip"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"#EXTM3U\nfile:///etc/passwd", None),
        (b"ffconcat version 1.0\nfile /etc/passwd", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"\x89PNG", None),
        (b"", None),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_pictures_and_containers_are_known_and_playlists_are_not(beginning: bytes, kind: str | None) -> None:
    assert kind_of_body(beginning[:FIRST_BYTES]) == kind
