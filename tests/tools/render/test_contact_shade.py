"""The darkness between things that nearly touch, from a picture's depth."""

from __future__ import annotations

import numpy as np

from tools.render.contact_shade import contact_shade


def arm_before(gap_cm: float) -> np.ndarray:
    """Distances to an arm across the middle, 80 cm away, before a belly `gap_cm` behind it."""
    distance = np.full((96, 96), 80.0 + gap_cm, np.float32)
    distance[40:56] = 80.0
    return distance


def test_a_flat_wall_keeps_its_light() -> None:
    assert np.allclose(contact_shade(np.full((64, 64), 70.0, np.float32), 150.0, 1.0), 1.0, atol=1e-4)


def test_beside_an_arm_the_belly_is_darker_and_the_arm_is_not() -> None:
    shade = contact_shade(arm_before(5.0), 150.0, 1.0)
    assert shade[58, 48] < 0.8
    assert shade[48, 48] > 0.999
    assert shade[58, 48] < shade[90, 48]


def test_a_window_far_behind_keeps_its_light() -> None:
    assert contact_shade(arm_before(500.0), 150.0, 1.0).min() > 0.999


def test_no_strength_is_no_shade() -> None:
    assert (contact_shade(arm_before(5.0), 150.0, 0.0) == 1.0).all()
