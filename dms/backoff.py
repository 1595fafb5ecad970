"""How long to wait before trying again to reach what has gone: a camera, a bus, a broker."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator

from dms.watched_thread import WatchedThread

STEPS_S = (0.5, 1.0, 2.0, 4.0, 5.0)
JITTER = 0.2
"""Each wait is varied by up to this share, so that several services do not retry in step."""


def backoff_s(steps: tuple[float, ...] = STEPS_S, jitter: float = JITTER) -> Iterator[float]:
    """Yield waits in seconds, without end: each step in turn, then the last one over and over."""
    position = 0
    while True:
        yield steps[min(position, len(steps) - 1)] * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311
        position += 1


def keep_trying(
    thread: WatchedThread, closing: threading.Event, waits_s: Callable[[], Iterator[float]], attempt: Callable[[], bool]
) -> None:
    """Call `attempt` on `thread`, its own work, until `closing` is set or another thread has taken its place.

    It returns once what it reached has gone, and whether it got anywhere: then the waits begin anew.
    """
    waits = waits_s()
    while not closing.is_set() and thread.is_current:
        if attempt():
            waits = waits_s()
        thread.waits()
        closing.wait(next(waits))
