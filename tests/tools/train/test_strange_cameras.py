"""Other cameras' pictures: what was there is still there, whatever the camera makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from tools.train.strange_cameras import strange_camera


def window_and_wheel() -> np.ndarray:
    """A bright window above, a dark cabin below, and in it a brighter square."""
    picture = np.full((72, 72), 40, np.uint8)
    picture[:24] = 220
    picture[40:60, 20:40] = 110
    return picture


@pytest.mark.parametrize("seed", range(12))
def test_shapes_survive(seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture = window_and_wheel()
    elsewhere = rng.integers(0, 255, picture.shape).astype(np.uint8)
    seen = strange_camera(picture, elsewhere, rng)
    assert seen.shape == picture.shape
    assert seen.dtype == np.uint8
    assert np.corrcoef(seen.ravel(), picture.ravel())[0, 1] > 0.5


def test_no_two_cameras_are_alike() -> None:
    picture, rng = window_and_wheel(), np.random.default_rng(4)
    seen = [strange_camera(picture, picture, rng) for _ in range(6)]
    assert len({each.tobytes() for each in seen}) == 6
