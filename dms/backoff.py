"""How long to wait before trying again to reach what has gone: a camera, a bus, a broker."""

from __future__ import annotations

import random
from collections.abc import Iterator

STEPS_S = (0.5, 1.0, 2.0, 4.0, 5.0)
JITTER = 0.2
"""Each wait is varied by up to this share, so that several services do not retry in step."""


def backoff_s(steps: tuple[float, ...] = STEPS_S, jitter: float = JITTER) -> Iterator[float]:
    """Yield waits in seconds, without end: each step in turn, then the last one over and over."""
    position = 0
    while True:
        yield steps[min(position, len(steps) - 1)] * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311
        position += 1
