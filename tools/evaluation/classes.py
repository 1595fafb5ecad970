"""How well classes are told: the confusion matrix and what is read from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.integer]


def confusion(truth: IntArray, predicted: IntArray, classes: int) -> NDArray[np.int64]:
    """Counts (classes, classes): row the truth, column what was said. Raises ValueError for a class that does not exist."""
    for name, values in (("truth", truth), ("predicted", predicted)):
        strange = values[(values < 0) | (values >= classes)]
        if len(strange):
            raise ValueError(f"{name}: class {strange[0]} does not exist, there are {classes}")
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def recalls(matrix: IntArray) -> NDArray[np.float64]:
    """Share of each true class (c,) that was told right; NaN for a class that never occurred."""
    seen = matrix.sum(axis=1)
    return np.where(seen > 0, np.diag(matrix) / np.maximum(seen, 1), np.nan)


def precisions(matrix: IntArray) -> NDArray[np.float64]:
    """Share of what was told as each class (c,) that was right; NaN for a class that was never told."""
    told = matrix.sum(axis=0)
    return np.where(told > 0, np.diag(matrix) / np.maximum(told, 1), np.nan)


def accuracy(matrix: IntArray) -> float:
    """Share told right under the classes' own shares (the natural prior)."""
    return float(np.trace(matrix) / matrix.sum())


def balanced_accuracy(matrix: IntArray) -> float:
    """Mean of the recalls of the classes that occurred (the flat prior)."""
    return float(np.nanmean(recalls(matrix)))
