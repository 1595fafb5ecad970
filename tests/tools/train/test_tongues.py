"""Tongues that are out: inside the mouth and on the chin's side of it, nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tools.train.fake_shards import frontal_landmarks
from tools.train.tongues import tongue_out

SIZE = 112


def open_mouth() -> tuple[np.ndarray, np.ndarray]:
    """A grey face with a dark open mouth, and its landmarks in crop units."""
    landmarks = frontal_landmarks() * 0.9
    picture = np.full((SIZE, SIZE), 130, np.uint8)
    top, bottom = ((landmarks[[62, 66], 1] + 0.5) * SIZE).astype(int)
    left, right = ((landmarks[[60, 64], 0] + 0.5) * SIZE).astype(int)
    picture[top:bottom, left:right] = 10
    return picture, landmarks


@pytest.mark.parametrize("seed", range(8))
def test_a_tongue_fills_the_mouth_and_leaves_nose_and_eyes(seed: int) -> None:
    picture, landmarks = open_mouth()
    seen = tongue_out(picture, landmarks, np.random.default_rng(seed))
    x, y = ((landmarks[[62, 66]].mean(axis=0) + 0.5) * SIZE).astype(int)
    assert seen[y, x] > 40
    nose = int((landmarks[33, 1] + 0.5) * SIZE)
    assert np.array_equal(seen[:nose], picture[:nose])


def test_lips_that_nobody_labelled_stay_as_they_are() -> None:
    picture, landmarks = open_mouth()
    landmarks[60:68] = np.nan
    assert np.array_equal(tongue_out(picture, landmarks, np.random.default_rng(0)), picture)


def test_a_mouth_of_a_few_pixels_has_no_tongue() -> None:
    picture, landmarks = open_mouth()
    assert np.array_equal(tongue_out(picture, landmarks * 0.05, np.random.default_rng(0)), picture)
