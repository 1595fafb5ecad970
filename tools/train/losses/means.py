"""From one loss per sample to the one number that is differentiated."""

from __future__ import annotations

import torch
from torch import Tensor


def per_sample(values: Tensor) -> Tensor:
    """Means (n,) of values (n, ...) over everything but the samples."""
    return values.flatten(1).mean(dim=1) if values.ndim > 1 else values


def known(truth: Tensor) -> tuple[Tensor, Tensor]:
    """A truth that may hold NaN, for what nobody labelled: the same with 0 there, and 1 where it is known, 0 where not (both
    shaped as it is). Weights have to be multiplied with the second: a NaN times 0 is still NaN, and so is its gradient."""
    is_known = torch.isfinite(truth)
    return torch.where(is_known, truth, 0.0), is_known.float()


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of values (n,) or (n, k) under weights of the same shape; 0 if all weights are 0."""
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def blend(first: Tensor, second: Tensor, share: float = 0.7) -> Tensor:
    """`share` of the first loss and the rest of the second. The usual mixture for heads is 0.7 of the angle between the
    rotations and 0.3 of the errors of yaw, pitch and roll: the first knows no gimbal lock, the second keeps each angle honest."""
    return share * first + (1.0 - share) * second
