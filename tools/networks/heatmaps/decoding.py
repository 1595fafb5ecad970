"""Reading points back from maps, finer than their cells."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from tools.networks.heatmaps.targets import points_of_cells

LEAST = 1e-6
"""Below it a map is flat as far as its logarithm is concerned."""


def highest(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Column and row (n, k, 2) of the highest cell of maps (n, k, h, w), and its height (n, k)."""
    height, place = maps.flatten(2).max(dim=2)
    width = maps.shape[3]
    return torch.stack([place % width, torch.div(place, width, rounding_mode="floor")], dim=2), height


def _around(maps: Tensor, cells: Tensor) -> Tensor:
    """The 3 by 3 cells (n, k, 3, 3) around `cells`, edges repeated."""
    padded = functional.pad(maps, (1, 1, 1, 1), mode="replicate")
    count, points, height, width = padded.shape
    step = torch.arange(3, device=maps.device)
    rows = (cells[:, :, 1, None] + step)[:, :, :, None]
    columns = (cells[:, :, 0, None] + step)[:, :, None, :]
    index = (rows * width + columns).flatten(2)
    return padded.reshape(count, points, height * width).gather(2, index).reshape(count, points, 3, 3)


def by_highest(maps: Tensor) -> Tensor:
    """The highest cell: off by up to half a cell."""
    return highest(maps)[0].float()


def by_quarter(maps: Tensor) -> Tensor:
    """The highest cell, a quarter of a cell towards its higher neighbour, as stacked hourglasses did (Newell et al., ECCV
    2016)."""
    cells, _ = highest(maps)
    near = _around(maps, cells)
    slope = torch.stack([near[:, :, 1, 2] - near[:, :, 1, 0], near[:, :, 2, 1] - near[:, :, 0, 1]], dim=2)
    return cells + 0.25 * torch.sign(slope)


def by_weight(maps: Tensor) -> Tensor:
    """The centre of gravity of the 3 by 3 cells around the highest one, negative ones left out."""
    cells, _ = highest(maps)
    near = _around(maps, cells).clamp(min=0.0)
    mass = near.sum(dim=(2, 3)).clamp(min=LEAST)
    step = near.new_tensor([-1.0, 0.0, 1.0])
    across, down = (near.sum(dim=2) * step).sum(dim=2) / mass, (near.sum(dim=3) * step).sum(dim=2) / mass
    return cells + torch.stack([across, down], dim=2)


def by_bump(maps: Tensor) -> Tensor:
    """The top of the bump through the 3 by 3 cells around the highest one: exact for a Gaussian, of whatever width, since its
    logarithm is a parabola (Zhang et al., Distribution-aware coordinate representation, CVPR 2020). Never more than a cell
    away."""
    cells, _ = highest(maps)
    near = _around(maps, cells).clamp(min=LEAST).log()
    dx, dy = (near[:, :, 1, 2] - near[:, :, 1, 0]) / 2, (near[:, :, 2, 1] - near[:, :, 0, 1]) / 2
    middle = 2 * near[:, :, 1, 1]
    xx, yy = near[:, :, 1, 2] + near[:, :, 1, 0] - middle, near[:, :, 2, 1] + near[:, :, 0, 1] - middle
    xy = (near[:, :, 2, 2] - near[:, :, 2, 0] - near[:, :, 0, 2] + near[:, :, 0, 0]) / 4
    bend = xx * yy - xy * xy
    peaked = (xx < 0) & (bend > LEAST)
    safe = torch.where(peaked, bend, torch.ones_like(bend))
    offset = torch.stack([(xy * dy - yy * dx) / safe, (xy * dx - xx * dy) / safe], dim=2)
    return cells + torch.where(peaked[:, :, None], offset.clamp(-1.0, 1.0), torch.zeros_like(offset))


DECODERS: dict[str, Callable[[Tensor], Tensor]] = {
    "highest": by_highest,
    "quarter": by_quarter,
    "weight": by_weight,
    "bump": by_bump,
}


def decode(maps: Tensor, how: str = "bump") -> tuple[Tensor, Tensor]:
    """Points (n, k, 2) in crop units and the heights of their peaks (n, k). Raises KeyError for an unknown way."""
    points = points_of_cells(DECODERS[how](maps), *maps.shape[2:])
    return points, highest(maps)[1]


def peaks(heat: Tensor, most: int, least_height: float, apart: int = 3) -> Tensor:
    """Up to `most` peaks (m, 3) of one map (h, w), highest first: column, row, height. A cell is a peak if none within a square
    of `apart` cells is higher; of equals, the first in reading order counts."""
    if apart % 2 == 0:
        raise ValueError(f"apart must be odd, not {apart}")
    pooled, where = functional.max_pool2d(heat[None, None], apart, 1, apart // 2, return_indices=True)
    own = torch.arange(heat.numel(), device=heat.device).reshape(heat.shape)
    found = ((where[0, 0] == own) & (pooled[0, 0] >= least_height)).nonzero()
    heights = heat[found[:, 0], found[:, 1]]
    order = torch.argsort(heights, descending=True, stable=True)[:most]
    return torch.cat([found[order].flip(1).to(heat), heights[order, None]], dim=1)
