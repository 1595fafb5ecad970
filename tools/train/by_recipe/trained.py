"""A training's folder, read: the network with its trained weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dms.errors import UsageError, one_line
from dms.perception.networks import Network
from dms.perception.networks.fitting import fitted
from tools.train.by_recipe.beginning import checkpoint_in
from tools.train.by_recipe.reading import read_recipe
from tools.train.by_recipe.recipe import Recipe
from tools.train.running.rounding import without_ranges
from tools.train.running.state import trained_weights

COPY = "recipe.yaml"


@dataclass(frozen=True, slots=True)
class Trained:
    """A training's folder: `network` has the trained weights, as wide as pruning left them, and is in evaluation mode."""

    folder: Path
    recipe: Recipe
    network: Network
    samples: int
    minutes: float


def read_run(run: Path) -> Trained:
    """Read a training's folder.

    Raises:
        UsageError: it has no checkpoint, or one of another network.
        ConfigurationError: its recipe cannot be read.
    """
    saved = checkpoint_in(run)
    recipe = read_recipe(run / COPY, tried=False)
    try:
        network = fitted(recipe.build(), without_ranges(trained_weights(saved)))
    except RuntimeError as error:
        raise UsageError(f"{run}: its checkpoint is not of {recipe.network}: {one_line(str(error))}") from error
    return Trained(run, recipe, network.eval(), saved["step"] * recipe.batch, saved["trained_s"] / 60)
