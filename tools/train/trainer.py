"""Training of the networks that ship: budgeted in minutes, resumable after a kill, with progress and ETA."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from safetensors.torch import load_file

from dms.perception.networks import INPUTS, Network, build_network
from tools.train.running.budget import Budget
from tools.train.running.loop import run
from tools.train.running.machine import chosen_device, chosen_precision
from tools.train.running.schedule import Schedule
from tools.train.running.training import Means, Training
from tools.train.task import Task

CONTINUED_RATE = 0.4
"""Of the learning rate, for weights that were trained before: they are to be bettered, not to be shaken."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where data comes from, where checkpoints go, and how long to train in all (over all resumptions)."""

    data: Path
    hdri: Path
    runs: Path
    minutes: float
    schedule_minutes: float | None = None
    """Length of the learning-rate schedule, if training is to stop before its end."""
    workers: int = 2
    threads: int = 2
    seed: int = 1
    start: Path | None = None
    """A directory of weights to begin from instead of from chance, where there is no checkpoint yet."""
    compiled: bool = False
    """Whether torch compiles the network first."""


def train(task: Task, plan: Plan) -> Path:
    """Train until the budget is used up; returns the checkpoint, which holds the averaged weights under `average`."""
    device = chosen_device("cpu")
    means = Means(
        checkpoint=plan.runs / f"{task.name}.pt",
        budget=Budget(minutes=plan.minutes, schedule_minutes=plan.schedule_minutes),
        device=device,
        precision=chosen_precision("auto", device),
        workers=plan.workers,
        threads=plan.threads,
        compiled=plan.compiled,
    )
    run(training_of(task, plan), means)
    return means.checkpoint


def training_of(task: Task, plan: Plan) -> Training:
    """What one of the networks that ship learns."""
    rate = task.learning_rate * (1.0 if plan.start is None else CONTINUED_RATE)
    return Training(
        name=task.name,
        inputs=INPUTS[task.name],
        build=lambda: _begun_network(task.name, plan.start),
        source=partial(task.source, plan.data, plan.hdri),
        loss=task.loss,
        batch=task.batch_size,
        schedule=Schedule(rate),
        seed=plan.seed,
    )


def _begun_network(name: str, start: Path | None) -> Network:
    """A network from chance, or from weights as far as they fit; parts that it has gained since are named."""
    network = build_network(name)
    if start is not None:
        weights = start / f"{name}.safetensors"
        missing, foreign = network.load_state_dict(load_file(weights), strict=False)
        if missing or foreign:
            sys.stdout.write(f"{weights}: not in it, from chance: {missing}; not used: {foreign}\n")
    return network
