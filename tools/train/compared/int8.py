"""The INT8 twin of a network that a recipe trained."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tools.quantize import CALIBRATION_BATCH, CALIBRATION_BATCHES, SEED, Inputs, quantize
from tools.train.by_recipe.samples import FaceSource
from tools.train.by_recipe.trained import Trained
from tools.train.running.stream import collate


def write_int8(trained: Trained, onnx_file: Path, data: Path) -> Path:
    """Write `NAME.int8.onnx` beside `NAME.onnx`, calibrated on pictures of the shards in `data` as training draws them."""
    return quantize(onnx_file, _inputs(trained, data))


def _inputs(trained: Trained, data: Path) -> Iterator[Inputs]:
    recipe = trained.recipe
    source, rng = FaceSource(data, recipe.data, recipe.augment, recipe.side), np.random.default_rng(SEED)
    for _ in range(min(CALIBRATION_BATCHES, math.ceil(len(source) / CALIBRATION_BATCH))):
        yield {"image": collate([source.draw(rng) for _ in range(CALIBRATION_BATCH)])["image"].numpy()}
