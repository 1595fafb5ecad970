"""How much memory this process takes, and whether it takes much more than it did.

ZeroMQ bounds how long a part of a message may be, and how many messages wait; it has no bound for the parts of one message, which
it holds until the last has come. So whoever may connect could make it hold everything.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

MUCH_MIB = 64.0
"""A day of service adds two (docs/measured.md)."""
LOOK_EVERY_S = 0.05
SETTLES_S = 1.0
"""So long it takes until what is let go of is free."""
_MEBIBYTE = 2**20


class Growth(Enum):
    """By how much the process has grown: not worth a word; much since somebody was hung up on; or twice that since all were."""

    LITTLE = "little"
    MUCH = "much"
    TOO_MUCH = "too much"


class Memory:
    """Watches the memory of the process, as it is when this is made, for growth."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._look_at = self._settled_at = clock()
        self._before_mib: float | None = None
        self._first_mib: float | None = None
        self.grown_mib = 0.0

    def growth(self) -> Growth:
        """Return how much it has grown; what was let go of a moment ago does not count."""
        now = self._clock()
        if now < self._look_at or now < self._settled_at:
            return Growth.LITTLE
        self._look_at = now + LOOK_EVERY_S
        mib = resident_mib()
        if mib is None:
            return Growth.LITTLE
        if self._before_mib is None:
            self._before_mib = mib
        if self._first_mib is None:
            self._first_mib = mib
        if mib - self._first_mib > 2 * MUCH_MIB:
            self.grown_mib = mib - self._first_mib
            return Growth.TOO_MUCH
        self.grown_mib = mib - self._before_mib
        return Growth.MUCH if self.grown_mib > MUCH_MIB else Growth.LITTLE

    def let_go(self, *, of_all: bool) -> None:
        """Note that memory is about to be free, `of_all` that could be. What then is not returned will be used again, or is taken
        by something else: it does not count as grown any more."""
        self._settled_at = self._clock() + SETTLES_S
        self._before_mib = None
        if of_all:
            self._first_mib = None


def resident_mib() -> float | None:
    """Return the resident memory of this process in MiB, None if the kernel does not tell it now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * resource.getpagesize() / _MEBIBYTE
