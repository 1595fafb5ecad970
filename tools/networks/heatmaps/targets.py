"""Drawing points as bumps."""

from __future__ import annotations

import torch
from torch import Tensor


def cells_of_points(points: Tensor, height: int, width: int) -> Tensor:
    """Points (n, k, 2) in crop units (0 in the middle, 0.5 at the right and lower edge) as columns and rows of a map, the
    middles of whose cells are whole numbers."""
    return (points + 0.5) * points.new_tensor([width, height]) - 0.5


def points_of_cells(cells: Tensor, height: int, width: int) -> Tensor:
    """The inverse of `cells_of_points`."""
    return (cells + 0.5) / cells.new_tensor([width, height]) - 0.5


def draw(points: Tensor, height: int, width: int, sigma: float) -> Tensor:
    """Bumps (n, k, height, width) of height 1 and `sigma` cells at points (n, k, 2) in crop units.

    They are drawn at the exact place, not at the nearest cell, or half a cell would be lost before training begins. A point
    outside leaves the flank of its bump, or nothing.
    """
    if sigma <= 0.0:
        raise ValueError(f"sigma must be above 0 cells, not {sigma:g}")
    column, row = cells_of_points(points, height, width).unbind(dim=2)
    across = torch.exp(-((torch.arange(width, device=points.device) - column[:, :, None]) ** 2) / (2 * sigma**2))
    down = torch.exp(-((torch.arange(height, device=points.device) - row[:, :, None]) ** 2) / (2 * sigma**2))
    return down[:, :, :, None] * across[:, :, None, :]
