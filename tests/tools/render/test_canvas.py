"""Silhouettes are soft, and nothing else of the picture changes."""

from __future__ import annotations

import numpy as np

from tools.render.canvas import soften_silhouettes


def test_a_head_before_a_far_wall_gets_a_soft_edge_and_keeps_its_inside() -> None:
    colour = np.zeros((40, 40, 3), np.uint8)
    colour[:, 20:] = 200
    distance = np.full((40, 40), 300.0, np.float32)
    distance[:, 20:] = 80.0
    soft = soften_silhouettes(colour, distance)
    assert 0 < soft[20, 19, 0] < 100 < soft[20, 20, 0] < 200
    assert (soft[:, :18] == 0).all()
    assert (soft[:, 22:] == 200).all()


def test_paint_on_a_flat_surface_stays_sharp() -> None:
    colour = np.zeros((40, 40, 3), np.uint8)
    colour[:, 20:] = 200
    assert (soften_silhouettes(colour, np.full((40, 40), 80.0, np.float32)) == colour).all()
