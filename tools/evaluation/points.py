"""How well landmarks sit: NME, failure rate and its area, PCK. Arrays only; one row per picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]
FAILED_FROM = 0.08
"""NME over the outer eye corners from which a face counts as failed, as in the 300-W challenge."""


def normalised_errors(
    predicted: FloatArray, truth: FloatArray, norms: FloatArray, counted: FloatArray | None = None
) -> FloatArray:
    """NME (n,): the mean distance of points (n, k, 2) from the truth over each picture's norm (n,).

    `counted` (n, k) is 0 where a point does not count. A picture without any gives NaN. A picture in which nothing was found
    has NaN points, and NaN for an error: what that costs is for `failure_rate` to say.
    """
    distances = np.linalg.norm(np.asarray(predicted, np.float64) - truth, axis=2)
    weights = np.ones_like(distances) if counted is None else np.asarray(counted, np.float64)
    sums, total = (np.where(weights > 0, distances, 0.0) * weights).sum(axis=1), weights.sum(axis=1)
    known = total > 0
    return np.where(known, sums / np.where(known, total, 1.0) / np.asarray(norms, np.float64), np.nan)


def failure_rate(errors: FloatArray, limit: float = FAILED_FROM) -> float:
    """Share of pictures whose error is above `limit` or unknown. Raises ValueError without pictures."""
    return float(1.0 - (_some(errors) <= limit).mean())


def area_under_errors(errors: FloatArray, limit: float = FAILED_FROM) -> float:
    """Area under the cumulative curve of errors up to `limit`, over `limit`: 1 if all are 0, 0 if none is below it.

    Exact, without bins: a picture with error e adds (limit - e) / limit. Unknown errors add nothing.
    """
    gained = np.clip(limit - _some(errors), 0.0, None) / limit
    return float(np.where(np.isfinite(gained), gained, 0.0).mean())


def correct_share(predicted: FloatArray, truth: FloatArray, sizes: FloatArray, share: float, counted: FloatArray) -> float:
    """PCK: share of the counted points (n, k) that lie within `share` of their picture's size (n,) of the truth.

    With the head's size it is PCKh. A point that was not found (NaN) is wrong. Raises ValueError if no point counts.
    """
    distances = np.linalg.norm(np.asarray(predicted, np.float64) - truth, axis=2)
    near = distances <= share * np.asarray(sizes, np.float64)[:, None]
    which = np.asarray(counted) > 0
    if not which.any():
        raise ValueError("no point counts")
    return float(near[which].mean())


def _some(errors: FloatArray) -> NDArray[np.float64]:
    values = np.asarray(errors, np.float64)
    if not len(values):
        raise ValueError("no pictures")
    return values
