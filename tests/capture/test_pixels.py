"""Pixels that are not square, and more bits than eight: seen as they are, or refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from dms.capture import CaptureSettings, open_source
from dms.capture.pictures import read_picture
from dms.capture.pixels import EightBits, is_plausible, pixel_aspect, square_size
from dms.capture.v4l2 import V4l2Camera
from dms.errors import SourceError
from dms.types import Frame
from tests.capture.conftest import numbered_picture
from tests.capture.test_camera import Driver


class Stated:
    """What a container says of its pixels."""

    def __init__(self, values: Mapping[int, float]) -> None:
        self._values = values

    def get(self, name: int) -> float:
        return self._values.get(name, 0.0)


def video_with_pixels(path: Path, width: int, height: int) -> Path:
    """A video of round heads, squeezed by its pixels: each JPEG of a Motion JPEG says their aspect in its JFIF header."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (160, 120))
    for _ in range(4):
        picture = np.full((120, 160, 3), 40, dtype=np.uint8)
        cv2.ellipse(picture, (80, 60), (round(40 * height / width), 40), 0, 0, 360, (200, 200, 200), cv2.FILLED)
        writer.write(picture)
    writer.release()
    content = bytearray(path.read_bytes())
    header = content.find(b"JFIF\0")
    while header >= 0:
        content[header + 7 : header + 12] = bytes([0, 0, width, 0, height])
        header = content.find(b"JFIF\0", header + 1)
    path.write_bytes(content)
    return path


def head_size(frame: Frame) -> tuple[int, int]:
    bright = frame.image.max(axis=2) > 120
    return int(bright.any(axis=0).sum()), int(bright.any(axis=1).sum())


def test_heads_are_as_round_as_they_were_whatever_the_pixels(tmp_path: Path) -> None:
    with open_source(video_with_pixels(tmp_path / "wide.avi", 2, 1)) as source:
        frames = [frame for frame in source if isinstance(frame, Frame)]
        (event,) = source.take_events()
        assert source.size == (320, 120)
    assert len(frames) == 4
    assert all(frame.image.shape == (120, 320, 3) for frame in frames)
    width, height = head_size(frames[0])
    assert width == pytest.approx(height, abs=3)
    assert not event.is_fault
    assert event.message.endswith("states pixels 2 times as wide as high; stretched to 320x120 square ones")


def test_square_pixels_are_not_touched(tmp_path: Path) -> None:
    with open_source(video_with_pixels(tmp_path / "square.avi", 1, 1)) as source:
        assert source.size == (160, 120)
        assert source.take_events() == []


def test_pixels_that_no_camera_has_are_named_and_left(tmp_path: Path) -> None:
    with open_source(video_with_pixels(tmp_path / "odd.avi", 1, 9)) as source:
        assert source.size == (160, 120)
        (event,) = source.take_events()
    assert "which no camera has" in event.message


@pytest.mark.parametrize(
    ("stated", "aspect"),
    [
        ({}, 1.0),
        ({cv2.CAP_PROP_SAR_NUM: 0.0, cv2.CAP_PROP_SAR_DEN: 1.0}, 1.0),
        ({cv2.CAP_PROP_SAR_NUM: -1.0, cv2.CAP_PROP_SAR_DEN: -1.0}, 1.0),
        ({cv2.CAP_PROP_SAR_NUM: 64.0, cv2.CAP_PROP_SAR_DEN: 45.0}, 64 / 45),
        ({cv2.CAP_PROP_SAR_NUM: 2.0, cv2.CAP_PROP_SAR_DEN: 1.0, cv2.CAP_PROP_ORIENTATION_META: 90.0}, 2.0),
        (
            {
                cv2.CAP_PROP_SAR_NUM: 2.0,
                cv2.CAP_PROP_SAR_DEN: 1.0,
                cv2.CAP_PROP_ORIENTATION_META: 270.0,
                cv2.CAP_PROP_ORIENTATION_AUTO: 1.0,
            },
            0.5,
        ),
    ],
)
def test_the_aspect_is_that_of_the_picture_as_it_is_delivered(stated: Mapping[int, float], aspect: float) -> None:
    assert pixel_aspect(Stated(stated)) == pytest.approx(aspect)


