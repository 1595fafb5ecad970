"""When a video begins and ends, for commands that need nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.types import Observation

_LAST_FRAME_S = 1.0
"""For no longer is the last frame shown: a video that says it ends later was cut off, or counts frames at a rate that varies."""


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
            end_s, announced_s = video.last_s(), video.announced_s
            if announced_s is not None and 0.0 <= announced_s - end_s < _LAST_FRAME_S:
                end_s = announced_s
            yield Observation(end_s, 1)
        self.share_read = 1.0
