"""Where `dms observe --overlay` puts its pictures: a video, a picture, or a folder with a video or picture for each source."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

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
FASTEST_FPS = 240.0
"""A rate beyond is the unit of a container's times: the rate of its pictures varies."""
LONGEST_BREAK_S = 10.0


class Overlay(Protocol):
    """What is drawn into, picture by picture."""

    def write(self, image: Image, t: float | None = None) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


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
    """A video file of steady rate, opened with the first picture, to whose size all others are scaled.

    Pictures that say when they were taken are repeated or left out to be shown at their time.
    """

    def __init__(self, path: Path, fps: float | None) -> None:
        self.path = path
        self._fps = fps if fps and fps <= FASTEST_FPS else DEFAULT_FPS
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._first_s: float | None = None
        self._written = 0

    def write(self, image: Image, t: float | None = None) -> None:
        """Append a picture (height, width, 3), taken at `t` seconds; without a time it follows upon the last.

        Raises:
            DmsError: the file cannot be written.
        """
        import cv2

        if self._writer is None:
            self._writer = self._opened(image)
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), dtype=np.uint8)
        times = 1 if t is None else self._due(t)
        for _ in range(times):
            self._writer.write(image)
        self._written += times

    def _due(self, t: float) -> int:
        """How often to write a picture of that time; a break of the source is shortened to `LONGEST_BREAK_S`."""
        if self._first_s is None:
            self._first_s = t
        due = round((t - self._first_s) * self._fps) + 1 - self._written
        longest = round(LONGEST_BREAK_S * self._fps)
        if due > longest:
            self._first_s += (due - longest) / self._fps
        return max(0, min(due, longest))

    def _opened(self, image: Image) -> cv2.VideoWriter:
        import cv2

        self._size = (image.shape[1], image.shape[0])
        codec = CODECS[self.path.suffix.lower()]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DmsError(f"{self.path}: cannot be written: {error.strerror}") from error
        with _unheard():
            writer = cv2.VideoWriter(str(self.path), cv2.VideoWriter.fourcc(*codec), self._fps, self._size)
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


class OverlayPicture:
    """The one picture that a source shows, as a file."""

    def __init__(self, target: Path, source: Path) -> None:
        self._target = target
        self._source = source

    def write(self, image: Image, t: float | None = None) -> None:
        """Write the picture; DmsError if that cannot be done."""
        write_picture(self._target, self._source, image)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Every picture is finished as it is written."""


def check_target(target: Path, sources: Sequence[str], *, stills: bool) -> None:
    """Whether what is seen in `sources` can be drawn into `target`, before hours are spent on it.

    Raises:
        UsageError: it is neither a video, a picture nor a folder, or cannot hold what would go into it.
    """
    suffix = target.suffix.lower()
    if target.is_dir() or not suffix:
        return
    if suffix in VIDEO_SUFFIXES:
        if stills:
            raise UsageError(f"--overlay {target}: with --stills give a folder, or the name of a picture")
        if len(sources) > 1:
            raise UsageError(f"--overlay {target}: several sources do not fit into one video; give a folder")
    elif suffix in PICTURE_SUFFIXES:
        if len(sources) > 1 or not _is_picture(sources[0]):
            raise UsageError(f"--overlay {target}: one picture holds what one picture shows; give a folder, or a video")
    else:
        known = " ".join(sorted(VIDEO_SUFFIXES | PICTURE_SUFFIXES))
        raise UsageError(f"--overlay {target}: neither a video, a picture ({known}) nor a folder that is there")


def _is_picture(source: str) -> bool:
    return Path(source).suffix.lower() in PICTURE_SUFFIXES and not Path(source).is_dir()


def overlay_for(target: Path, source: str, fps: float | None) -> Overlay:
    """What `source` is drawn into: `target` itself, or in the folder `target` a video or, of a picture, a picture."""
    if target.suffix.lower() in VIDEO_SUFFIXES and not target.is_dir():
        return OverlayVideo(target, fps)
    if _is_picture(source):
        return OverlayPicture(target, Path(source))
    return OverlayVideo(target / f"{_file_name(source)}.webm", fps)


def write_picture(target: Path, picture: Path, image: Any) -> None:
    """Write one drawn picture to `target`, or under its own name into `target` if that is a folder.

    Raises:
        DmsError: the file cannot be written.
    """
    import cv2

    path = (
        target
        if target.suffix.lower() in PICTURE_SUFFIXES and not target.is_dir()
        else target / f"{_file_name(str(picture))}.png"
    )
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
