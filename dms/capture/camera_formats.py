"""The pixel formats of V4L2 cameras, made grey: what OpenCV hands over unconverted, by the four letters of the format.

OpenCV would turn all of them into colour, which the networks turn back. That takes time, cuts sensors of more than eight bits (of
`Y16` it keeps the upper eight, which are empty in cameras of ten or twelve), and exchanges red and blue of `NV12`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.opencv import cv2
from dms.capture.pixels import EightBits, full_range

COMPRESSED = frozenset({"MJPG", "JPEG"})
PLANAR = frozenset({"NV12", "NV21", "YU12", "YV12"})
"""The plane of luminance first, in rows without gaps."""
PACKED = {"YUYV": 0, "UYVY": 1}
"""Where the luminance lies in each pair of bytes."""
GREY = "GREY"
DEEP_BITS = {"Y10 ": 10, "Y12 ": 12, "Y16 ": 8}
"""Grey in words of sixteen bits: the least number of them that are used. Cameras of any depth call their format `Y16`."""
UNCONVERTED = COMPRESSED | PLANAR | PACKED.keys() | DEEP_BITS.keys() | {GREY}


class Greys:
    """Makes the unconverted pictures of one camera grey. `fourcc` is one of `UNCONVERTED`."""

    def __init__(self, fourcc: str) -> None:
        self._fourcc = fourcc
        self._eight_bits = EightBits(DEEP_BITS.get(fourcc, 8))

    def of(self, raw: NDArray[Any], height: int) -> NDArray[np.uint8] | None:
        """Return the grey picture (height, width) of eight bits, None if it is too damaged to be decoded.

        `raw` is, by format: the bytes of a JPEG; the planes below each other, (height * 3 / 2, width); pairs of bytes, (height,
        width, 2); grey in eight or sixteen bits, (height, width).
        """
        if self._fourcc in COMPRESSED:
            decoded = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)
            return None if decoded is None else np.asarray(decoded, dtype=np.uint8)
        if self._fourcc in PLANAR:
            return full_range(raw[:height])
        if self._fourcc in PACKED:
            return full_range(np.asarray(cv2.extractChannel(raw, PACKED[self._fourcc]), dtype=np.uint8))
        return self._eight_bits.of(raw)
