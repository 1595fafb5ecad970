"""What a training begins with: chance, weights that were trained before, or what pruning leaves of them; and how they round."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from dms.errors import UsageError, one_line
from dms.perception.networks import Network
from dms.perception.networks.fitting import fitted
from tools.train.by_recipe.pruning import pruned
from tools.train.by_recipe.recipe import Recipe
from tools.train.running.rounding import rounded, without_ranges
from tools.train.running.state import trained_weights

CHECKPOINT = "checkpoint.pt"
SUFFIX = ".safetensors"


def begun_network(recipe: Recipe) -> Network:
    """The network as its training begins.

    Raises:
        UsageError: the weights to begin from are not there, or are not this network's.
    """
    network = recipe.build()
    if recipe.begin is not None:
        network = begun_from(network, recipe.begin)
    if recipe.prune is not None:
        network = pruned(network, recipe.side, recipe.prune)
    return rounded(network) if recipe.quantize == "aware" else network


def begun_from(network: Network, where: str) -> Network:
    """The network with the weights of a training's folder or of a `.safetensors` file, as wide as they are.

    Raises:
        UsageError: they are not there, or are another network's.
    """
    try:
        return fitted(network, weights_at(Path(where)))
    except RuntimeError as error:
        raise UsageError(f"{where}: not the weights of {type(network).__name__}: {one_line(str(error))}") from error


def weights_at(path: Path) -> Mapping[str, Tensor]:
    """The trained weights in a training's folder or a `.safetensors` file.

    Raises:
        UsageError: there are none.
    """
    if path.suffix == SUFFIX:
        try:
            return load_file(path)
        except (OSError, SafetensorError) as error:
            raise UsageError(f"{path}: {one_line(str(error))}") from error
    return without_ranges(trained_weights(checkpoint_in(path)))


def checkpoint_in(folder: Path) -> dict[str, Any]:
    """What a training's checkpoint holds.

    Raises:
        UsageError: there is none.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        raise UsageError(f"{folder}: no {CHECKPOINT} in it; `python -m tools.train recipe` makes one")
    saved: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    return saved
