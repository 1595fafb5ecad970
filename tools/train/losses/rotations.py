"""Losses on rotations and directions. Each returns one value (n,) per sample."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tools.train.losses.means import per_sample


def rotation_from_6d(values: Tensor) -> Tensor:
    """Rotations (n, 3, 3) from two columns each (n, 6) (Zhou et al., CVPR 2019)."""
    first = functional.normalize(values[:, :3], dim=1)
    second = functional.normalize(values[:, 3:] - (first * values[:, 3:]).sum(dim=1, keepdim=True) * first, dim=1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=2)


def rotation_from_euler(angles: Tensor) -> Tensor:
    """Rotations (n, 3, 3) from yaw, pitch and roll (n, 3) in radians, as `dms.perception.head_geometry` turns a head."""
    sine, cosine = torch.sin(angles), torch.cos(angles)
    (sy, sp, sr), (cy, cp, cr) = sine.unbind(1), cosine.unbind(1)
    rows = [
        cy * cr - sy * sp * sr, -cy * sr - sy * sp * cr, sy * cp,
        cp * sr, cp * cr, sp,
        -sy * cr - cy * sp * sr, sy * sr - cy * sp * cr, cy * cp,
    ]  # fmt: skip
    return torch.stack(rows, dim=1).reshape(-1, 3, 3)


def euler_from_rotation(rotation: Tensor) -> Tensor:
    """Yaw, pitch and roll (n, 3) in radians of rotations (n, 3, 3); the inverse of `rotation_from_euler`."""
    yaw = torch.atan2(rotation[:, 0, 2], rotation[:, 2, 2])
    pitch = torch.asin(rotation[:, 1, 2].clamp(-1.0 + 1e-6, 1.0 - 1e-6))
    roll = torch.atan2(rotation[:, 1, 0], rotation[:, 1, 1])
    return torch.stack([yaw, pitch, roll], dim=1)


def rotation_distance(predicted: Tensor, truth: Tensor) -> Tensor:
    """Chord between rotations (n, 3, 3), in radians for small angles; smooth where the angle itself is not."""
    return ((predicted - truth).square().sum(dim=(1, 2)) / 2.0 + 1e-8).sqrt()


def geodesic(predicted: Tensor, truth: Tensor) -> Tensor:
    """Angle (n,) in radians between rotations (n, 3, 3) (Hempel et al., 6DRepNet, ICIP 2022), from the chord: the usual arc
    cosine of the trace has no usable slope near 0. Within a thousandth of half a turn it stays as it is there."""
    chord = ((predicted - truth).square().sum(dim=(1, 2)) / 8.0 + 1e-12).sqrt()
    return 2.0 * torch.asin(chord.clamp(max=1.0 - 1e-6))


def euler_distance(predicted: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference (n,) of yaw, pitch and roll (n, 3) in radians, each the short way round."""
    difference = predicted - truth
    return per_sample(torch.atan2(torch.sin(difference), torch.cos(difference)).abs())


def direction_distance(predicted: Tensor, truth: Tensor) -> Tensor:
    """Chord between directions (n, 3), the first of any length."""
    return ((functional.normalize(predicted, dim=1) - truth).square().sum(dim=1) + 1e-8).sqrt()
