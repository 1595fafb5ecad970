"""Figures of merit, computed from arrays. Needs only numpy, so that a peer's environment can import it too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]


def auc(positive: FloatArray, negative: FloatArray) -> float:
    """Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half."""
    scores = np.concatenate([positive, negative])
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores):
        tied = scores == value
        ranks[tied] = ranks[tied].mean()
    count = len(positive)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(negative)))


def inner_face_error(predicted: FloatArray, truth: FloatArray) -> float:
    """Mean distance of points 18 to 68 in pixels."""
    return float(np.linalg.norm(predicted[17:] - truth[17:], axis=1).mean())


def pupil_distance(truth: FloatArray) -> float:
    """Distance of the eyes' centres in pixels (each the mean of six points): the stricter of the two usual norms."""
    return float(np.linalg.norm(truth[36:42].mean(axis=0) - truth[42:48].mean(axis=0)))


def outer_corner_distance(truth: FloatArray) -> float:
    """Distance of the outer eye corners in pixels, the norm of the iBUG benchmarks."""
    return float(np.linalg.norm(truth[36] - truth[45]))


def eye_aspect_ratio(landmarks: FloatArray) -> float:
    """Mean of both eyes' height over width (Soukupova & Cech, 2016)."""

    def one(eye: FloatArray) -> float:
        tall = np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])
        return float(tall / (2.0 * np.linalg.norm(eye[0] - eye[3])))

    return (one(landmarks[36:42]) + one(landmarks[42:48])) / 2


def mouth_aspect_ratio(landmarks: FloatArray) -> float:
    """Height over width of the inner lips."""
    tall = sum(np.linalg.norm(landmarks[60 + i] - landmarks[68 - i]) for i in (1, 2, 3))
    return float(tall / (3.0 * np.linalg.norm(landmarks[60] - landmarks[64])))


def read_points(path: Path) -> NDArray[np.float64]:
    """The 68 points (68, 2) of a label file: one `x y` per line, or an iBUG `.pts` with its header."""
    return points_of(path.read_text(), path)


def points_of(text: str, path: Path) -> NDArray[np.float64]:
    """The same of its text. Raises ValueError, which names the file, if they are not 68 pairs of numbers."""
    rows = [line.split() for line in text.splitlines()]
    pairs = [row for row in rows if len(row) == 2 and row[0][:1] in "-0123456789"]
    if len(pairs) != 68:
        raise ValueError(f"{path}: {len(pairs)} points, expected 68")
    try:
        return np.array([(float(x), float(y)) for x, y in pairs])
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def slope(x: FloatArray, y: FloatArray) -> float:
    """Slope of y over x by least squares."""
    centred = np.asarray(x, np.float64) - np.mean(x)
    return float(centred @ (np.asarray(y, np.float64) - np.mean(y)) / (centred @ centred))


def robust_slope(x: FloatArray, y: FloatArray, least_apart: float) -> float:
    """Slope of y over x by Theil and Sen: the median over all pairs whose x lie at least `least_apart` from each other. Nearer
    pairs tell of noise only."""
    first, second = np.triu_indices(len(x), 1)
    run, rise = np.asarray(x)[second] - np.asarray(x)[first], np.asarray(y)[second] - np.asarray(y)[first]
    far = np.abs(run) >= least_apart
    return float(np.median(rise[far] / run[far]))


def yawning_figures(folder: Path, mouth_open: Callable[[Path], float | None]) -> dict[str, float]:
    """Figures for pictures in the folders `yawn` and `no-yawn`: the share with a face, and the AUC of how far the mouth is open.

    `mouth_open` reads one picture and returns None where it finds no face.
    """
    yawning, other = ([mouth_open(path) for path in sorted((folder / name).iterdir())] for name in ("yawn", "no-yawn"))
    seen_yawning, seen_other = (np.array([each for each in found if each is not None]) for found in (yawning, other))
    share = (len(seen_yawning) + len(seen_other)) / (len(yawning) + len(other))
    return {"yawdd_found": share, "yawdd_yawn_auc": auc(seen_yawning, seen_other)}
