"""The labels of `drivface`, and yaw against its classes. Needs only numpy, so that a peer's environment can import it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tools.evaluation.measures import robust_slope

CLASSES_APART_DEG = 1.0
"""Pairs of the same class say nothing of the slope."""


@dataclass(frozen=True, slots=True)
class LabelledDriver:
    """One picture's label: which driver, the class with yaw to the driver's left > 0, and the box of the face as x, y, width,
    height."""

    file: str
    driver: str
    class_yaw_deg: float
    box_px: tuple[float, float, float, float]


def read_labels(path: Path) -> list[LabelledDriver]:
    """The label of every picture, in the order of the file."""
    with path.open(newline="") as file:
        return [
            LabelledDriver(
                row["file"], row["subject"], float(row["yaw_class_deg"]),
                (float(row["box_x"]), float(row["box_y"]), float(row["box_w"]), float(row["box_h"])),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def slope_over_classes(found: Sequence[tuple[str, float, float]]) -> float:
    """Slope of the yaw over the classes by Theil and Sen, from (driver, class in degrees, yaw read in degrees), each driver's
    median yaw of class 0 taken off."""
    classes, turned = [], []
    for driver in sorted({driver for driver, _, _ in found}):
        own = [(class_deg, yaw_deg) for who, class_deg, yaw_deg in found if who == driver]
        ahead_deg = float(np.median([yaw_deg for class_deg, yaw_deg in own if class_deg == 0]))
        classes += [class_deg for class_deg, _ in own]
        turned += [yaw_deg - ahead_deg for _, yaw_deg in own]
    return robust_slope(np.array(classes), np.array(turned), CLASSES_APART_DEG)
