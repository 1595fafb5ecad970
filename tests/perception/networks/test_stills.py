"""Stills: the shipped networks read a rendered driver whose truth is known, wherever in the frame the driver sits."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from dms.perception.head_geometry import angles_from_rotation
from dms.perception.stills import StillReader

TRUTH = np.load(Path(__file__).parent / "rendered_driver.npz")


@pytest.fixture(scope="module")
def reader() -> StillReader:
    return StillReader()


def frame_with_driver(side: int, left: int, top: int) -> tuple[np.ndarray, np.ndarray]:
    """A 640 by 480 frame that shows the driver, `side` pixels large, and the true landmarks in it."""
    frame = np.full((480, 640), 70, np.uint8)
    frame[top : top + side, left : left + side] = cv2.resize(TRUTH["image"], (side, side), interpolation=cv2.INTER_AREA)
    scale = side / TRUTH["image"].shape[0]
    return frame, (TRUTH["landmarks"] + 0.5) * scale - 0.5 + (left, top)


@pytest.mark.parametrize(("side", "left", "top"), [(192, 40, 200), (300, 200, 90), (460, 120, 10)])
def test_driver_is_read_at_any_place_and_size(reader: StillReader, side: int, left: int, top: int) -> None:
    frame, landmarks = frame_with_driver(side, left, top)
    face = reader.read(frame)
    assert face is not None
    size = np.ptp(landmarks, axis=0).max()
    assert np.linalg.norm(face.landmarks - landmarks, axis=1).mean() < 0.06 * size
    assert angles_from_rotation(face.face.rotation) == pytest.approx(angles_from_rotation(TRUTH["rotation"]), abs=12.0)
    assert face.openness > 0.6
    assert face.left_eye.visible > 0.5 < face.right_eye.visible


def test_colour_and_grey_frames_read_alike(reader: StillReader) -> None:
    frame, _ = frame_with_driver(300, 200, 90)
    grey, colour = reader.read(frame), reader.read(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    assert grey is not None
    assert colour is not None
    assert colour.landmarks == pytest.approx(grey.landmarks, abs=0.5)


def test_driver_and_passenger_are_both_found_and_the_nearer_comes_first(reader: StillReader) -> None:
    frame, driver = frame_with_driver(300, 20, 90)
    other, _ = frame_with_driver(180, 420, 150)
    frame[:, 420:600] = other[:, 420:600]
    assert len(reader.read_all(frame)) == 2
    face = reader.read(frame)
    assert face is not None
    assert np.linalg.norm(face.landmarks.mean(axis=0) - driver.mean(axis=0)) < 30


@pytest.mark.parametrize(
    "picture", [np.zeros((480, 640), np.uint8), np.full((480, 640, 3), 255, np.uint8), np.zeros((1, 1), np.uint8)]
)
def test_nobody_in_an_empty_picture(reader: StillReader, picture: np.ndarray) -> None:
    assert reader.read(picture) is None
