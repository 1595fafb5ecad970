"""Faces for recipes: the picture is cut shifted, scaled, turned and mirrored, and all of its truth with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.perception import crops
from dms.perception.crops import Crop
from dms.perception.decode import LEFT_LIDS, RIGHT_LIDS, direction_to_crop
from tools.datasets.face import is_held_out
from tools.train.augment import covered, photometric
from tools.train.by_recipe.recipe import Augmentation, DataOptions, Recipe
from tools.train.face import face_sample, outline
from tools.train.running.stream import collate
from tools.train.shards import Sample, Shards
from tools.train.task import Batch

OPEN_ENOUGH_TO_LOOK = 0.2
MOUTH = np.arange(48, 68)
JUDGED_TOGETHER = 64
"""Pictures of a batch that weights are judged on."""

Row = dict[str, NDArray[Any] | float]


class FaceSource:
    """Faces of the people that are not kept aside, each time moved and degraded anew."""

    def __init__(self, folder: Path, data: DataOptions, augment: Augmentation, side: int) -> None:
        self._faces = faces(folder, data, judged=False)
        self._augment, self._side = augment, side

    def __len__(self) -> int:
        return len(self._faces)

    def refresh(self) -> None:
        """What is learned from stays what it was when training began, so that it can be repeated."""

    def draw(self, rng: np.random.Generator) -> Row:
        """One face."""
        sample = self._faces.draw(rng)
        return moved(sample, moved_crop(sample, self._augment, rng), self._side, self._augment, rng)


def source_of(recipe: Recipe, folder: Path) -> partial[FaceSource]:
    """Makes the source of a recipe's samples; pictures are cut at the largest of its sides."""
    return partial(FaceSource, folder, recipe.data, recipe.augment, max(recipe.sides))


def faces(folder: Path, data: DataOptions, judged: bool) -> Shards:
    """The pictures of those people that are kept aside to judge on, or those of all others."""
    share = data.judged_share
    return Shards(folder, data.kind, needed=data.needs, whose=lambda person: is_held_out(person, share) == judged)


def batches_to_judge_on(recipe: Recipe, folder: Path) -> list[Batch]:
    """Pictures of the people kept aside, as they are.

    Raises:
        FileNotFoundError: there are none.
    """
    shards = faces(folder, recipe.data, judged=True)
    if not len(shards):
        share = recipe.data.judged_share
        raise FileNotFoundError(
            f"{folder}: no {recipe.data.kind}-*.npz with anybody among the {share:g} of people to judge on (data.judged_share)"
        )
    rows = [still(shards.sample(index), recipe.side) for index in range(min(len(shards), recipe.data.judged_pictures))]
    return [collate(rows[start : start + JUDGED_TOGETHER]) for start in range(0, len(rows), JUDGED_TOGETHER)]


def exact_crop(sample: Sample) -> Crop:
    """The crop around where the face really is, upright."""
    return crops.face_crop_from_landmarks(outline(sample)[0])


def moved_crop(sample: Sample, augment: Augmentation, rng: np.random.Generator) -> Crop:
    """That crop shifted, scaled, turned and mirrored at random."""
    turned = crops.face_crop_from_landmarks(outline(sample)[0], rng.normal(0.0, augment.turn_deg) if augment.turn_deg else 0.0)
    side = turned.side * float(np.exp(rng.normal(0.0, augment.scale)))
    across, down = rng.normal(0.0, augment.shift, 2) * side
    is_mirrored = bool(rng.random() < augment.mirror)
    return Crop(turned.center_x + across, turned.center_y + down, side, turned.roll_deg, is_mirrored)


def moved(sample: Sample, crop: Crop, side: int, augment: Augmentation, rng: np.random.Generator) -> Row:
    """The picture (side, side) and truth of a face seen through `crop`, perhaps with something before it, degraded."""
    row = seen(sample, crop, side, rng)
    picture = np.asarray(row["image"], np.uint8)
    if rng.random() < augment.occlusion:
        picture, hidden = covered(picture, rng)
        row |= _with_hidden(row, hidden)
    return row | {"image": photometric(picture, rng, augment.degrade, cover=0.0) if augment.degrade > 0.0 else picture}


def still(sample: Sample, side: int) -> Row:
    """The picture (side, side) and truth of a face as it is."""
    return seen(sample, exact_crop(sample), side, np.random.default_rng(0))


def seen(sample: Sample, crop: Crop, side: int, rng: np.random.Generator) -> Row:
    """What `tools.train.face.face_sample` gives, and `gaze` (3,) of both eyes in the crop's axes; NaN where no eye looks."""
    row = face_sample(sample, crop, rng, strength=0.0, side=side)
    return row | {"gaze": direction_to_crop(joint_gaze(sample), crop).astype(np.float32)}


def joint_gaze(sample: Sample) -> NDArray[np.float64]:
    """The unit vector (3,) along which the eyes look that are open and visible; NaN if there is none or nobody knows."""
    gaze = np.asarray(sample["gaze"], np.float64)
    looking = (sample["eye_visible"] > 0.5) & (sample["openness"] > OPEN_ENOUGH_TO_LOOK) & np.isfinite(gaze).all(axis=1)
    if not looking.any():
        return np.full(3, np.nan)
    mean = gaze[looking].mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float64)


def _with_hidden(row: Row, hidden: NDArray[np.bool_]) -> Row:
    """What is less visible once `hidden` (side, side) pixels are: points under it, and eyes and mouth by the share of theirs."""
    landmarks, visible = np.asarray(row["landmarks"]), np.asarray(row["landmark_visible"], np.float32)
    under = is_under(landmarks, hidden)
    shows = 1.0 - np.array([under[lids].mean() for lids in (LEFT_LIDS, RIGHT_LIDS)], np.float32)
    return {
        "landmark_visible": np.where(under, np.float32(0.0), visible),
        "eye_visible": np.asarray(row["eye_visible"], np.float32) * shows,
        "mouth_visible": float(np.asarray(row["mouth_visible"])) * float(1.0 - under[MOUTH].mean()),
    }


def is_under(points: NDArray[np.floating], hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which points (k, 2) in crop units lie on hidden pixels (side, side); those outside and unknown ones do not."""
    side = len(hidden)
    pixels = np.where(np.isfinite(points), (points + 0.5) * side - 0.5, -side).round().astype(int)
    inside = ((pixels >= 0) & (pixels < side)).all(axis=1)
    columns, rows = np.clip(pixels, 0, side - 1).T
    return np.asarray(inside & hidden[rows, columns])


def made_up(sides: Sequence[int], count: int = 2) -> list[Batch]:
    """Batches of noise with a truth of every kind, one of each side: to try whether a network and its losses fit together."""
    rng = np.random.default_rng(0)
    sample: Sample = {
        "image": rng.integers(0, 255, (192, 192)).astype(np.uint8),
        "landmarks": rng.uniform(40, 150, (68, 2)).astype(np.float32),
        "landmark_visible": np.ones(68, np.float32),
        "rotation": np.eye(3, dtype=np.float32),
        "gaze": np.array([[0.0, 0.0, 1.0]] * 2, np.float32),
        "openness": np.ones(2, np.float32),
        "eye_visible": np.ones(2, np.float32),
        "mouth_open": np.array(0.1, np.float32),
        "mouth_visible": np.array(1.0, np.float32),
        "expression": np.array(0),
    }
    return [collate([still(sample, side)] * count) for side in sides]
