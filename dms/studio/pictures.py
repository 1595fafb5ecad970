"""What the camera saw: videos as they are where a browser can show them, single pictures elsewhere."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.drives.report.pictures import Picture
from dms.recording.drive import VIDEO_SUFFIXES, video_of
from dms.recording.images import images_of
from dms.videos.kept_observations import SUFFIX

if TYPE_CHECKING:
    from dms.capture.video import VideoFile

Shown = Literal["video", "pictures", "none"]
_NEAR_S = 0.5
_WIDTH_PX = 1280
_QUALITY = 82
_TYPES = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska"}
"""What a browser may be able to show. Whether it can is a matter of the codec: it says so, and is given pictures instead."""


def video_type(drive: Path) -> tuple[Path, str] | None:
    """The video that shows a drive, and its media type; None without one of a kind that browsers know."""
    video = video_of(drive)
    kind = _TYPES.get(video.suffix.lower()) if video is not None else None
    return (video, kind) if video is not None and kind is not None else None


def observed_file(drive: Path) -> Path | None:
    """The file with the observations of a drive: itself, or what is kept beside a video; None if that has yet to be perceived."""
    if drive.suffix.lower() not in VIDEO_SUFFIXES:
        return drive
    kept = [path for path in drive.parent.iterdir() if path.name.startswith(f"{drive.name}.") and path.name.endswith(SUFFIX)]
    return max(kept, key=lambda path: path.stat().st_mtime_ns, default=None)


class Pictures:
    """Single pictures of drives. The last video is kept open: whoever asks for one picture asks for the next.

    `recorded_as` says what videos do not say of themselves. One that is to be turned is shown as pictures, as it was seen.
    """

    def __init__(self, recorded_as: RecordedAs = AS_IT_SAYS) -> None:
        self._recorded_as = recorded_as
        self._lock = threading.Lock()
        self._open: tuple[Path, VideoFile] | None = None

    def kind_of(self, drive: Path) -> Shown:
        """What there is to see of a drive."""
        if video_type(drive) is not None and self._recorded_as.mounting.is_upright:
            return "video"
        return "pictures" if video_of(drive) is not None or next(iter(images_of(drive)), None) is not None else "none"

    def near(self, drive: Path, t: float) -> Picture | None:
        """What the camera saw at about `t` seconds, as a JPEG file; None if nothing is kept of that.

        Raises:
            DmsError: it cannot be read.
        """
        video = video_of(drive)
        if video is not None:
            return self._of_video(video, t)
        near = images_of(drive, begin_s=max(0.0, t - _NEAR_S), end_s=t + _NEAR_S)
        found = min(near, key=lambda image: abs(image.t - t), default=None)
        return None if found is None else Picture(found.t, found.jpeg, found.width, found.height)

    def _of_video(self, video: Path, t: float) -> Picture | None:
        from dms.capture.opencv import cv2
        from dms.capture.video import VideoFile

        with self._lock:
            if self._open is None or self._open[0] != video:
                if self._open is not None:
                    self._open[1].close()
                self._open = None
                self._open = (video, VideoFile(video, self._recorded_as.fps))
            found = self._open[1].picture_near(max(0.0, t))
        if found is None:
            return None
        image = self._recorded_as.mounting.upright(found)
        height, width = image.shape[:2]
        if width > _WIDTH_PX:
            height, width = max(1, round(height * _WIDTH_PX / width)), _WIDTH_PX
            image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return Picture(t, jpeg.tobytes(), width, height)
