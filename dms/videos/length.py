"""When a video begins and ends, for commands that need nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.types import Observation


class VideoLength:
    """Stands in for perception with two empty observations, at the first and last moment of a video.

    Raises, while iterating:
        SourceError: the video cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0

    def __iter__(self) -> Iterator[Observation]:
        from dms.capture.video import VideoFile

        with VideoFile(self.path) as video:
            announced_s = video.announced_s
            last = (announced_s, 1) if announced_s is not None else max((frame.t, frame.index) for frame in video)
        yield Observation(0.0, 0)
        yield Observation(*last)
        self.share_read = 1.0
