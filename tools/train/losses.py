"""Losses of the networks. Every function returns one value per sample unless it says otherwise."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

LEAST_LOG_SIGMA = -5.5


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of values (n,) or (n, k) under weights of the same shape; 0 if all weights are 0."""
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def rotation_from_6d(values: Tensor) -> Tensor:
    """Rotations (n, 3, 3) from two columns each (n, 6) (Zhou et al., CVPR 2019)."""
    first = functional.normalize(values[:, :3], dim=1)
    second = functional.normalize(values[:, 3:] - (first * values[:, 3:]).sum(dim=1, keepdim=True) * first, dim=1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=2)


def rotation_distance(predicted: Tensor, truth: Tensor) -> Tensor:
    """Chord between rotations (n, 3, 3), in radians for small angles; smooth where the angle itself is not."""
    return ((predicted - truth).square().sum(dim=(1, 2)) / 2.0 + 1e-8).sqrt()


def direction_distance(predicted: Tensor, truth: Tensor) -> Tensor:
    """Chord between directions (n, 3), the first of any length."""
    return ((functional.normalize(predicted, dim=1) - truth).square().sum(dim=1) + 1e-8).sqrt()


def laplace(distance: Tensor, log_scale: Tensor, dimensions: int = 1) -> Tensor:
    """Negative log likelihood of a distance under exp(-distance / scale) in so many dimensions, up to a constant.
    With one dimension the scale that fits best is the mean distance."""
    bounded = log_scale.clamp(min=LEAST_LOG_SIGMA, max=1.0)
    return distance * torch.exp(-bounded) + dimensions * bounded


def soft_binary(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy with a target anywhere in [0, 1]."""
    return functional.binary_cross_entropy_with_logits(logits, target, reduction="none")


def center_focal(logits: Tensor, target: Tensor, counted: Tensor) -> Tensor:
    """Focal loss on a map of centres (n, 1, h, w), per face of the batch (Law & Deng 2018, as used by CenterNet): cells
    near a centre, where `target` is close to 1, are forgiven; cells where `counted` is 0 do not count."""
    probability = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    centre = (target > 0.999).float()
    hit = -centre * (1 - probability).square() * probability.log()
    miss = -(1 - centre) * (1 - target).pow(4) * probability.square() * (1 - probability).log()
    return ((hit + miss) * counted).sum() / centre.sum().clamp(min=1.0)
