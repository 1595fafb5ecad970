"""From a recipe and a folder of shards to a trained network in a folder of its own."""

from __future__ import annotations

import shlex
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dms.errors import UsageError
from tools.train.by_recipe.beginning import CHECKPOINT, begun_network
from tools.train.by_recipe.lessons import total
from tools.train.by_recipe.reading import read_recipe, tried_at
from tools.train.by_recipe.recipe import Recipe
from tools.train.by_recipe.samples import batches_to_judge_on, source_of
from tools.train.by_recipe.trained import COPY
from tools.train.running.budget import Budget
from tools.train.running.loop import run
from tools.train.running.machine import DeviceName, chosen_device, chosen_precision
from tools.train.running.schedule import Schedule
from tools.train.running.team import Team
from tools.train.running.training import Judging, Means, Training


@dataclass(frozen=True, slots=True)
class Order:
    """A recipe to be trained, and what the command line says beside it."""

    recipe: Path
    data: Path
    runs: Path
    minutes: float | None = None
    samples: int | None = None
    """Instead of the recipe's budget."""
    device: DeviceName | None = None
    workers: int = 2
    threads: int = 2
    checkpoint_s: float = 60.0

    @property
    def folder(self) -> Path:
        """Where the training lies: named after the recipe's file."""
        return self.runs / self.recipe.stem

    def command(self) -> str:
        """What starts this training, and goes on with it."""
        words = ["python", "-m", "tools.train", "recipe", *map(str, (self.recipe, "--data", self.data, "--runs", self.runs))]
        for name, value in (("--minutes", self.minutes), ("--samples", self.samples)):
            words += [name, f"{value}"] if value is not None else []
        return shlex.join(words)


def train_recipe(order: Order, team: Team) -> Path:
    """Train, or go on; returns the folder, with `checkpoint.pt`, `recipe.yaml`, `curves.csv` and `curves.png` in it.

    Raises:
        ConfigurationError: the recipe is wrong.
        UsageError: the folder holds another training, or the device is not there.
        FileNotFoundError: there are no shards.
        InterruptedTrainingError: somebody stopped it.
    """
    recipe = read_recipe(order.recipe)
    kept = order.folder / COPY
    if kept.exists():
        _refuse_another(recipe, kept)
    elif team.leads:
        order.folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(order.recipe, kept)
    means = _means(recipe, order, team)
    state = run(training_of(recipe, order), means, team)
    if team.leads:
        done = means.budget.in_words(state.trained_s, state.step * recipe.batch)
        sys.stdout.write(f"{order.folder}: trained, {done}\n")
    return order.folder


def training_of(recipe: Recipe, order: Order) -> Training:
    """What a recipe teaches."""
    return Training(
        name=order.recipe.stem,
        inputs=("image",),
        build=partial(begun_network, recipe),
        source=source_of(recipe, order.data),
        loss=partial(total, recipe.losses),
        batch=recipe.batch,
        schedule=Schedule(
            recipe.schedule.rate, recipe.schedule.warm_up_steps, recipe.schedule.shape, recipe.schedule.least_share,
            recipe.schedule.patience, recipe.schedule.factor,
        ),
        seed=recipe.seed,
        weight_decay=recipe.weight_decay,
        average_decay=recipe.average_decay,
        sides=recipe.multi_scale,
        judging=_judging(recipe, order.data),
        leaves_some_untaught=_leaves_some_untaught(recipe),
        about=recipe.about(),
    )  # fmt: skip


def _judging(recipe: Recipe, data: Path) -> Judging | None:
    if recipe.data.judged_share == 0.0:
        return None
    return Judging(partial(batches_to_judge_on, recipe, data), recipe.judging.every_samples, recipe.judging.patience)


def _leaves_some_untaught(recipe: Recipe) -> bool:
    """Whether an output of the network is judged by no loss."""
    judged = {name for lesson in recipe.losses for name in lesson.outputs_wanted()}
    outputs, _ = tried_at(recipe, recipe.side)[0]
    return not set(outputs) <= judged


def _means(recipe: Recipe, order: Order, team: Team) -> Means:
    given = (order.minutes, order.samples)
    minutes, samples = (recipe.budget.minutes, recipe.budget.samples) if given == (None, None) else given
    if minutes is not None and samples is not None:
        raise UsageError("--minutes or --samples, not both")
    device = chosen_device(order.device or recipe.device, team.local_rank)
    return Means(
        checkpoint=order.folder / CHECKPOINT,
        budget=Budget(minutes, samples),
        device=device,
        precision=chosen_precision(recipe.precision, device),
        workers=order.workers,
        threads=order.threads,
        checkpoint_s=order.checkpoint_s,
        curves=order.folder,
        resume_with=order.command(),
    )


def _refuse_another(recipe: Recipe, kept: Path) -> None:
    """Weights that were trained by another recipe are not gone on with: which keys differ is said."""
    before = read_recipe(kept, tried=False)
    if before.about() == recipe.about():
        return
    ours, theirs = recipe.model_dump(), before.model_dump()
    differing = ", ".join(name for name in ours if ours[name] != theirs[name])
    raise UsageError(f"{kept.parent}: was trained by a recipe that differs in {differing}; choose other --runs, or remove it")
