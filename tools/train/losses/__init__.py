"""What training minimises, by what is predicted: numbers and points, maps, rotations, classes, and how wrong one is."""

from __future__ import annotations

from tools.train.losses.classes import (
    balancing_weights,
    binary_focal,
    focal,
    logit_adjusted,
    soft_binary,
    weighted_cross_entropy,
)
from tools.train.losses.distances import mean_absolute, mean_squared, object_keypoint_similarity, oks_loss, smooth_l1, wing
from tools.train.losses.geometry import disagreement
from tools.train.losses.likelihood import laplace
from tools.train.losses.maps import adaptive_wing, center_focal
from tools.train.losses.means import blend, known, per_sample, weighted_mean
from tools.train.losses.rotations import (
    direction_distance,
    euler_distance,
    euler_from_rotation,
    geodesic,
    rotation_distance,
    rotation_from_6d,
    rotation_from_euler,
)

__all__ = [
    "adaptive_wing",
    "balancing_weights",
    "binary_focal",
    "blend",
    "center_focal",
    "direction_distance",
    "disagreement",
    "euler_distance",
    "euler_from_rotation",
    "focal",
    "geodesic",
    "known",
    "laplace",
    "logit_adjusted",
    "mean_absolute",
    "mean_squared",
    "object_keypoint_similarity",
    "oks_loss",
    "per_sample",
    "rotation_distance",
    "rotation_from_6d",
    "rotation_from_euler",
    "smooth_l1",
    "soft_binary",
    "weighted_cross_entropy",
    "weighted_mean",
    "wing",
]
