"""Draws a replayed video: what was seen in each picture, what was made of it, and the alerts in force."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.console.overlay_files import VIDEO_SUFFIXES as WRITTEN_SUFFIXES
from dms.console.overlay_files import OverlayVideo
from dms.durable import real_place
from dms.errors import UsageError
from dms.monitor.monitor import Monitor
from dms.recording.drive import VIDEO_SUFFIXES
from dms.types import Alert, DriveRecord, Frame, Observation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dms.capture import FrameSource


class OverlayWatch:
    """A `Watch` for the replay of the one video `drive`, which writes the video `target`. Use it as a context.

    Raises:
        UsageError: the drive is no video, or the target has no name of one.
        SourceError: the video cannot be read.
        DmsError, while it watches: the target cannot be written.
    """

    def __init__(self, drive: Path, target: Path, recorded_as: RecordedAs = AS_IT_SAYS) -> None:
        if drive.suffix.lower() not in VIDEO_SUFFIXES:
            raise UsageError(f"--overlay draws on pictures, and {drive} is no video")
        if target.suffix.lower() not in WRITTEN_SUFFIXES:
            raise UsageError(f"--overlay {target}: give it the name of a video: {' '.join(sorted(WRITTEN_SUFFIXES))}")
        if real_place(target) == real_place(drive):
            raise UsageError(f"--overlay {target}: is the video itself")
        from dms.capture import CaptureSettings, open_source

        self.path = target
        self._source: FrameSource = open_source(
            drive, CaptureSettings(mounting=recorded_as.mounting, recorded_fps=recorded_as.fps)
        )
        self._video = OverlayVideo(target, self._source.fps)
        self._frames: Iterator[object] = iter(self._source)

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        """Draw the picture of an observation."""
        if not isinstance(record, Observation):
            return
        for frame in self._frames:
            if isinstance(frame, Frame) and frame.index >= record.frame:
                from dms.perception.overlay import draw

                self._video.write(draw(frame.image, record, monitor.active, monitor.cues), frame.t)
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._video.close()
        self._source.close()
