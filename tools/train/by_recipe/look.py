"""Draws what a recipe makes of its pictures before it learns from them: look at it before you train."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dms.perception.crops import Crop
from tools.datasets.drawing import grid, tile
from tools.datasets.face import LabelledFace
from tools.picture_files import Picture
from tools.train.by_recipe.recipe import Recipe
from tools.train.by_recipe.samples import Row, faces, moved, moved_crop

BOX_SHARE = 0.8
"""Of the crop's side: about what the face takes, where its points are not labelled."""


def sheet_of(recipe: Recipe, folder: Path, people: int, times: int) -> Picture:
    """A row for each of so many faces, drawn `times` times as the network would see them, BGR, with points (red if hidden), the
    head's axes, and the angles.

    Raises:
        FileNotFoundError: there are no shards.
    """
    shards, rng = faces(folder, recipe.data, judged=False), np.random.default_rng(recipe.seed)
    tiles = []
    for _ in range(people):
        sample = shards.draw(rng)
        rows = [moved(sample, moved_crop(sample, recipe.augment, rng), recipe.side, recipe.augment, rng) for _ in range(times)]
        tiles += [_drawn(row, recipe.side) for row in rows]
    return grid(tiles, times)


def _drawn(row: Row, side: int) -> Picture:
    """A sample, whole, with its truth."""
    middle = (side - 1) / 2
    return tile(_labelled(row, side), np.asarray(row["image"], np.uint8), Crop(middle, middle, side))


def _labelled(row: Row, side: int) -> LabelledFace:
    """A sample's truth, back in pixels."""
    corner, box = side * (1 - BOX_SHARE) / 2, side * BOX_SHARE
    gaze, rotation = (np.asarray(row[name], np.float64) for name in ("gaze", "rotation"))
    return LabelledFace(
        source="a sample",
        picture=Path(),
        person="",
        landmarks=(np.asarray(row["landmarks"], np.float64) + 0.5) * side - 0.5,
        landmark_visible=np.asarray(row["landmark_visible"], np.float64),
        rotation=rotation if np.isfinite(rotation).all() else None,
        box=(corner, corner, box, box),
        gaze=np.stack([gaze, gaze]) if np.isfinite(gaze).all() else None,
    )
