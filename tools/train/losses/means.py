"""From one loss per sample to the one number that is differentiated."""

from __future__ import annotations

from torch import Tensor


def per_sample(values: Tensor) -> Tensor:
    """Means (n,) of values (n, ...) over everything but the samples."""
    return values.flatten(1).mean(dim=1) if values.ndim > 1 else values


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of values (n,) or (n, k) under weights of the same shape; 0 if all weights are 0."""
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def blend(first: Tensor, second: Tensor, share: float = 0.7) -> Tensor:
    """`share` of the first loss and the rest of the second. The usual mixture for heads is 0.7 of the angle between the
    rotations and 0.3 of the errors of yaw, pitch and roll: the first knows no gimbal lock, the second keeps each angle honest."""
    return share * first + (1.0 - share) * second
