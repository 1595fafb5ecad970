"""Recordings to read: small videos drawn on the spot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest


def numbered_picture(number: int, size: tuple[int, int] = (160, 120)) -> np.ndarray:
    """A picture whose mean grey tells its number, from 0 to 24, and survives compression."""
    picture = np.full((size[1], size[0], 3), 5 + 10 * number, dtype=np.uint8)
    picture[40:80, 40:80] = 128
    return picture


def number_of(picture: np.ndarray) -> int:
    """What `numbered_picture` drew."""
    return round((float(picture[:30].mean()) - 5) / 10)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Twenty numbered pictures, 20 a second, in an AVI with an index."""
    path = tmp_path / "drive.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (160, 120))
    for number in range(20):
        writer.write(numbered_picture(number))
    writer.release()
    return path


@pytest.fixture(autouse=True)
def no_thread_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()] == []
