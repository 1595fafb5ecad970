"""A recording played in real time, for demonstrations and for the whole service on a recorded drive."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from dms.capture.around import SourceAround
from dms.capture.source import FrameSource, Silence
from dms.types import Frame


class PacedSource(SourceAround):
    """Delivers every frame of a recording, each no earlier than `t` seconds after the iteration began.

    No frame is dropped, even if the reader falls behind.
    """

    def __init__(self, recording: FrameSource) -> None:
        super().__init__(recording)
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame | Silence]:
        began = time.monotonic()
        for frame in self._inner:
            if self._closed.wait(max(0.0, began + frame.t - time.monotonic())):
                return
            yield frame

    def close(self) -> None:
        """Wake the reader and close the recording."""
        self._closed.set()
        super().close()
