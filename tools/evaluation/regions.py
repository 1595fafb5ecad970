"""Landmark errors by region and by the head's yaw. Needs only numpy, so that a peer's environment can import it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tools.evaluation.measures import FloatArray, outer_corner_distance

REGIONS = {
    "brows": range(17, 27),
    "nose": range(27, 36),
    "eyes": range(36, 48),
    "outer_lip": range(48, 60),
    "inner_lip": range(60, 68),
    "lips": range(48, 68),
}
"""Points of the iBUG mark-up, counted from 0."""
YAWS_DEG = (0, 10, 20, 35, 50)


def region_errors(predicted: FloatArray, truth: FloatArray) -> dict[str, float]:
    """Mean distance of each region's points over the distance of the outer eye corners; both arrays (68, 2), pixels."""
    distances = np.linalg.norm(predicted - truth, axis=1) / outer_corner_distance(truth)
    return {name: float(distances[list(points)].mean()) for name, points in REGIONS.items()}


def mean_of(rows: list[dict[str, float]], prefix: str) -> dict[str, float]:
    """The mean over pictures by key, `prefix` before each."""
    return {f"{prefix}{name}": float(np.mean([row[name] for row in rows])) for name in (rows[0] if rows else ())}


def by_yaw(nme: list[float], yaw_deg: list[float], prefix: str) -> dict[str, float]:
    """The mean error in bins of the head's turn to either side; bins without a picture are left out."""
    error, turn = np.array(nme), np.abs(yaw_deg)
    bins = {(low, high): (low <= turn) & (turn < high) for low, high in pairwise(YAWS_DEG)}
    return {f"{prefix}yaw_{low}_{high}": float(error[rows].mean()) for (low, high), rows in bins.items() if rows.any()}
