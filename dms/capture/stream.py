"""A network stream (HTTP, RTSP, TCP …) through FFmpeg, timed by this machine's clock when a picture arrives."""

from __future__ import annotations

import time

import numpy as np

from dms.capture.address import without_password
from dms.capture.kinds import live
from dms.capture.live import Grabbed
from dms.capture.opencv import STREAM_TIMEOUT_MS, cv2
from dms.capture.picture_size import check_not_larger
from dms.capture.pixels import pixel_aspect, square_size, squared
from dms.errors import SourceError

LETS_GO_FOR_S = 2.0
"""A sender that is faster than its pictures were taken, such as a server of files, would never be waited for."""
_ASSUMED_FPS = 30.0


class Stream:
    """An open stream. The sender's own time stamps are ignored: they follow another clock and may jump.

    Raises:
        SourceError: nothing answers at the URL within a few seconds, or it is not a video.
    """

    def __init__(self, url: str) -> None:
        self._name = without_password(url)
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS]
        self._capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, [*limits, cv2.CAP_PROP_N_THREADS, 1])
        if not self._capture.isOpened():
            raise SourceError(f"{self._name}: no video stream to be had there (waited up to {STREAM_TIMEOUT_MS / 1000:g} s)")
        width, height = (int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        check_not_larger(self._name, width, height)
        self._aspect = pixel_aspect(self._capture)
        self.size = square_size((width, height), self._aspect) if width > 0 and height > 0 else None
        self.fps: float | None = float(self._capture.get(cv2.CAP_PROP_FPS)) or None
        is_stretched = self.size not in (None, (width, height))
        self.remarks = [f"pixels {self._aspect:.3g} times as wide as high, stretched to square ones"] if is_stretched else []
        self._has_one = self._let_go_of_old_ones()

    def _let_go_of_old_ones(self) -> bool:
        """Leave out the pictures that came while FFmpeg was looking what stream it is: a second old, they would pass for new.

        Returns whether there is a new one, for which there was a wait.
        """
        wait_s = 0.5 / (self.fps or _ASSUMED_FPS)
        now = time.monotonic()
        give_up_s = now + LETS_GO_FOR_S
        while self._capture.grab():
            before, now = now, time.monotonic()
            if now - before > wait_s or now > give_up_s:
                return True
        return False

    def read(self) -> Grabbed:
        """The next picture.

        Raises:
            SourceError: the stream ended or stalled.
        """
        decoded, image = self._capture.retrieve() if self._has_one else self._capture.read()
        self._has_one = False
        if not decoded or image is None:
            raise SourceError(f"{self._name}: the stream ended or stalled")
        stamp = time.monotonic()
        return Grabbed(squared(np.asarray(image, dtype=np.uint8), self._aspect), stamp)

    def release(self) -> None:
        """Close the connection."""
        self._capture.release()


SOURCE = live(lambda address, _: Stream(address))
