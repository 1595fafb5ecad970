"""`dms serve` as its users have it: a process that answers on a port of this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from tools.running_server import RunningServer

PROGRAM = Path(sys.executable).with_name("dms")
DRIVE = Path(__file__).parents[1] / "data" / "drives" / "day_colour.mp4"


class Service(RunningServer):
    """A running `dms serve`."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__([PROGRAM, "serve", *options], folder / "serve.log", "answers at")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests that only ask."""
    running = Service(tmp_path_factory.mktemp("serve"), "--most-mb", "4", "--most-frames", "30")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frame of a rendered drive."""
    path = tmp_path_factory.mktemp("pictures") / "driver.png"
    capture = cv2.VideoCapture(str(DRIVE))
    capture.set(cv2.CAP_PROP_POS_FRAMES, 100)
    seen, image = capture.read()
    capture.release()
    assert seen
    cv2.imwrite(str(path), image)
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty frames of it."""
    path = tmp_path_factory.mktemp("clips") / "driver.avi"
    write_clip(path, 20)
    return path


def write_clip(path: Path, frames: int) -> None:
    """The first frames of a rendered drive as a video of its own."""
    capture = cv2.VideoCapture(str(DRIVE))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (640, 480))
    for _ in range(frames):
        seen, image = capture.read()
        assert seen
        writer.write(cv2.resize(image, (640, 480)))
    writer.release()
    capture.release()
