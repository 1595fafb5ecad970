"""Reads recipes and tries them: every mistake is told with file and line before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

from dms.config.yaml_loader import KeyPath, read_yaml, validated
from dms.errors import ConfigurationError, UsageError
from tools.train.by_recipe.lessons import total
from tools.train.by_recipe.named import network_class, options_model
from tools.train.by_recipe.recipe import Recipe
from tools.train.by_recipe.samples import made_up
from tools.train.running.training import Outputs
from tools.train.task import Batch

_DOES_NOT_FIT = (RuntimeError, ValueError, TypeError, LookupError)
"""What torch and Python raise where shapes, sizes or names do not go together."""


def read_recipe(path: Path, *, tried: bool = True) -> Recipe:
    """Read a recipe and, unless `tried` is false, try its network and its losses on pictures of noise. What was trained is read
    untried: the weights that it began from and its teacher need not be there any more.

    Raises:
        ConfigurationError: what is wrong, with file and line.
    """
    document = read_yaml(path)
    recipe = validated(Recipe, document)
    written = options_model(network_class(recipe.network))
    if recipe.options:
        validated(written, document, at=("options",))
    elif missing := [name for name, field in written.model_fields.items() if field.is_required()]:
        raise ConfigurationError(f"{path}:{document.line(('network',))}: options: {recipe.network} needs {', '.join(missing)}")
    if not tried:
        return recipe
    problems = [f"{path}:{document.line(at)}: {'.'.join(map(str, at))}: {what}" for at, what in _contradictions(recipe)]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return recipe


def _contradictions(recipe: Recipe) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong between parts of a recipe, and the place of each."""
    if recipe.data.judged_share == 0.0 and (recipe.judging.patience is not None or recipe.schedule.shape == "plateau"):
        yield ("data", "judged_share"), "with nobody to judge on there is no plateau and no early stop"
    if recipe.prune is not None and recipe.begin is None:
        yield ("prune",), "what matters least is known of trained weights alone: say where to begin"
    if recipe.gate is not None and recipe.gate.original is None and recipe.quantize is None:
        yield ("gate",), "original: say which network this one is held against"
    tried: list[tuple[Outputs, Batch]] = []
    for side in recipe.sides:
        try:
            tried += tried_at(recipe, side)
        except _DOES_NOT_FIT as error:
            place = "side" if side == recipe.side else "multi_scale"
            yield (place,), f"the network does not take pictures of {side} pixels: {_first_line(error)}"
            return
    yield from _misfits(recipe, *tried[0])


def _misfits(recipe: Recipe, outputs: Outputs, batch: Batch) -> Iterator[tuple[KeyPath, str]]:
    """What losses and measures ask for and the network does not give."""
    given = ", ".join(outputs)
    if recipe.pose == "landmarks" and not {"landmarks", "heatmaps"} & set(outputs):
        yield ("pose",), f"the network gives no points, only {given}"
    for index, lesson in enumerate(recipe.losses):
        absent = [name for name in lesson.outputs_wanted() if name not in outputs]
        if absent:
            yield ("losses", index), f"{lesson.kind} judges {', '.join(absent)}, and the network gives only {given}"
            continue
        try:
            total([lesson], outputs, batch)
        except UsageError as error:
            yield ("losses", index), f"{lesson.kind}: {error}"
        except _DOES_NOT_FIT as error:
            yield ("losses", index), f"{lesson.kind} cannot judge what the network gives: {_first_line(error)}"


@torch.no_grad()
def tried_at(recipe: Recipe, side: int) -> list[tuple[Outputs, Batch]]:
    """What the network, with random weights, makes of pictures of that side."""
    network = recipe.build().eval()
    return [(network(batch["image"]), batch) for batch in made_up([side])]


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0]
