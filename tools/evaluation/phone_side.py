"""Phones, cigarettes, cups and food: photographs of drivers from the side, and rendered busts whose identities were kept from
training. Scores are probabilities of single looks, before looks have to agree."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.perception.objects import ObjectReading
from dms.perception.reader import grey_of
from dms.perception.stills import StillReader
from tools.evaluation.measures import auc
from tools.picture_files import read_picture
from tools.render.seen import CANNOT_BE_SEEN
from tools.train.shards import Shards

FloatArray = NDArray[np.float64]
SIDE_VIEW_LABELS = frozenset({"at_ear", "handheld", "none"})


def measure(reader: StillReader, folder: Path, heldout: Path | None = None, most: int = 2_000) -> dict[str, float]:
    """Figures for `phone_side` in `folder`, and for the `bust` shards in `heldout` if there are any: areas under the ROC curve.
    Empty where the weights have no objects network."""
    if not reader.sees_objects:
        return {}
    figures = _side_views(reader, folder)
    busts = Shards(heldout, "bust") if heldout else None
    return figures | _busts(reader, busts, most) if busts else figures


def _side_views(reader: StillReader, folder: Path) -> dict[str, float]:
    """Phone at the ear or in the hand against none, each picture seen as the runtime sees a first frame: around the face if one
    is found, else in the largest square."""
    scores: dict[str, list[float]] = {label: [] for label in SIDE_VIEW_LABELS}
    found = 0
    for name, label in _labels(folder / "labels.csv"):
        frame = read_picture(folder / name)
        if frame is None:
            raise FileNotFoundError(f"{folder / name}: no picture")
        face = reader.read(frame)
        found += face is not None
        scores[label].append(_phone(reader.read_objects(grey_of(frame), face.box if face else None)))
    at_ear, handheld, none = (np.array(scores[label]) for label in ("at_ear", "handheld", "none"))
    return {
        "phone_side_auc": auc(np.concatenate([at_ear, handheld]), none),
        "phone_side_at_ear_auc": auc(at_ear, none),
        "phone_side_handheld_auc": auc(handheld, none),
        "phone_side_faces_found": found / (len(at_ear) + len(handheld) + len(none)),
    }


def _labels(path: Path) -> Iterable[tuple[str, str]]:
    with path.open(newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if row["label"] not in SIDE_VIEW_LABELS:
                raise ValueError(f"{path}:{line}: {row['label']!r} is none of {', '.join(sorted(SIDE_VIEW_LABELS))}")
            yield row["file"], row["label"]


def bust_scores(reader: StillReader, busts: Shards, most: int = 2_000) -> dict[str, tuple[FloatArray, FloatArray]]:
    """By thing: probabilities of single looks, cut around the true face box, at drivers without it and at drivers who hold it in
    sight. What is there but hidden does not count."""
    scores: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ("phone", "smoking", "drinking")}
    for index in range(min(most, len(busts))):
        sample = busts.sample(index)
        x, y, width, height = sample["face_box"].tolist()
        reading = reader.read_objects(sample["image"], (x, y, width, height))
        for name, (absent, present) in scores.items():
            if sample[name] != CANNOT_BE_SEEN:
                score = 0.0 if reading is None else float(getattr(reading, name))
                (present if sample[name] else absent).append(score)
    return {name: (np.array(absent), np.array(present)) for name, (absent, present) in scores.items()}


def _busts(reader: StillReader, busts: Shards, most: int) -> dict[str, float]:
    """A class in no picture gives no figure."""
    return {
        f"rendered_{name}_auc": auc(present, absent)
        for name, (absent, present) in bust_scores(reader, busts, most).items()
        if present.size and absent.size
    }


def _phone(reading: ObjectReading | None) -> float:
    return 0.0 if reading is None else reading.phone
