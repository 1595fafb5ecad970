"""Points from maps, one map a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-6
"""Below it a map is flat as far as its logarithm is concerned."""


def points_of_maps(maps: NDArray[np.floating]) -> NDArray[np.float64]:
    """The points (k, 2) in crop units, finer than a cell, of maps (k, h, w).

    Each is the top of the bump through the 3 by 3 cells around the map's highest one: exact for a Gaussian, of whatever width,
    since its logarithm is a parabola (Zhang et al., Distribution-aware coordinate representation, CVPR 2020). Never more than a
    cell away from the highest one.
    """
    count, height, width = maps.shape
    rows, columns = np.divmod(maps.reshape(count, -1).argmax(axis=1), width)
    padded = np.log(np.maximum(np.pad(maps.astype(np.float64), ((0, 0), (1, 1), (1, 1)), mode="edge"), LEAST))
    step = np.arange(3)
    near = padded[np.arange(count)[:, None, None], (rows[:, None] + step)[:, :, None], (columns[:, None] + step)[:, None, :]]
    cells = np.column_stack([columns, rows]) + _top_of_bump(near)
    return np.asarray((cells + 0.5) / (width, height) - 0.5, np.float64)


def _top_of_bump(near: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far right and down of the middle (k, 2) the parabolas through logarithms (k, 3, 3) have their tops; 0 where there is
    none."""
    dx, dy = (near[:, 1, 2] - near[:, 1, 0]) / 2, (near[:, 2, 1] - near[:, 0, 1]) / 2
    middle = 2 * near[:, 1, 1]
    xx, yy = near[:, 1, 2] + near[:, 1, 0] - middle, near[:, 2, 1] + near[:, 0, 1] - middle
    xy = (near[:, 2, 2] - near[:, 2, 0] - near[:, 0, 2] + near[:, 0, 0]) / 4
    bend = xx * yy - xy * xy
    peaked = (xx < 0) & (bend > LEAST)
    safe = np.where(peaked, bend, 1.0)
    offset = np.column_stack([(xy * dy - yy * dx) / safe, (xy * dx - xx * dy) / safe])
    return np.where(peaked[:, None], offset.clip(-1.0, 1.0), 0.0)
