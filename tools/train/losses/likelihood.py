"""Losses that teach a network how wrong it is. Each returns one value per sample."""

from __future__ import annotations

import torch
from torch import Tensor

LEAST_LOG_SIGMA = -5.5


def laplace(distance: Tensor, log_scale: Tensor, dimensions: int = 1) -> Tensor:
    """Negative log likelihood of a distance under exp(-distance / scale) in so many dimensions, up to a constant.
    With one dimension the scale that fits best is the mean distance."""
    bounded = log_scale.clamp(min=LEAST_LOG_SIGMA, max=1.0)
    return distance * torch.exp(-bounded) + dimensions * bounded
