"""The learning rate of each step, and when to stop: pure functions of what has happened so far, so that a training that was
killed goes on exactly where it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Shape = Literal["cosine", "plateau", "constant"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rate that rises to `highest` over the warm-up and then falls: along half a cosine, or by `factor` each time that
    `patience` judgements in a row brought nothing better, or not at all. It never falls below `least_share` of the highest."""

    highest: float
    warm_up_steps: int = 60
    shape: Shape = "cosine"
    least_share: float = 0.01
    patience: int = 3
    factor: float = 0.5

    def rate(self, step: int, progress: float, judged: Sequence[float] = ()) -> float:
        """The rate of a step, counted from 0, after such a share of the schedule and such judgements (lower is better)."""
        warm = min(1.0, (step + 1) / self.warm_up_steps) if self.warm_up_steps else 1.0
        return self.highest * warm * max(self.least_share, self._fallen(progress, judged))

    def _fallen(self, progress: float, judged: Sequence[float]) -> float:
        if self.shape == "cosine":
            return 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
        return self.factor ** plateaus(judged, self.patience) if self.shape == "plateau" else 1.0


def plateaus(judged: Sequence[float], patience: int) -> int:
    """How many times `patience` judgements in a row brought nothing better."""
    best, idle, found = math.inf, 0, 0
    for value in judged:
        idle = 0 if value < best else idle + 1
        best = min(best, value)
        if idle == patience:
            idle, found = 0, found + 1
    return found


def is_stalled(judged: Sequence[float], patience: int | None) -> bool:
    """Whether the last `patience` judgements brought nothing better than those before. Never without a patience."""
    if patience is None or len(judged) <= patience:
        return False
    return min(judged[-patience:]) >= min(judged[:-patience])


def is_best(judged: Sequence[float]) -> bool:
    """Whether the last judgement is better than all before."""
    return bool(judged) and all(judged[-1] < each for each in judged[:-1])
