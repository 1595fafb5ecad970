"""Where `dms observe --overlay` puts its pictures: one video, or a folder with a video or picture for each source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from dms.capture.address import PICTURE_SUFFIXES
from dms.errors import DmsError, UsageError

if TYPE_CHECKING:
    import cv2

Image = NDArray[np.uint8]
CODECS = {".webm": "VP80", ".mp4": "vp09", ".mkv": "VP80", ".mov": "mp4v", ".avi": "MJPG"}
"""What OpenCV's FFmpeg writes without patents. Browsers play WebM and MP4; VP9, which MP4 needs, takes seven times as long."""
VIDEO_SUFFIXES = frozenset(CODECS)
DEFAULT_FPS = 30.0


@contextmanager
def _unheard() -> Iterator[None]:
    """OpenCV prints past every level of its log that WebM has no tag for VP8; what fails is told by the writer itself."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class OverlayVideo:
    """A video file, opened with the first picture, to whose size all others are scaled."""

    def __init__(self, path: Path, fps: float | None) -> None:
        self.path = path
        self._fps = fps or DEFAULT_FPS
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def write(self, image: Image) -> None:
        """Append a picture (height, width, 3).

        Raises:
            DmsError: the file cannot be written.
        """
        import cv2

        if self._writer is None:
            self._writer = self._opened(image)
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), dtype=np.uint8)
        self._writer.write(image)

    def _opened(self, image: Image) -> cv2.VideoWriter:
        import cv2

        self._size = (image.shape[1], image.shape[0])
        codec = CODECS[self.path.suffix.lower()]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DmsError(f"{self.path}: cannot be written: {error.strerror}") from error
        with _unheard():
            writer = cv2.VideoWriter(str(self.path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), self._fps, self._size)
        if not writer.isOpened():
            raise DmsError(f"{self.path}: cannot be written as a video")
        return writer

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def video_for(target: Path, source: str, sources: int, fps: float | None) -> OverlayVideo:
    """Returns the video that `source` is drawn into: `target` itself, or with several sources one in the folder `target`.

    Raises:
        UsageError: several sources would have to share one file.
    """
    if target.suffix.lower() not in VIDEO_SUFFIXES:
        return OverlayVideo(target / f"{_file_name(source)}.webm", fps)
    if sources > 1:
        raise UsageError(f"--overlay {target}: several sources do not fit into one video; give a folder")
    return OverlayVideo(target, fps)


def write_picture(target: Path, picture: Path, image: Any) -> None:
    """Write one drawn picture to `target`, or under its own name into `target` if that is a folder.

    Raises:
        UsageError: `target` is the name of a video.
        DmsError: the file cannot be written.
    """
    import cv2

    if target.suffix.lower() in VIDEO_SUFFIXES:
        raise UsageError(f"--overlay {target}: with --stills give a folder, or the name of a picture")
    path = target if target.suffix.lower() in PICTURE_SUFFIXES else target / f"{_file_name(str(picture))}.png"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        encoded, content = cv2.imencode(path.suffix, image)
        if not encoded:
            raise DmsError(f"{path}: cannot be written as a picture")
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise DmsError(f"{path}: cannot be written: {error.strerror}") from error


def _file_name(source: str) -> str:
    """A file name for what was read from `source`: the last two parts of a path, so that `day/1.png` and `night/1.png` differ."""
    parts = [part for part in Path(source).with_suffix("").parts if part not in ("/", "..", ".")]
    words = "_".join(parts[-2:]) if "://" not in source else source
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in words) or "overlay"
