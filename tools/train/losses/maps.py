"""Losses on maps of places: heatmaps of landmarks, centres of faces."""

from __future__ import annotations

import torch
from torch import Tensor


def adaptive_wing(
    predicted: Tensor, truth: Tensor, power: float = 2.1, width: float = 14.0, curvature: float = 1.0, knee: float = 0.5
) -> Tensor:
    """Per cell of heatmaps in [0, 1], shaped as they are: near a peak a wing that pulls on small errors, on the background
    nearly a square that forgives them (Wang et al., Adaptive wing loss, ICCV 2019; alpha 2.1, omega 14, epsilon 1 and theta 0.5
    are theirs)."""
    error, exponent = (predicted - truth).abs(), power - truth
    at_knee = (knee / curvature) ** exponent
    slope = width * exponent * (knee / curvature) ** (exponent - 1.0) / (curvature * (1.0 + at_knee))
    offset = knee * slope - width * torch.log1p(at_knee)
    return torch.where(error < knee, width * torch.log1p((error / curvature).pow(exponent)), slope * error - offset)


def center_focal(logits: Tensor, target: Tensor, counted: Tensor) -> Tensor:
    """Focal loss, one number, on a map of centres (n, 1, h, w), per face of the batch (Law & Deng 2018, as used by CenterNet):
    cells near a centre, where `target` is close to 1, are forgiven; cells where `counted` is 0 do not count."""
    probability = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    centre = (target > 0.999).float()
    hit = -centre * (1 - probability).square() * probability.log()
    miss = -(1 - centre) * (1 - target).pow(4) * probability.square() * (1 - probability).log()
    return ((hit + miss) * counted).sum() / centre.sum().clamp(min=1.0)
