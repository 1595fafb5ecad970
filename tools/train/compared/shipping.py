"""A trained network among those that dms runs with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from dms.errors import UsageError
from dms.perception.engines.base import NetworkName
from dms.perception.engines.contract import hold_to_contract
from dms.perception.manifest import MANIFEST_NAME, ModelError, models_directory
from dms.perception.networks import FaceNetwork
from tools.export import INPUT_WORDS, OUTPUT_WORDS, THRESHOLDS
from tools.train.by_recipe.named import network_class
from tools.train.by_recipe.trained import Trained
from tools.train.compared.exporting import WEIGHTS, Exported
from tools.train.compared.onnx_file import engine_of, listed

NAME: NetworkName = "face"
"""Recipes teach what the face network reads."""


def ship(done: Exported, models: Path) -> Path:
    """Put an exported network into a folder that dms runs with, beside those that ship; returns its manifest.

    Any network will do that gives all that is read of the face network. Only one of the face network's own class has weights that
    PyTorch can run there, too.

    Raises:
        UsageError: dms has no use for such a network, or the folder is the one of the weights that ship.
    """
    trained = done.trained
    try:
        hold_to_contract(engine_of(done.onnx), NAME, done.onnx)
    except ModelError as error:
        raise UsageError(f"{trained.folder}: dms cannot run with {trained.recipe.network}: {error}") from error
    if models.exists() and models.samefile(models_directory()):
        raise UsageError(f"{models}: holds the weights that ship; take another folder, and look at its figures first")
    if not (models / MANIFEST_NAME).exists():
        shutil.copytree(models_directory(), models, dirs_exist_ok=True)
    manifest: dict[str, Any] = yaml.safe_load((models / MANIFEST_NAME).read_text(encoding="utf-8"))
    for file in (manifest["networks"].get(NAME) or {}).values():
        if isinstance(file, dict) and "sha256" in file:
            (models / file["file"]).unlink(missing_ok=True)
    manifest["networks"][NAME] = _entry(done, models)
    manifest.pop("evaluation", None)  # it is that of other weights
    (models / MANIFEST_NAME).write_text(
        yaml.safe_dump(manifest, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8"
    )
    return models / MANIFEST_NAME


def _entry(done: Exported, models: Path) -> dict[str, Any]:
    """Copy the files, and say what they are."""
    trained, recipe = done.trained, done.trained.recipe
    own = network_class(recipe.network) is FaceNetwork
    files = {"onnx": (done.onnx, f"{NAME}.onnx")}
    if done.int8 is not None:
        files["onnx_int8"] = (done.int8, f"{NAME}.int8.onnx")
    if own:
        files["safetensors"] = (trained.folder / WEIGHTS, f"{NAME}.safetensors")
    entry: dict[str, Any] = {key: listed(shutil.copyfile(source, models / name)) for key, (source, name) in files.items()}
    return entry | {
        **({"architecture": recipe.options} if own and recipe.options else {}),
        "parameters": sum(parameter.numel() for parameter in trained.network.parameters()),
        "inputs": INPUT_WORDS[NAME],
        "outputs": OUTPUT_WORDS[NAME],
        "thresholds": THRESHOLDS[NAME],
        "training": _training(trained),
    }


def _training(trained: Trained) -> dict[str, Any]:
    return {
        "command": f"python -m tools.train recipe {trained.folder.name}.yaml",
        "samples": trained.samples,
        "wall_minutes": round(trained.minutes, 1),
    }
