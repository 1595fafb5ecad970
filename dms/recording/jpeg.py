"""Pictures as grey JPEG files. The one module of the outputs that loads OpenCV, and only for who records pictures."""

from __future__ import annotations

import cv2
import numpy as np

from dms.recording.image_message import CompressedPicture
from dms.types import Frame

PictureError = cv2.error
"""What OpenCV raises for a picture that it cannot make sense of."""


def grey_jpeg(frame: Frame, width_px: int, quality: int) -> CompressedPicture:
    """The frame in grey, no wider than `width_px`, as a JPEG of `quality` (1 to 100).

    Raises:
        PictureError: the frame holds no picture.
    """
    image = frame.image if frame.image.ndim == 2 else np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY), np.uint8)
    height, width = image.shape
    if width > width_px:
        height, width = max(1, round(height * width_px / width)), width_px
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return CompressedPicture(frame.t, frame.index, jpeg.tobytes(), width, height)
