"""Losses on numbers and points: how far a prediction lies from the truth. Each returns one value (n,) per sample."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tools.train.losses.means import per_sample


def mean_squared(predicted: Tensor, truth: Tensor) -> Tensor:
    """Mean squared error (n,) of predictions (n, ...)."""
    return per_sample((predicted - truth).square())


def mean_absolute(predicted: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute error (n,) of predictions (n, ...), L1."""
    return per_sample((predicted - truth).abs())


def smooth_l1(predicted: Tensor, truth: Tensor, beta: float = 1.0) -> Tensor:
    """Squared below `beta`, absolute above, without a kink between (Girshick, Fast R-CNN, ICCV 2015)."""
    error = (predicted - truth).abs()
    return per_sample(torch.where(error < beta, 0.5 * error.square() / beta, error - 0.5 * beta))


def wing(predicted: Tensor, truth: Tensor, width: float = 10.0, curvature: float = 2.0) -> Tensor:
    """Logarithmic below `width`, absolute above, so that small errors of landmarks still pull (Feng et al., Wing loss, CVPR 2018;
    w = 10 and epsilon = 2 pixels of a 256-pixel face are theirs)."""
    error = (predicted - truth).abs()
    offset = width - width * math.log1p(width / curvature)
    return per_sample(torch.where(error < width, width * torch.log1p(error / curvature), error - offset))


def object_keypoint_similarity(predicted: Tensor, truth: Tensor, visible: Tensor, area: Tensor, sigmas: Tensor) -> Tensor:
    """OKS (n,) of points (n, k, 2), as COCO defines it: the mean over the visible ones of exp(-d^2 / (2 area (2 sigma)^2)).

    `visible` (n, k) is 0 where a point does not count; `area` (n,) is the object's in squared units of the points; `sigmas`
    (k,) is how far apart annotators are, over the object's size. A sample without a visible point gives 1.
    """
    squared = (predicted - truth).square().sum(dim=2)
    exponent = squared / (2.0 * area[:, None].clamp(min=1e-6) * (2.0 * sigmas).square())
    counted = (visible > 0).float()
    number = counted.sum(dim=1)
    mean = (torch.exp(-exponent) * counted).sum(dim=1) / number.clamp(min=1.0)
    return torch.where(number > 0, mean, torch.ones_like(mean))


def oks_loss(predicted: Tensor, truth: Tensor, visible: Tensor, area: Tensor, sigmas: Tensor) -> Tensor:
    """1 - OKS (n,): what the measure asks for, taught as such (Maji et al., YOLO-Pose, CVPRW 2022)."""
    return 1.0 - object_keypoint_similarity(predicted, truth, visible, area, sigmas)
