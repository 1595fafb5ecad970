"""When a video begins and ends, for commands that need no more of it than that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.types import Observation


class VideoLength:
    """Takes the place of perception: nothing is seen, at the first moment of a video and at the last.

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
