"""What is painted over an eye hides it, and only it."""

from __future__ import annotations

import numpy as np
import pytest

from tools.evaluation.measures import slope
from tools.evaluation.paint import COVERS, EYES, Spot, ellipse, painted, spot_of

SPOT = Spot(100.0, 80.0, 14.0, 5.0)


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(60, 200, (160, 220, 3)).astype(np.uint8)


@pytest.mark.parametrize("name", COVERS)
def test_nothing_of_the_opening_is_left(name: str, picture: np.ndarray) -> None:
    covered = painted(name, picture, SPOT, np.random.default_rng(1))
    opening = ellipse(picture.shape[:2], SPOT, 0.95, 0.4) > 0.5
    shows_through = slope(picture[opening].ravel().astype(float), covered[opening].ravel().astype(float))
    assert shows_through < 0.15
    assert np.array_equal(picture[:, -15:], covered[:, -15:]), "far from the eye nothing changes"


def test_the_picture_that_is_painted_stays_as_it_was(picture: np.ndarray) -> None:
    before = picture.copy()
    painted("hand", picture, SPOT, np.random.default_rng(1))
    assert np.array_equal(before, picture)


def test_an_eye_outside_the_picture_is_no_error(picture: np.ndarray) -> None:
    outside = Spot(-300.0, 80.0, 14.0, 0.0)
    assert np.array_equal(painted("streak", picture, outside, np.random.default_rng(1)), picture)


def test_the_left_eye_is_the_one_on_the_pictures_right() -> None:
    landmarks = np.zeros((68, 2))
    landmarks[36:42] = [(40, 50), (44, 48), (48, 48), (52, 50), (48, 52), (44, 52)]
    landmarks[42:48] = landmarks[36:42] + np.array([60, 0])
    left = spot_of(landmarks, EYES["left"])
    assert (left.x_px, left.y_px, left.half_width_px) == pytest.approx((106.0, 50.0, 6.0))
