"""From a training's folder to weights for others: ONNX and safetensors, held against torch."""

from __future__ import annotations

import copy
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors.torch import save_file

from dms.errors import DmsError, UsageError
from dms.perception.engines import PARITY_TOLERANCE
from dms.perception.engines.onnx import OnnxEngine
from dms.perception.manifest import MANIFEST_NAME, WeightsFile, models_directory
from dms.perception.networks import CLASSES, Network
from tools.export import export as export_shipped
from tools.export import write_onnx
from tools.train.by_recipe.named import network_class
from tools.train.by_recipe.reading import read_recipe
from tools.train.by_recipe.recipe import Recipe
from tools.train.by_recipe.samples import still
from tools.train.by_recipe.training import CHECKPOINT, COPY
from tools.train.running.state import trained_weights
from tools.train.running.stream import collate
from tools.train.shards import Shards

WEIGHTS, ONNX = "network.safetensors", "network.onnx"
HELD_AGAINST = 16


class ExportDiffersError(DmsError):
    """What was exported does not answer as the network does."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A training's folder, read: `network` has the trained weights and is in evaluation mode."""

    folder: Path
    recipe: Recipe
    network: Network
    samples: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and how far it is from torch: at most `off` on so many pictures, over the largest value of an output
    where that is above 1."""

    trained: Trained
    onnx: Path
    off: float
    pictures: int


def read_run(run: Path) -> Trained:
    """Read a training's folder.

    Raises:
        UsageError: it has no checkpoint.
        ConfigurationError: its recipe cannot be read.
    """
    checkpoint = run / CHECKPOINT
    if not checkpoint.exists():
        raise UsageError(f"{run}: no {CHECKPOINT} in it; `python -m tools.train recipe` makes one")
    recipe = read_recipe(run / COPY)
    saved: dict[str, Any] = torch.load(checkpoint, weights_only=True, map_location="cpu")
    network = recipe.build()
    network.load_state_dict(trained_weights(saved))
    return Trained(run, recipe, network.eval(), saved["step"] * recipe.batch, saved["trained_s"] / 60)


def export_run(run: Path, data: Path) -> Exported:
    """Write `network.safetensors` and `network.onnx` into a training's folder, and hold the second against torch on faces of
    the shards in `data`.

    Raises:
        ExportDiffersError: they do not give the same.
        FileNotFoundError: there are no shards.
        UsageError, ConfigurationError: as `read_run`.
    """
    trained = read_run(run)
    shards = Shards(data, trained.recipe.data.kind)
    if not len(shards):
        raise FileNotFoundError(f"{data}: no {trained.recipe.data.kind}-*.npz")
    rows = [still(shards.sample(index), trained.recipe.side) for index in range(min(len(shards), HELD_AGAINST))]
    image = collate(rows)["image"]
    with torch.no_grad():
        expected = {name: value.numpy() for name, value in trained.network(image).items()}
    save_file({name: value.contiguous() for name, value in trained.network.state_dict().items()}, str(run / WEIGHTS))
    # Folding its normalisation away is the export's business: what is counted is what was trained.
    write_onnx(copy.deepcopy(trained.network), {"image": (1, 1, trained.recipe.side, trained.recipe.side)}, run / ONNX)
    said = engine_of(run / ONNX).run({"image": image.numpy()})
    off = {name: _distance(values, said[name]) for name, values in expected.items()}
    worst = max(off, key=off.__getitem__)
    if not off[worst] <= PARITY_TOLERANCE:
        raise ExportDiffersError(f"{run / ONNX}: {worst} is {off[worst]:.2g} from torch, more than {PARITY_TOLERANCE:g}")
    return Exported(trained, run / ONNX, off[worst], len(rows))


def _distance(expected: np.ndarray, said: np.ndarray) -> float:
    return float(np.abs(said - expected).max() / max(1.0, float(np.abs(expected).max())))


def engine_of(onnx_file: Path) -> OnnxEngine:
    """An exported network as the runtime loads it: ONNX Runtime, on one thread."""
    return OnnxEngine(
        WeightsFile(file=onnx_file.name, sha256=hashlib.sha256(onnx_file.read_bytes()).hexdigest()), onnx_file.parent
    )


def ship(run: Path, models: Path) -> Path:
    """Put the network into a folder that dms runs with, beside those that ship; returns its manifest.

    Raises:
        UsageError: dms has no use for a network of this class, or the folder is the one of the weights that ship.
    """
    recipe = read_recipe(run / COPY)
    name = next((name for name, each in CLASSES.items() if each is network_class(recipe.network)), None)
    if name is None or recipe.options:
        known = ", ".join(f"{each.__module__}:{each.__name__}" for each in CLASSES.values())
        raise UsageError(
            f"{run}: {recipe.network}{' with options' if recipe.options else ''} is none that dms reads; it reads {known}"
        )
    if models.exists() and models.samefile(models_directory()):
        raise UsageError(f"{models}: holds the weights that ship; take another folder, and look at its figures first")
    if not (models / MANIFEST_NAME).exists():
        shutil.copytree(models_directory(), models, dirs_exist_ok=True)
    manifest: dict[str, Any] = yaml.safe_load((models / MANIFEST_NAME).read_text(encoding="utf-8"))
    entry = export_shipped(name, run / CHECKPOINT, models)
    entry["training"]["command"] = f"python -m tools.train recipe {run.name}.yaml"
    manifest["networks"][name] = entry
    manifest.pop("evaluation", None)  # it is that of other weights
    (models / MANIFEST_NAME).write_text(
        yaml.safe_dump(manifest, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8"
    )
    return models / MANIFEST_NAME
