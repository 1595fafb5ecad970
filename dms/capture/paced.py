"""A recording played in real time, for demonstrations and for the whole service on a recorded drive."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from dms.capture.around import SourceAround
from dms.capture.source import FrameSource, Silence
from dms.types import Frame

LOOK_EVERY_S = 1.0
"""No wait is longer, whatever the clock says."""


class PacedSource(SourceAround):
    """Delivers every frame of a recording, each no earlier than `t` seconds after the iteration began.

    No frame is dropped, even if the reader falls behind.
    """

    def __init__(self, recording: FrameSource) -> None:
        super().__init__(recording)
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame | Silence]:
        began = time.monotonic()
        for frame in self.inner:
            while (early_s := began + frame.t - time.monotonic()) > 0:
                if self._closed.wait(min(early_s, LOOK_EVERY_S)):
                    return
            if self._closed.is_set():
                return
            yield frame

    def close(self) -> None:
        """Wake the reader and close the recording."""
        self._closed.set()
        super().close()
