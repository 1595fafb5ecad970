"""A video file as a frame source: every frame, timed by the file's own time stamps."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.container import container_of
from dms.capture.kinds import recorded
from dms.capture.opencv import cv2
from dms.capture.picture_size import check_size
from dms.capture.pixels import EightBits, pixel_aspect, shape_note, square_size, squared
from dms.capture.recorded_source import RecordedSource
from dms.errors import SourceError
from dms.file_names import name_problem
from dms.types import Frame

ASSUMED_FPS = 25.0
"""FFmpeg's own guess, which nobody can tell from a rate that the file states."""
PLAUSIBLE_FPS = (0.5, 1000.0)
MISSING_FRAMES = 3
"""Containers round their length: a file that ends this many frames before it should still counts as whole."""
MISSING_SHARE = 0.02
STEADY = 0.1
"""A mean rate that is this near to the stated one is that of a video whose rate does not vary."""
TAIL_S = 2.0
"""How much of the end of a file is decoded to find its last frame."""
NO_DECODER = {"AV01": "AV1"}
"""Codecs, by the name that OpenCV has for them, for which the FFmpeg in its wheels has no decoder."""
GREY_16_BITS = int.from_bytes(b"Y1\0\x10", "little")
"""FFmpeg's name of 16-bit grey, which OpenCV would cut to the upper eight bits; cameras fill less than sixteen."""


