"""A folder of pictures, or one picture, as a frame source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.bounded import read_at_most
from dms.capture.address import PICTURE_SUFFIXES
from dms.capture.kinds import recorded
from dms.capture.opencv import LARGEST_PIXELS, cv2, in_words
from dms.capture.picture_aspect import stated_by
from dms.capture.picture_size import check_size
from dms.capture.pixels import EightBits, depth_bits, shape_note, square_size, squared
from dms.capture.recorded_source import RecordedSource
from dms.errors import SourceError
from dms.types import Frame

ASSUMED_FPS = 30.0
"""Pictures carry no times; this is what most cameras deliver."""
LARGEST_FILE_BYTES = 256 << 20
DEPTH_SAMPLES = 16
"""How many pictures of a folder are read to tell how many bits its pixels use."""


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


def read_picture(path: Path) -> NDArray[Any]:
    """Read a picture as (height, width, 3) BGR, turned as its EXIF data say, its pixels square, at the bit depth of the file.

    Raises:
        SourceError: the file cannot be read or decoded, or is larger than OpenCV takes.
    """
    image, aspect = _decoded(path)
    return squared(image, aspect)


def picture_in(content: bytes, name: str) -> tuple[NDArray[np.uint8], str | None]:
    """The picture that a file's content holds, as frames are: BGR, upright, of square pixels and eight bits; and what is to be
    said of the shape of its pixels. Messages call it `name`.

    Raises:
        SourceError: it cannot be decoded, or is larger than OpenCV takes.
    """
    image, aspect = _decode(content, name)
    note = shape_note(name, (image.shape[1], image.shape[0]), aspect)
    try:
        return EightBits().of(squared(image, aspect)), note
    except ValueError as error:
        raise SourceError(f"{name}: {error}") from error


def _decoded(path: Path) -> tuple[NDArray[Any], float]:
    """The picture as it is stored but for its orientation, and width over height of its pixels."""
    try:
        content = read_at_most(path, LARGEST_FILE_BYTES)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    return _decode(content, str(path))


def _decode(content: bytes, name: str) -> tuple[NDArray[Any], float]:
    try:
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
        image = cv2.imdecode(np.frombuffer(content, dtype=np.uint8), flags) if content else None
    except cv2.error as error:
        raise SourceError(f"{name}: cannot be decoded: {in_words(error)}") from error
    if image is None:
        raise SourceError(f"{name}: not a picture that can be decoded")
    check_size(name, image)
    aspect = stated_by(content).as_decoded((image.shape[1], image.shape[0]))
    width, height = square_size((image.shape[1], image.shape[0]), aspect)
    if width * height > LARGEST_PIXELS:
        raise SourceError(f"{name}: with square pixels, it has more than {LARGEST_PIXELS} of them")
    return np.asarray(image), aspect


class Pictures(RecordedSource):
    """The pictures of a folder as frames, `fps` per second (None: `ASSUMED_FPS`). A picture that cannot be decoded is reported
    and skipped.

    Raises:
        SourceError: there is nothing to read, now or when not one of the pictures could be decoded.
    """

    def __init__(self, path: Path, fps: float | None) -> None:
        super().__init__(str(path))
        self.files = picture_files(path)
        self._fps = fps or ASSUMED_FPS
        if fps is None and len(self.files) > 1:
            self._note(
                "no_frame_rate",
                f"{path}: pictures without times: {ASSUMED_FPS:g} a second are a guess, and every time rests on it; "
                f"--fps says how many there were",
            )
        self._size: tuple[int, int] | None = None
        self._eight_bits = EightBits()
        self._told_of_aspect = False
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
                image = self._read(path)
            except SourceError as error:
                self._note("undecodable", str(error))
                continue
            self._size = (image.shape[1], image.shape[0])
            yield Frame(index / self._fps, index, image)
        if self._size is None:
            raise SourceError(f"{self.name}: none of its {len(self.files)} pictures can be decoded")

    def _read(self, path: Path) -> NDArray[np.uint8]:
        image, aspect = _decoded(path)
        if not self._told_of_aspect and (note := shape_note(str(path), (image.shape[1], image.shape[0]), aspect)):
            self._told_of_aspect = True
            self._note("pixels", note)
        image = squared(image, aspect)
        before = self._eight_bits.bits
        if image.dtype == np.uint16 and before == 8:
            self._eight_bits = EightBits(self._bits_used())
        try:
            eight = self._eight_bits.of(image)
        except ValueError as error:
            raise SourceError(f"{path}: {error}") from error
        if self._eight_bits.bits != before:
            self._note("pixels", f"{self.name}: pixels of 16 bits that use {self._eight_bits.bits}, scaled to 8")
        return eight

    def _bits_used(self) -> int:
        """How many bits the pixels use, judged by pictures from all over the folder, since the first one may be dark."""
        bits = 8
        for path in self.files[:: max(1, len(self.files) // DEPTH_SAMPLES)]:
            try:
                image = read_picture(path)
            except SourceError:
                continue  # named when its turn comes
            bits = max(bits, depth_bits(image) if image.dtype == np.uint16 else 8)
        return bits

    def close(self) -> None:
        """End the iteration."""
        self._closed = True


SOURCE = recorded(lambda address, settings: Pictures(Path(address), settings.recorded_fps))
