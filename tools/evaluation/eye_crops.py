"""Crops of single eyes: the eye network alone, at the threshold that the manifest states."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dms.perception import crops, decode
from dms.perception.engines import Engine
from tools.evaluation.measures import auc
from tools.picture_files import read_grey


def measure(eye: Engine, threshold: float, folder: Path) -> dict[str, float]:
    """Accuracy and AUC of open against closed."""
    opened, closed = (
        np.array([openness(eye, read_grey(path)) for path in sorted((folder / name).iterdir())]) for name in ("open", "closed")
    )
    right = (opened >= threshold).sum() + (closed < threshold).sum()
    return {"eye_accuracy": float(right / (len(opened) + len(closed))), "eye_auc": auc(opened, closed)}


def openness(eye: Engine, grey: crops.Picture) -> float:
    """Openness of a picture of one eye, taken whole as the crop. Nobody says which eye it is, so it is read as a left one
    and as a mirrored right one, and the mean counts."""
    height, width = grey.shape
    pair = [crops.Crop((width - 1) / 2, (height - 1) / 2, max(width, height), mirrored=flip) for flip in (False, True)]
    pictures = np.stack([crops.cut(grey, crop, crops.EYE_SIZE) for crop in pair])
    outputs = eye.run({"image": crops.normalise(pictures), "head": np.zeros((2, 6), np.float32)})
    return float(np.mean([decode.decode_eye(outputs, crop, i).openness for i, crop in enumerate(pair)]))
