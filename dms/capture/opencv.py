"""OpenCV set up for capture: on one thread, quiet (faults become our own messages), and never blocking for long.

Modules of this package import `cv2` from here: OpenCV reads these variables once, when it first opens a device.
"""

from __future__ import annotations

import os

from dms.capture.picture_size import LARGEST_PIXELS

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(LARGEST_PIXELS))  # OpenCV reads it as it is loaded

import cv2

SELECT_TIMEOUT_S = 1
"""A camera that delivers nothing is given up after this long. OpenCV's own default of 10 s would hold up the watchdog, the
health messages and the shutdown."""
STREAM_TIMEOUT_MS = 3000

os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(SELECT_TIMEOUT_S))
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET
_set_log_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel  # OpenCV 4 has the one, 5 the other
_set_log_level(0)  # LOG_LEVEL_SILENT
cv2.setNumThreads(1)


def in_words(error: cv2.error) -> str:
    """Why a picture cannot be decoded: OpenCV's own words, but for what it says of its own settings."""
    text = str(getattr(error, "err", "") or error).strip().splitlines()[-1]
    return f"it has more than {LARGEST_PIXELS} pixels" if "MAX_IMAGE" in text else text


__all__ = ["LARGEST_PIXELS", "SELECT_TIMEOUT_S", "STREAM_TIMEOUT_MS", "cv2", "in_words"]
