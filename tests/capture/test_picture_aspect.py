"""A picture whose pixels are not square is stretched, as a video is: or else every head in it is as wide as nobody's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.capture.opencv import LARGEST_PIXELS
from dms.capture.picture_aspect import stated_by
from dms.capture.pictures import Pictures, read_picture
from dms.errors import SourceError

WIDTH, HEIGHT = 80, 60


def encoded(suffix: str, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    return cv2.imencode(suffix, np.full((size[1], size[0], 3), 90, np.uint8))[1].tobytes()


def png(across: int, down: int, content: bytes | None = None) -> bytes:
    content = content or encoded(".png")
    body = b"pHYs" + struct.pack(">IIB", across, down, 0)
    return content[:33] + struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body)) + content[33:]


def jfif(across: int, down: int, unit: int = 1) -> bytes:
    content = bytearray(encoded(".jpg"))
    assert content[6:11] == b"JFIF\0"
    content[13:18] = struct.pack(">BHH", unit, across, down)
    return bytes(content)


def by_ffmpeg(wide: int, high: int) -> bytes:
    content = jfif(wide, high, unit=0)
    return content[:20] + b"\xff\xfe\0\x0fLavc61.3.100\0"[:17] + content[20:]


def exif(across: int, down: int, orientation: int = 1) -> bytes:
    tags = [(0x0112, 3, 1, orientation << 16), (0x011A, 5, 1, 50), (0x011B, 5, 1, 58)]
    entries = b"".join(struct.pack(">HHII", *tag) for tag in tags)
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">H", 3) + entries + bytes(4) + struct.pack(">IIII", across, 1, down, 1)
    segment = b"Exif\0\0" + tiff
    content = encoded(".jpg")
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + content[20:]


def tiff(across: int, down: int) -> bytes:
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    return cv2.imencode(".tiff", picture, [cv2.IMWRITE_TIFF_XDPI, across, cv2.IMWRITE_TIFF_YDPI, down])[1].tobytes()


def bmp(across: int, down: int) -> bytes:
    content = bytearray(encoded(".bmp"))
    content[38:46] = struct.pack("<ii", across, down)
    return bytes(content)


@pytest.mark.parametrize("made", [png, jfif, exif, tiff, bmp])
@pytest.mark.parametrize(
    ("across", "down", "size"),
    [(72, 144, (160, 60)), (144, 72, (80, 120)), (300, 300, (80, 60)), (0, 0, (80, 60)), (1, 100, (80, 60))],
)
def test_pixels_become_square(
    made: Callable[[int, int], bytes], across: int, down: int, size: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / f"picture.{made.__name__}"
    path.write_bytes(made(across, down))
    image = read_picture(path)
    assert (image.shape[1], image.shape[0]) == size


@pytest.mark.parametrize(("content", "aspect"), [(jfif(1, 2, unit=0), 2.0), (by_ffmpeg(2, 1), 2.0), (by_ffmpeg(1, 1), 1.0)])
def test_densities_without_a_unit_are_densities_unless_ffmpeg_wrote_the_aspect_itself(content: bytes, aspect: float) -> None:
    assert stated_by(content).aspect == aspect


@pytest.mark.parametrize(("orientation", "size"), [(1, (160, 60)), (3, (160, 60)), (6, (60, 160)), (8, (60, 160))])
def test_a_picture_that_is_turned_is_stretched_along_its_own_width(
    orientation: int, size: tuple[int, int], tmp_path: Path
) -> None:
    (tmp_path / "turned.jpg").write_bytes(exif(72, 144, orientation))
    image = read_picture(tmp_path / "turned.jpg")
    assert (image.shape[1], image.shape[0]) == size


def test_it_is_said_once_for_a_folder(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(png(72, 144))
    pictures = Pictures(tmp_path, fps=30.0)
    assert {frame.image.shape for frame in pictures} == {(60, 160, 3)}
    (event,) = pictures.take_events()
    assert event.message == f"{tmp_path / '0.png'}: states pixels 2 times as wide as high; stretched to 160x60 square ones"


def test_what_no_camera_has_is_left_as_it_is_and_said(tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(png(1, 9))
    pictures = Pictures(tmp_path, fps=30.0)
    assert [frame.image.shape for frame in pictures] == [(60, 80, 3)]
    (event,) = pictures.take_events()
    assert "9 times as wide as high, which no camera has; left as they are" in event.message


def test_stretching_is_bounded_as_decoding_is(tmp_path: Path) -> None:
    (tmp_path / "wide.png").write_bytes(png(1, 4, encoded(".png", (8192, LARGEST_PIXELS // 8192 // 3))))
    with pytest.raises(SourceError, match=f"wide.png: with square pixels, it has more than {LARGEST_PIXELS}"):
        read_picture(tmp_path / "wide.png")


@given(st.sampled_from([png(1, 2), jfif(1, 2), exif(1, 2), tiff(1, 2), bmp(1, 2)]), st.data())
def test_a_damaged_header_states_something_or_nothing(content: bytes, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, min(len(content), 200)))
    damaged = content[:begin] + data.draw(st.binary(max_size=12)) + content[data.draw(st.integers(begin, len(content))) :]
    assert stated_by(damaged).aspect > 0.0
