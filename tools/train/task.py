"""What a network brings to the trainer: its name, its samples, its loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Batch = dict[str, Tensor]


class Source(Protocol):
    """Makes training samples; lives in a worker process."""

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any] | float]:
        """One sample: network inputs and truth."""
        ...

    def refresh(self) -> None:
        """Pick up data that appeared since."""
        ...


class Task(Protocol):
    """One network's training."""

    name: str
    batch_size: int
    learning_rate: float

    def source(self, data: Path, hdri: Path) -> Source:
        """Samples from shards in `data` and environment maps in `hdri`."""
        ...

    def loss(self, outputs: dict[str, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss and its readable parts."""
        ...