class VideoFile(RecordedSource):
    """The frames of a video file, `t` from its time stamps, counted from its first frame.

    Where its pictures carry no times, they were taken `fps` a second; without that, a rate is guessed and the guess reported. A
    file that ends before it should delivers what it holds and reports `truncated`.

    Raises:
        SourceError: the file cannot be read, or holds no video that can be decoded.
    """

    def __init__(self, path: Path, fps: float | None = None) -> None:
        super().__init__(str(path))
        if problem := name_problem(path):
            raise SourceError(problem)
        self._path = path
        self._stepped = 0
        self._container = container_of(path)
        self._lock = threading.Lock()
        self._capture = self._opened()
        self._aspect = pixel_aspect(self._capture)
        self._eight_bits = EightBits()
        self._size = self._square_size()
        self._announced = self._property(cv2.CAP_PROP_FRAME_COUNT)
        self._states_times = self._container.times or self._announced > 0
        self._fps = self._rate(fps)
        if self._container.video_streams > 1:
            self._note("streams", f"{path}: has {self._container.video_streams} video streams; the first is taken")

    def _opened(self) -> Any:
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        if not capture.isOpened():
            raise SourceError(f"{self._path}: not a video that can be decoded, or its header is missing (recording cut off?)")
        if int(capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) == GREY_16_BITS:
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        return capture

    def _rate(self, given: float | None) -> float:
        """Frames per second: as the file states them, as `given`, or guessed, which is noted."""
        stated = self._property(cv2.CAP_PROP_FPS)
        if self._states_times:
            if given is not None:
                self._note("times", f"{self.name}: its pictures carry times of their own; the rate that was given is not used")
            return stated if PLAUSIBLE_FPS[0] <= stated <= PLAUSIBLE_FPS[1] else ASSUMED_FPS
        if given is not None:
            return given
        self._note(
            "no_frame_rate",
            f"{self.name}: a stream of {self._codec} without times: {ASSUMED_FPS:g} pictures a second are a guess, "
            f"and every time rests on it; --fps says how many there were",
        )
        return ASSUMED_FPS

    def _square_size(self) -> tuple[int, int] | None:
        """Return width and height of the frames as delivered, and note it if the file states others."""
        width, height = (int(self._property(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if width <= 0 or height <= 0:
            return None
        if note := shape_note(self.name, (width, height), self._aspect):
            self._note("pixels", note)
        return square_size((width, height), self._aspect)

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
        """How long the file says it is, None if it does not say. Where the frame rate varies, that may be far from the truth."""
        return self._announced / self._fps if self._announced > 0 else None

    def __iter__(self) -> Iterator[Frame]:
        index, t, first = 0, 0.0, 0.0
        while True:
            with self._lock:
                decoded, image = self._capture.read() if self._capture.isOpened() else (False, None)
                stamp_s = self._property(cv2.CAP_PROP_POS_MSEC) / 1000
            if not decoded or image is None:
                break
            if not self._states_times:
                t = index / self._fps
            elif index == 0:
                first = stamp_s
            elif stamp_s - first > t:
                t = stamp_s - first
            else:
                t += 1 / self._fps
            check_size(self.name, image)
            yield Frame(t, index, self._ready(image))
            index += 1
        self._judge_end(index, t)

    def last_s(self) -> float:
        """Return when the last frame was taken, from a look at the end of the file, or at all of it where that is not to be had.

        What a file announces follows from its mean frame rate or from a guess of it, and is not asked.

        Raises:
            SourceError: the file holds no video that can be decoded.
        """
        tail_s = self._announced / self._fps - TAIL_S
        if self._states_times and tail_s > 0:
            with VideoFile(self._path) as other:
                first_s = next(other._stamps(), None)
                other._capture.set(cv2.CAP_PROP_POS_MSEC, tail_s * 1000)
                last_s = max(other._stamps(), default=None)
            if first_s is not None and last_s is not None and last_s > first_s:
                return last_s - first_s
        return max(frame.t for frame in self)

    def _stamps(self) -> Iterator[float]:
        """The time stamps of the frames from here on, in seconds."""
        while self._capture.grab():
            yield self._property(cv2.CAP_PROP_POS_MSEC) / 1000

    def picture_near(self, t: float) -> NDArray[np.uint8] | None:
        """Return the picture at about `t` seconds, or None if there is none. Seeks, so an iteration would go on from there."""
        with self._lock:
            if self._states_times:
                self._capture.set(cv2.CAP_PROP_POS_MSEC, t * 1000)
            else:
                self._step_to(round(t * self._fps))
            decoded, image = self._capture.read()
        return self._ready(image) if decoded else None

    def _step_to(self, index: int) -> None:
        """Bring the frame of that number next, where nothing in the file says at which byte it begins."""
        if index < self._stepped:
            self._capture.release()
            self._capture, self._stepped = self._opened(), 0
        while self._stepped < index and self._capture.grab():
            self._stepped += 1
        self._stepped += 1

    def _ready(self, image: Any) -> NDArray[np.uint8]:
        """A decoded picture in square pixels of eight bits."""
        before = self._eight_bits.bits
        eight = self._eight_bits.of(np.asarray(image))
        if self._eight_bits.bits != before:
            self._note("pixels", f"{self.name}: pixels of 16 bits that use {self._eight_bits.bits}, scaled to 8")
        return squared(eight, self._aspect)

    def _judge_end(self, delivered: int, last_s: float) -> None:
        closed_by_reader = not self._capture.isOpened()
        codec = self._codec
        self.close()
        if closed_by_reader:
            return
        if delivered == 0:
            why = f"codec {codec}" if codec not in NO_DECODER.values() else f"{codec}, which OpenCV here has no decoder for"
            raise SourceError(f"{self.name}: holds no frame that can be decoded ({why})")
        if ending := self._ends_early(delivered, last_s):
            self._note("truncated", f"{self.name}: ends after {ending}: truncated or damaged")

    def _ends_early(self, delivered: int, last_s: float) -> str | None:
        """Where the file ends, if that is clearly before it should; None if it is whole.

        Most containers state how long they last, from which FFmpeg makes a number of frames as if the rate never varied.
        """
        if self._announced <= 0:
            return None
        if self._container.counts:
            missing, allowed = self._announced - delivered, max(MISSING_FRAMES, MISSING_SHARE * self._announced)
            return f"{delivered} of {self._announced:.0f} frames" if missing > allowed else None
        step_s = last_s / (delivered - 1) if delivered > 1 else 1 / self._fps
        announced_s = self._announced / self._fps
        missing_s, allowed_s = announced_s - last_s - step_s, max(MISSING_FRAMES * step_s, MISSING_SHARE * announced_s)
        if missing_s <= allowed_s:
            return None
        is_steady = abs(step_s * self._fps - 1) < STEADY
        return f"{delivered} of {self._announced:.0f} frames" if is_steady else f"{last_s + step_s:.1f} of {announced_s:.1f} s"

    @property
    def _codec(self) -> str:
        """The name of the codec, such as `h264`."""
        code = int(self._property(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
        letters = code.to_bytes(4, "little").decode("ascii", "replace").strip("\0 ")
        return NO_DECODER.get(letters.upper(), letters if letters.isprintable() and letters else "unknown")

    def _property(self, name: int) -> float:
        value = float(self._capture.get(name))
        return value if math.isfinite(value) else 0.0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._capture.release()


SOURCE = recorded(lambda address, settings: VideoFile(Path(address), settings.recorded_fps))
