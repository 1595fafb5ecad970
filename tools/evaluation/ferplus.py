"""Facial expressions in eight classes, against the majority of ten taggers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.perception import crops
from dms.perception.stills import StillReader
from dms.types import EXPRESSIONS
from tools.evaluation.classes import accuracy, confusion, recalls
from tools.picture_files import read_grey

NATURAL_PRIOR = np.array([0.35, 0.29, 0.125, 0.12, 0.085, 0.005, 0.02, 0.005])
"""Shares of the classes among web photographs, in the order of `EXPRESSIONS`: those of the FER+ training part (Barsoum et
al., 2016) as the literature reports them, rounded. A constant, not fitted to the set that is measured here."""


def measure(reader: StillReader, folder: Path) -> dict[str, float]:
    """Accuracy with a flat prior, as the network answers, and with the natural one, which a user who knows that faces are
    mostly neutral or smiling would use; and each class's recall under both."""
    labels = majority_labels(folder / "labels.csv")
    probabilities = np.array([expression(reader, read_grey(folder / name)) for name in labels])
    truth = np.array(list(labels.values()))
    natural = confusion(truth, (probabilities * NATURAL_PRIOR).argmax(axis=1), len(EXPRESSIONS))
    flat = confusion(truth, probabilities.argmax(axis=1), len(EXPRESSIONS))
    return {
        "ferplus_flat": accuracy(flat), "ferplus_natural": accuracy(natural),
        **{f"ferplus_recall_{name}": float(share) for name, share in zip(EXPRESSIONS, recalls(natural), strict=True)},
        **{f"ferplus_flat_recall_{name}": float(share) for name, share in zip(EXPRESSIONS, recalls(flat), strict=True)},
    }  # fmt: skip


def expression(reader: StillReader, grey: crops.Picture) -> NDArray[np.float32]:
    """Class probabilities (8,) of a picture that a face fills: no detector, two looks."""
    height, width = grey.shape
    whole = crops.Crop((width - 1) / 2, (height - 1) / 2, max(width, height))
    face = reader.read_face(grey, whole)
    roll_deg = crops.roll_of_landmarks(face.landmarks)
    closer = reader.read_face(grey, crops.face_crop_from_landmarks(face.landmarks, roll_deg))
    return closer.expression if closer.score >= 0.5 else face.expression


def majority_labels(path: Path) -> dict[str, int]:
    """Class by file name; pictures whose majority is `unknown` or `NF` (no face), or that have no single winner among all
    classes, are dropped."""
    labels = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            votes = np.array([int(row[name]) for name in (*EXPRESSIONS, "unknown", "NF")])
            winners = np.flatnonzero(votes == votes.max())
            if len(winners) == 1 and winners[0] < len(EXPRESSIONS):
                labels[row["file"]] = int(winners[0])
    return labels
