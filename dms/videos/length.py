"""When a video begins and ends, for commands that need nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.types import Observation


class VideoLength:
    """Stands in for perception with two empty observations, at the first and last moment of a video.

    Raises, while iterating:
        SourceError: the video cannot be read.
    """

    def __init__(self, path: Path, recorded_as: RecordedAs = AS_IT_SAYS) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0
        self._fps = recorded_as.fps

    def __iter__(self) -> Iterator[Observation]:
        from dms.capture.video import VideoFile

        with VideoFile(self.path, self._fps) as video:
            self.warnings = [event.message for event in video.take_events() if event.kind in ("no_frame_rate", "times")]
            yield Observation(0.0, 0)
            yield Observation(video.last_s(), 1)
        self.share_read = 1.0