def test_pictures_are_stretched_and_never_lose_pixels() -> None:
    assert square_size((720, 576), 64 / 45) == (1024, 576)
    assert square_size((640, 480), 0.5) == (640, 960)
    assert square_size((640, 480), 1.01) == (640, 480)
    assert not is_plausible(9.0)


def ten_bits(brightest: int) -> np.ndarray:
    return np.tile(np.linspace(0, brightest, 160).astype(np.uint16), (120, 1))


def test_ten_bits_in_a_sixteen_bit_picture_are_seen_in_full(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "0.png"), ten_bits(100))
    cv2.imwrite(str(tmp_path / "1.png"), ten_bits(1000))
    with open_source(tmp_path, CaptureSettings(recorded_fps=30.0)) as source:
        dark, bright = (frame.image for frame in source if isinstance(frame, Frame))
        (event,) = source.take_events()
    assert bright.dtype == np.uint8
    assert int(bright.max()) == 1000 >> 2
    assert int(dark.max()) == 100 >> 2, "a dark picture among bright ones stays dark"
    assert event.message.endswith("pixels of 16 bits that use 10, scaled to 8")


@pytest.mark.parametrize(
    ("brightest", "seen"), [(200, 200), (1023, 255), (4095, 255), (16383, 255), (65535, 255), (1023 << 6, 255)]
)
def test_the_brightest_value_tells_how_many_bits_there_are(brightest: int, seen: int) -> None:
    assert int(EightBits().of(ten_bits(brightest)).max()) == seen


def test_a_source_never_uses_fewer_bits_than_before() -> None:
    eight = EightBits()
    eight.of(ten_bits(4000))
    assert int(eight.of(ten_bits(1000)).max()) == 1000 >> 4


def test_numbers_that_are_no_pixels_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pixels of type float32: expected unsigned integers of 8 or 16 bits"):
        EightBits().of(np.zeros((20, 20), dtype=np.float32))
    cv2.imwrite(str(tmp_path / "0.tiff"), np.full((20, 20, 3), 0.5, dtype=np.float32))
    cv2.imwrite(str(tmp_path / "1.png"), numbered_picture(3))
    with open_source(tmp_path, CaptureSettings(recorded_fps=30.0)) as source:
        assert len(list(source)) == 1
        (event,) = source.take_events()
    assert event.is_fault
    assert "0.tiff: pixels of type float32" in event.message


def test_a_grey_video_of_ten_bits_is_seen_in_full(tmp_path: Path) -> None:
    path = tmp_path / "grey.mkv"
    options = [cv2.VIDEOWRITER_PROP_DEPTH, cv2.CV_16U, cv2.VIDEOWRITER_PROP_IS_COLOR, 0]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), 20.0, (160, 120), options)
    for _ in range(3):
        writer.write(ten_bits(1000))
    writer.release()
    with open_source(path) as source:
        frames = [frame for frame in source if isinstance(frame, Frame)]
        (event,) = source.take_events()
    assert [int(frame.image.max()) for frame in frames] == [250, 250, 250]
    assert "use 10" in event.message


class InfraredDriver(Driver):
    """A camera of ten bits that calls its format Y16."""

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, ten_bits(1000)


def test_a_camera_of_ten_bits_is_asked_for_all_of_them() -> None:
    driver = InfraredDriver({cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*"Y16 "))})
    camera = V4l2Camera("/dev/null", CaptureSettings(fourcc="Y16 "), driver)
    assert (cv2.CAP_PROP_CONVERT_RGB, 0) in driver.asked
    driver.stamps_s = [50.0]
    assert int(camera.read().image.max()) == 250


def test_a_picture_of_more_pixels_than_memory_holds_is_one_message(tmp_path: Path) -> None:
    """The header of a PNG that says 60,000 by 60,000, and hardly anything behind it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    path = tmp_path / "huge.png"
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    with pytest.raises(SourceError) as refusal:
        read_picture(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)
