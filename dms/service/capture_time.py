"""When a frame was captured on the monotonic clock: what the latency to its alert is counted from."""

from __future__ import annotations

import math
import time

from dms.types import Frame


class CaptureTime:
    """A live frame was captured when it says. A recorded one, played at the speed of life, when it was due.

    Played faster, a recording has no capture time; reading it is taken for one.
    """

    def __init__(self, started_s: float, *, live: bool, paced: bool) -> None:
        """`started_s` is the monotonic time that is second 0 of a live source."""
        self._origin_s = started_s if live else math.inf
        self._live = live
        self._paced = paced

    def __call__(self, frame: Frame) -> float:
        """The monotonic time in seconds."""
        if self._live:
            return self._origin_s + frame.t
        now = time.monotonic()
        if not self._paced:
            return now
        self._origin_s = min(self._origin_s, now - frame.t)  # no frame can have come before it was due
        return self._origin_s + frame.t
