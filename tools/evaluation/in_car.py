"""Drivers in cars: whether the face is found, and whether mouth opening tells a yawn."""

from __future__ import annotations

import csv
from pathlib import Path

from dms.perception.decode import Box, overlap
from dms.perception.stills import StillReader
from tools.evaluation.measures import yawning_figures
from tools.picture_files import read_picture

LEAST_OVERLAP = 0.3


def measure_yawdd(reader: StillReader, folder: Path) -> dict[str, float]:
    """Figures for `yawdd/frames`: share of frames with a face, and AUC of mouth opening over the frames that have one."""

    def mouth_open(path: Path) -> float | None:
        face = reader.read(read_picture(path))
        return None if face is None else face.face.mouth_open

    return yawning_figures(folder, mouth_open)


def measure_car(reader: StillReader, folder: Path) -> dict[str, float]:
    """Figures for `car_one_driver`: share of frames in which a face fits the labelled box."""
    labels = driver_labels(folder)
    found = 0
    for name, relative in labels.items():
        frame = read_picture(folder / name)
        label = in_pixels(relative, frame.shape[1], frame.shape[0])
        found += any(fits(face.box, label) for face in reader.read_all(frame))
    return {"car_found": found / len(labels)}


def driver_labels(folder: Path) -> dict[str, Box]:
    """Relative box (centre x, centre y, width, height) by file name."""
    with (folder / "labels.csv").open(newline="") as file:
        return {
            row["file"]: (float(row["cx"]), float(row["cy"]), float(row["w"]), float(row["h"])) for row in csv.DictReader(file)
        }


def in_pixels(relative: Box, width: int, height: int) -> Box:
    """A relative centre-and-size box as x, y, width, height in pixels."""
    x, y, w, h = relative
    return (x - w / 2) * width, (y - h / 2) * height, w * width, h * height


def fits(box: Box, label: Box) -> bool:
    """A face counts as found if it overlaps the label by 0.3 (intersection over union) or its middle lies in the label:
    the labelled boxes hold the whole head, a landmark box the face only."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    inside = label[0] <= x <= label[0] + label[2] and label[1] <= y <= label[1] + label[3]
    return inside or overlap(box, label) >= LEAST_OVERLAP
