"""A Video4Linux camera: what is asked of it, what is believed of it, what is said when it is not there."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from dms.capture import CaptureSettings, open_source
from dms.capture.opencv import SELECT_TIMEOUT_S
from dms.capture.v4l2 import V4l2Camera
from dms.errors import SourceError
from tests.capture.conftest import numbered_picture


class Driver:
    """Stands in for the kernel's side of `cv2.VideoCapture`: no machine that runs the tests has a camera."""

    def __init__(self, granted: dict[int, float] | None = None) -> None:
        self.granted = granted or {}
        self.asked: list[tuple[int, float]] = []
        self.stamps_s: list[float | None] = []
        self.stamp_s = 0.0

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def set(self, name: int, value: float) -> bool:
        self.asked.append((name, value))
        self.granted.setdefault(name, value)
        return True

    def get(self, name: int) -> float:
        return self.stamp_s * 1000 if name == cv2.CAP_PROP_POS_MSEC else self.granted[name]

    def grab(self) -> bool:
        stamp = self.stamps_s.pop(0) if self.stamps_s else None
        self.stamp_s = self.stamp_s if stamp is None else stamp
        return stamp is not None

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, cv2.imencode(".jpg", numbered_picture(3))[1].reshape(1, -1)

    def release(self) -> None:
        pass


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/dev/video97", r"/dev/video97: no such camera \(cameras here: "),
        ("97", r"/dev/video97: no such camera"),
        ("/dev/null", r"/dev/null: the camera cannot be opened"),
        ("/dev/shm", r"/dev/shm: not a camera device"),
    ],
)
def test_camera_that_cannot_be_used_is_refused_with_the_reason(path: str, complaint: str) -> None:
    with pytest.raises(SourceError, match=complaint):
        open_source(path)


def test_pixel_format_is_asked_for_before_size_and_rate() -> None:
    driver = Driver()
    camera = V4l2Camera("/dev/null", CaptureSettings(), driver)
    names = [name for name, _ in driver.asked]
    assert names[0] == cv2.CAP_PROP_FOURCC
    assert {cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS} <= set(names[1:])
    assert camera.remarks == []
    assert camera.size == (640, 480)


def test_what_the_camera_grants_otherwise_is_remarked() -> None:
    yuyv = float(cv2.VideoWriter.fourcc(*"YUYV"))
    camera = V4l2Camera("/dev/null", CaptureSettings(), Driver({cv2.CAP_PROP_FPS: 10.0, cv2.CAP_PROP_FOURCC: yuyv}))
    assert camera.remarks == ["asked for pixel format MJPG, granted YUYV", "asked for frame rate 30.0, granted 10.0"]


def test_kernel_stamp_is_believed_only_on_the_monotonic_clock() -> None:
    driver = Driver()
    camera = V4l2Camera("/dev/null", CaptureSettings(), driver)
    recent = time.monotonic() - 0.02
    driver.stamps_s = [recent]
    assert camera.read().stamp == pytest.approx(recent, abs=1e-6)
    driver.stamps_s = [1.7e9]
    before = time.monotonic()
    assert before <= camera.read().stamp <= time.monotonic()


def test_picture_repeated_after_an_unplugging_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    driver = Driver()
    camera = V4l2Camera(str(tmp_path / "gone"), CaptureSettings(), driver)
    driver.stamps_s = [50.0] * 10
    camera.read()
    with pytest.raises(SourceError, match="was unplugged"):
        camera.read()


def test_camera_that_stalls_is_given_up_quickly() -> None:
    camera = V4l2Camera("/dev/null", CaptureSettings(), Driver())
    with pytest.raises(SourceError, match="delivers no picture"):
        camera.read()
    assert SELECT_TIMEOUT_S <= 2
