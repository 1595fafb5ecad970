"""How well heads are turned: errors of yaw, pitch and roll, the angle between rotations, and whether sigma says so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]


def angle_errors_deg(predicted: FloatArray, truth: FloatArray) -> NDArray[np.float64]:
    """Absolute errors (n, 3) of yaw, pitch and roll (n, 3) in degrees, each the short way round."""
    difference = np.asarray(predicted, np.float64) - truth
    return np.abs((difference + 180.0) % 360.0 - 180.0)


def geodesic_deg(predicted: FloatArray, truth: FloatArray) -> NDArray[np.float64]:
    """Angles (n,) in degrees between rotations (n, 3, 3)."""
    chord = np.linalg.norm(np.asarray(predicted, np.float64) - truth, axis=(1, 2)) / np.sqrt(8.0)
    return np.asarray(np.degrees(2.0 * np.arcsin(np.clip(chord, 0.0, 1.0))))


@dataclass(frozen=True, slots=True)
class Reliability:
    """One group of predictions whose sigmas are alike."""

    stated: float
    """Mean sigma."""
    real: float
    """Mean absolute error."""
    count: int


def reliability(errors: FloatArray, sigmas: FloatArray, groups: int = 6) -> list[Reliability]:
    """What was said and what was so, in groups of equal number by rising sigma (n,). Errors (n,) in the same unit."""
    order = np.argsort(sigmas, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    return [Reliability(float(np.mean(sigmas[p])), float(np.mean(np.abs(errors[p]))), len(p)) for p in parts]
