"""A camera on a Video4Linux device."""

from __future__ import annotations

import logging
import os
import stat
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.address import device_path
from dms.capture.camera_formats import UNCONVERTED, Greys
from dms.capture.camera_identity import KnownCamera
from dms.capture.controls import set_controls
from dms.capture.kinds import SourceKind, live
from dms.capture.live import Grabbed
from dms.capture.opencv import SELECT_TIMEOUT_S, cv2
from dms.capture.source import CaptureSettings, FrameSource
from dms.errors import SourceError

OLDEST_STAMP_S = 0.5
"""An older time stamp of the kernel is not believed: some drivers use another clock, some none."""
REPEATS_ALLOWED = 5
"""So many pictures in a row that are damaged, or carry the stamp of the one before, mean that the camera is gone: after an
unplugging some drivers go on returning the last picture as if it were new."""


LOG = logging.getLogger(__name__)


def check_device(path: str) -> None:
    """Check a camera's device file, because OpenCV would only say that it failed.

    Raises:
        SourceError: there is no such device, it is not a device, or this user may not read it.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        found = ", ".join(sorted(str(entry) for entry in Path("/dev").glob("video*"))) or "none"
        raise SourceError(f"{path}: no such camera (cameras here: {found})") from None
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    if not stat.S_ISCHR(mode):
        raise SourceError(f"{path}: not a camera device")
    if not os.access(path, os.R_OK | os.W_OK):
        raise SourceError(f"{path}: no permission; add the user to the group 'video'")


class V4l2Camera:
    """A V4L2 camera, asked for what `settings` say: the pixel format first, because it decides the sizes and rates on offer.

    `path` may be a name that udev gave (`/dev/dms-camera`), so that a camera is found again on another port. `known` is the
    camera that was there before.

    Raises:
        SourceError: the device is missing, not permitted, busy, no camera, or another one than before.
    """

    def __init__(self, path: str, settings: CaptureSettings, capture: Any = None, known: KnownCamera | None = None) -> None:
        self.path = path
        if capture is None:
            check_device(path)
            capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
        self._capture = capture
        if not capture.isOpened():
            raise SourceError(
                f"{path}: the camera cannot be opened: in use by another program, not a video camera, or of a pixel format "
                f"that OpenCV cannot read (docs/cameras.md)"
            )
        try:  # only now: what is open stays the same camera, or fails
            recognised = known.recognise() if known else []
        except SourceError:
            capture.release()
            raise
        self._last_kernel_stamp = -1.0
        self._greys: Greys | None = None
        self.remarks = [*recognised, *self._configure(settings)]
        for problem in set_controls(path, settings.controls):
            LOG.warning("%s: %s", path, problem)

    def _configure(self, settings: CaptureSettings) -> list[str]:
        capture = self._capture
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*settings.fourcc))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        capture.set(cv2.CAP_PROP_FPS, settings.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 2)
        self.size: tuple[int, int] | None = (
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )
        self.fps: float | None = float(capture.get(cv2.CAP_PROP_FPS)) or None
        fourcc = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=False).decode("ascii", "replace")
        if fourcc in UNCONVERTED and capture.set(cv2.CAP_PROP_CONVERT_RGB, 0):
            self._greys = Greys(fourcc)
        asked = {"pixel format": settings.fourcc, "size": (settings.width, settings.height), "frame rate": settings.fps}
        granted = {"pixel format": fourcc, "size": self.size, "frame rate": self.fps}
        return [f"asked for {what} {asked[what]}, granted {granted[what]}" for what in asked if asked[what] != granted[what]]

    def read(self) -> Grabbed:
        """Return the next picture, with the kernel's time stamp if that is on the monotonic clock.

        Raises:
            SourceError: the camera is gone or has delivered nothing new for about a second.
        """
        for _ in range(REPEATS_ALLOWED):
            if not self._capture.grab():
                break
            now = time.monotonic()
            kernel_stamp = float(self._capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000
            believed = 0 <= now - kernel_stamp < OLDEST_STAMP_S
            if kernel_stamp > 0 and kernel_stamp == self._last_kernel_stamp:
                continue
            self._last_kernel_stamp = kernel_stamp
            decoded, image = self._capture.retrieve()
            picture = self._picture(np.asarray(image)) if decoded and image is not None and image.size else None
            if picture is not None:
                return Grabbed(picture, kernel_stamp if believed else now)
        if not os.path.exists(self.path):
            raise SourceError(f"{self.path}: the camera was unplugged")
        raise SourceError(f"{self.path}: the camera delivers no picture (waited {SELECT_TIMEOUT_S} s)")

    def _picture(self, image: NDArray[Any]) -> NDArray[np.uint8] | None:
        if self._greys is None:
            return np.asarray(image, dtype=np.uint8)
        assert self.size is not None
        return self._greys.of(image, self.size[1])

    def release(self) -> None:
        """Close the device."""
        self._capture.release()


def _open(address: str, settings: CaptureSettings, *, started: float, patient: bool) -> FrameSource:
    path = device_path(address)
    known = KnownCamera(path)
    kind = live(lambda _, asked: V4l2Camera(path, asked, known=known))
    return kind.open(address, settings, started=started, patient=patient)


SOURCE = SourceKind(_open)
