"""How long a training lasts: minutes of the clock, or pictures seen."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """Minutes or samples, over all resumptions; exactly one of them is given."""

    minutes: float | None = None
    samples: int | None = None
    schedule_minutes: float | None = None
    """Minutes over which the learning rate falls, if training stops before its end."""

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.samples is None):
            raise ValueError("a budget is minutes or samples, one of them")

    def progress(self, trained_s: float, samples: int) -> float:
        """How much of the schedule is over, in [0, 1]."""
        if self.samples is not None:
            return min(1.0, samples / self.samples)
        return min(1.0, trained_s / ((self.schedule_minutes or self.minutes or math.inf) * 60))

    def is_spent(self, trained_s: float, samples: int) -> bool:
        """Whether training is to end."""
        if self.samples is not None:
            return samples >= self.samples
        return trained_s >= (self.minutes or 0.0) * 60

    def left_s(self, trained_s: float, samples: int, samples_per_s: float) -> float:
        """Seconds to go, at the present speed."""
        if self.samples is not None:
            return max(0, self.samples - samples) / max(samples_per_s, 1e-9)
        return max(0.0, (self.minutes or 0.0) * 60 - trained_s)

    def in_words(self, trained_s: float, samples: int) -> str:
        """`1.5 of 20 min`, `6400 of 100000 samples`."""
        if self.samples is not None:
            return f"{samples} of {self.samples} samples"
        return f"{trained_s / 60:.1f} of {self.minutes:.4g} min"
