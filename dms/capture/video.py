"""A video file as a frame source: every frame, timed by the file's own time stamps."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.kinds import recorded
from dms.capture.opencv import cv2
from dms.capture.pixels import EightBits, is_plausible, pixel_aspect, square_size, squared
from dms.capture.recorded_source import RecordedSource
from dms.errors import SourceError
from dms.file_names import name_problem
from dms.types import Frame

ASSUMED_FPS = 30.0
PLAUSIBLE_FPS = (0.5, 1000.0)
MISSING_FRAMES = 3
"""Containers round their number of frames: a file with this many fewer than announced still counts as whole."""
MISSING_SHARE = 0.02
GREY_16_BITS = int.from_bytes(b"Y1\0\x10", "little")
"""FFmpeg's name of 16-bit grey, which OpenCV would cut to the upper eight bits; cameras fill less than sixteen."""


class VideoFile(RecordedSource):
    """The frames of a video file, `t` from its time stamps, counted from its first frame.

    A file that ends before it should delivers what it holds and reports `truncated`.

    Raises:
        SourceError: the file cannot be read, or holds no video that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        if problem := name_problem(path):
            raise SourceError(problem)
        try:
            with path.open("rb") as file:
                if not file.read(1):
                    raise SourceError(f"{path}: the file is empty")
        except OSError as error:
            raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
        self._lock = threading.Lock()
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        if not self._capture.isOpened():
            raise SourceError(f"{path}: not a video that can be decoded, or its header is missing (recording cut off?)")
        self._aspect = pixel_aspect(self._capture)
        self._eight_bits = EightBits()
        self._size = self._square_size()
        if int(self._property(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) == GREY_16_BITS:
            self._capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        self._announced = self._property(cv2.CAP_PROP_FRAME_COUNT)
        fps = self._property(cv2.CAP_PROP_FPS)
        self._fps = fps if PLAUSIBLE_FPS[0] <= fps <= PLAUSIBLE_FPS[1] else ASSUMED_FPS
        if self._fps != fps:
            self._note("no_frame_rate", f"{path}: states no plausible frame rate ({fps:g}); taking {ASSUMED_FPS:g} per second")

    def _square_size(self) -> tuple[int, int] | None:
        """Return width and height of the frames as delivered, and note it if the file states others."""
        width, height = (int(self._property(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if width <= 0 or height <= 0:
            return None
        size = square_size((width, height), self._aspect)
        stated = f"{self.name}: states pixels {self._aspect:.3g} times as wide as high"
        if not is_plausible(self._aspect):
            self._note("pixels", f"{stated}, which no camera has; left as they are")
        elif size != (width, height):
            self._note("pixels", f"{stated}; stretched to {size[0]}x{size[1]} square ones")
        return size

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels."""
        return self._size

    @property
    def fps(self) -> float | None:
        """Frames per second, as the file states it."""
        return self._fps

    @property
    def announced_s(self) -> float | None:
        """How long the file says it is, None if it does not say."""
        return self._announced / self._fps if self._announced > 0 else None

    def __iter__(self) -> Iterator[Frame]:
        index, t, first = 0, 0.0, 0.0
        while True:
            with self._lock:
                decoded, image = self._capture.read() if self._capture.isOpened() else (False, None)
                stamp_s = self._property(cv2.CAP_PROP_POS_MSEC) / 1000
            if not decoded:
                break
            if index == 0:
                first = stamp_s
            elif stamp_s - first > t:
                t = stamp_s - first
            else:
                t += 1 / self._fps
            yield Frame(t, index, self._ready(image))
            index += 1
        self._judge_end(index)

    def picture_near(self, t: float) -> NDArray[np.uint8] | None:
        """Return the picture at about `t` seconds, or None if there is none. Seeks, so an iteration would go on from there."""
        with self._lock:
            self._capture.set(cv2.CAP_PROP_POS_MSEC, t * 1000)
            decoded, image = self._capture.read()
        return self._ready(image) if decoded else None

    def _ready(self, image: Any) -> NDArray[np.uint8]:
        """A decoded picture in square pixels of eight bits."""
        before = self._eight_bits.bits
        eight = self._eight_bits.of(np.asarray(image))
        if self._eight_bits.bits != before:
            self._note("pixels", f"{self.name}: pixels of 16 bits that use {self._eight_bits.bits}, scaled to 8")
        return squared(eight, self._aspect)

    def _judge_end(self, delivered: int) -> None:
        closed_by_reader = not self._capture.isOpened()
        self.close()
        if closed_by_reader:
            return
        if delivered == 0:
            raise SourceError(f"{self.name}: holds no frame that can be decoded")
        missing = self._announced - delivered
        if missing > max(MISSING_FRAMES, MISSING_SHARE * self._announced):
            self._note(
                "truncated",
                f"{self.name}: ends after {delivered} of {self._announced:.0f} frames: truncated or damaged",
            )

    def _property(self, name: int) -> float:
        value = float(self._capture.get(name))
        return value if math.isfinite(value) else 0.0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._capture.release()


SOURCE = recorded(lambda address, _: VideoFile(Path(address)))
