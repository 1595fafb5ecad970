"""When watching really begins, in the log: until the first picture is published, silence may also mean that something hangs."""

from __future__ import annotations

import logging
import time

from dms.outputs.listener import Listener
from dms.types import Frame

LOG = logging.getLogger(__name__)


class FirstPicture(Listener):
    """Writes one line when the first picture is published; `started_s` is the `time.monotonic()` of the start."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._is_awaited = True

    def on_picture(self, frame: Frame) -> None:
        """Log how long it took until this one."""
        if self._is_awaited:
            self._is_awaited = False
            LOG.info("the first picture is published, %.2f s after the start", time.monotonic() - self._started_s)
