"""Losses on classes. Each returns one value per sample, or per logit where logits stand for themselves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def soft_binary(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy, shaped as the logits, with a target anywhere in [0, 1]."""
    return functional.binary_cross_entropy_with_logits(logits, target, reduction="none")


def binary_focal(logits: Tensor, target: Tensor, sharpness: float = 2.0, positive_share: float = 0.25) -> Tensor:
    """Cross entropy, shaped as the logits, times (1 - p)^sharpness of the true answer's p: what is right already weighs little
    (Lin et al., Focal loss, ICCV 2017; gamma = 2 and alpha = 0.25 are theirs)."""
    entropy = soft_binary(logits, target)
    right = torch.exp(-entropy)
    weight = positive_share * target + (1.0 - positive_share) * (1.0 - target)
    return weight * (1.0 - right).pow(sharpness) * entropy


def focal(logits: Tensor, classes: Tensor, sharpness: float = 2.0) -> Tensor:
    """The same (n,) for one of many classes: logits (n, c), `classes` (n,) of whole numbers."""
    entropy = functional.cross_entropy(logits, classes, reduction="none")
    return (1.0 - torch.exp(-entropy)).pow(sharpness) * entropy


def weighted_cross_entropy(logits: Tensor, classes: Tensor, weights: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross entropy (n,) times the weight of the true class, from `weights` (c,); logits (n, c), `classes` (n,)."""
    plain = functional.cross_entropy(logits, classes, reduction="none", label_smoothing=smoothing)
    return weights[classes] * plain


def balancing_weights(counts: Tensor) -> Tensor:
    """Weights (c,) that make classes seen so many times (c,) count alike, their mean over the samples 1; unseen ones get 0."""
    counts = counts.float()
    seen = counts > 0
    weights = torch.where(seen, counts.sum() / counts.clamp(min=1.0), torch.zeros_like(counts))
    return weights / seen.sum().clamp(min=1)


def logit_adjusted(logits: Tensor, classes: Tensor, prior: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross entropy (n,) of the logits plus the log of the training data's class shares `prior` (c,): what is learned then
    answers under a flat prior (Menon et al., Long-tail learning via logit adjustment, ICLR 2021)."""
    return functional.cross_entropy(logits + prior.to(logits).log(), classes, reduction="none", label_smoothing=smoothing)
