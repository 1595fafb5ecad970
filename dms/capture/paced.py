"""A recording played at the speed of life, for demonstrations and for the whole service on a recorded drive."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from dms.capture.source import FrameSource, Silence, SourceEvent
from dms.types import Frame


class PacedSource:
    """Delivers every frame of a recording, none earlier than its `t` after the iteration began.

    A reader that falls behind is not given frames faster than it takes them, and none is dropped.
    """

    live = False

    def __init__(self, recording: FrameSource) -> None:
        self.name = recording.name
        self._recording = recording
        self._closed = threading.Event()

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels."""
        return self._recording.size

    @property
    def fps(self) -> float | None:
        """Frames per second."""
        return self._recording.fps

    @property
    def dropped(self) -> int:
        """Recordings drop nothing."""
        return self._recording.dropped

    def __iter__(self) -> Iterator[Frame | Silence]:
        began = time.monotonic()
        for frame in self._recording:
            if self._closed.wait(max(0.0, began + frame.t - time.monotonic())):
                return
            yield frame

    def take_events(self) -> list[SourceEvent]:
        """What has happened since the last call, oldest first."""
        return self._recording.take_events()

    def close(self) -> None:
        """Wake the reader and let go of the recording."""
        self._closed.set()
        self._recording.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
