"""A folder of pictures, or one picture, as a frame source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dms.capture.opencv import cv2
from dms.capture.recording import Recording
from dms.capture.source import PICTURE_SUFFIXES
from dms.errors import SourceError
from dms.types import Frame


def picture_files(path: Path) -> list[Path]:
    """The pictures in a folder in natural order (`2.png` before `10.png`), or the one picture that `path` is.

    Raises:
        SourceError: there is no such folder or picture, or the folder holds none.
    """
    if not path.is_dir():
        if not path.exists():
            raise SourceError(f"{path}: no such picture")
        return [path]
    try:
        found = [entry for entry in path.iterdir() if entry.suffix.lower() in PICTURE_SUFFIXES and entry.is_file()]
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if not found:
        raise SourceError(f"{path}: the folder holds no picture ({' '.join(sorted(PICTURE_SUFFIXES))})")
    return sorted(found, key=_natural_order)


def _natural_order(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", path.name.lower()) if part]


def read_picture(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The picture, (height, width, 3) BGR, turned as its camera noted.

    Raises:
        SourceError: the file cannot be read or decoded.
    """
    try:
        content = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    image = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if image is None:
        raise SourceError(f"{path}: not a picture that can be decoded")
    return np.asarray(image, dtype=np.uint8)


class Pictures(Recording):
    """The pictures of a folder as frames, `fps` of them a second. One that cannot be decoded is named and passed over.

    Raises:
        SourceError: there is nothing to read, now or when not one of the pictures could be decoded.
    """

    def __init__(self, path: Path, fps: float) -> None:
        super().__init__(str(path))
        self.files = picture_files(path)
        self._fps = fps
        self._size: tuple[int, int] | None = None
        self._closed = False

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the last picture."""
        return self._size

    @property
    def fps(self) -> float | None:
        """Pictures per second."""
        return self._fps

    def __iter__(self) -> Iterator[Frame]:
        for index, path in enumerate(self.files):
            if self._closed:
                return
            try:
                image = read_picture(path)
            except SourceError as error:
                self._note("undecodable", str(error))
                continue
            self._size = (image.shape[1], image.shape[0])
            yield Frame(index / self._fps, index, image)
        if self._size is None:
            raise SourceError(f"{self.name}: none of its {len(self.files)} pictures can be decoded")

    def close(self) -> None:
        """End the iteration."""
        self._closed = True
