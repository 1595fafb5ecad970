"""What is to be learned, and by what means: all that the loop has to know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from dms.perception.networks import Network
from tools.train.running.budget import Budget
from tools.train.running.schedule import Schedule
from tools.train.task import Batch, Source

Outputs = dict[str, Tensor]
Loss = Callable[[Outputs, Batch], tuple[Tensor, dict[str, Tensor]]]
"""The loss and its readable parts."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How the averaged weights are judged as training goes on: by the loss on pictures of people it does not see."""

    batches: Callable[[], list[Batch]]
    every_samples: int
    patience: int | None = None
    """Judgements without anything better after which training stops; None for never."""


@dataclass(frozen=True, slots=True)
class Training:
    """What is learned. Two trainings that are equal here, with the same data and a budget in samples, give the same weights."""

    name: str
    inputs: tuple[str, ...]
    """Names in a batch of what the network takes; pictures first."""
    build: Callable[[], Network]
    source: Callable[[], Source]
    """Makes the source of samples in each worker; must be picklable."""
    loss: Loss
    batch: int
    """Samples of a step, over all processes."""
    schedule: Schedule
    seed: int = 1
    weight_decay: float = 0.02
    average_decay: float = 0.998
    sides: tuple[int, ...] = ()
    """Sides in pixels to which the pictures of a batch are brought by turns; none: they stay as they come."""
    judging: Judging | None = None
    leaves_some_untaught: bool = False
    """Whether some parameters get no gradient, which processes that share a batch have to know."""
    about: str = ""
    """What tells this training from another of the same name; a checkpoint of another one is not gone on with."""


@dataclass(frozen=True, slots=True)
class Means:
    """Where checkpoints go, for how long, and on what machine: what decides how soon, not what is learned."""

    checkpoint: Path
    budget: Budget
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: torch.dtype | None = None
    """What matrices are multiplied in; None for float32."""
    workers: int = 2
    """Processes that make samples; with none the training process makes them."""
    threads: int = 2
    compiled: bool = False
    """Whether torch compiles the network first: 1.4 times as many samples a second after a minute, and needs a C++ compiler."""
    checkpoint_s: float = 60.0
    curves: Path | None = None
    """Folder for the curves; None for none."""
    resume_with: str = "the same command"
    """What goes on with a training that was interrupted, for people."""
