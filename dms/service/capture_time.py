"""When a frame was captured, on the monotonic clock: latency counts from there."""

from __future__ import annotations

import math
import time

from dms.types import Frame


class CaptureTime:
    """Tells when a frame was captured. A live frame says so itself; a recorded one, played in real time, was captured when due.

    A recording that is played faster has no capture time, so the time of reading is used.
    """

    def __init__(self, started_s: float, *, live: bool, paced: bool) -> None:
        """`started_s` is the monotonic time that is second 0 of a live source."""
        self._origin_s = started_s if live else math.inf
        self._live = live
        self._paced = paced

    def __call__(self, frame: Frame) -> float:
        """Return the monotonic time in seconds."""
        if self._live:
            return self._origin_s + frame.t
        now = time.monotonic()
        if not self._paced:
            return now
        self._origin_s = min(self._origin_s, now - frame.t)  # no frame can have come before it was due
        return self._origin_s + frame.t
