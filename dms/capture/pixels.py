"""Pixels as perception takes them: square, and of eight bits.

Pixels that are not square make every head narrower or flatter than it is, and its yaw with it. Values of ten or twelve bits
that travel in sixteen would be read as nearly black.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.opencv import cv2

ALMOST_SQUARE = 0.02
"""A pixel wider or higher than the other by less than this share is left as it is: containers round."""
WIDEST_PIXEL = 4.0
"""No camera's pixel is farther from square than this (the widest in video standards is 2.2 times as wide as high)."""
DEPTHS_BITS = (8, 10, 12, 14, 16)
SQUARE = 1.0


def pixel_aspect(capture: Any) -> float:
    """Width over height of an open capture's pixels, as the container or codec states it; 1 where it states nothing.

    OpenCV turns a video as its container asks, but tells the aspect of the pixels as they were before.
    """
    width, height = float(capture.get(cv2.CAP_PROP_SAR_NUM)), float(capture.get(cv2.CAP_PROP_SAR_DEN))
    if not (width > 0 and height > 0):
        return SQUARE
    is_turned = capture.get(cv2.CAP_PROP_ORIENTATION_AUTO) and int(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 180 == 90
    return height / width if is_turned else width / height


def is_plausible(aspect: float) -> bool:
    """Whether pixels of some camera may be so much wider than high."""
    return 1 / WIDEST_PIXEL <= aspect <= WIDEST_PIXEL


def square_size(size: tuple[int, int], aspect: float) -> tuple[int, int]:
    """Width and height in square pixels of a picture of that `size`: it is stretched, so that nothing of it is lost."""
    width, height = size
    if not is_plausible(aspect) or abs(aspect - 1) < ALMOST_SQUARE:
        return size
    return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))


def squared(image: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """The picture stretched to square pixels, `aspect` being the width of one over its height."""
    size = (image.shape[1], image.shape[0])
    wanted = square_size(size, aspect)
    return image if wanted == size else np.asarray(cv2.resize(image, wanted, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def depth_bits(image: NDArray[Any]) -> int:
    """How many of sixteen bits a picture uses: the least of 8, 10, 12, 14 and 16 that hold its brightest value.

    Values that are moved to the upper end of the sixteen bits use them all.
    """
    brightest = int(image.max())
    return next(bits for bits in DEPTHS_BITS if brightest < 1 << bits)


class EightBits:
    """Pictures of one source brought to eight bits.

    How many bits a source uses is told by the brightest value that it has delivered: a source of ten bits never exceeds 1023.
    A brighter picture makes it more, and nothing makes it less, so that a picture gone dark is shown dark.
    """

    def __init__(self, bits: int = 8) -> None:
        self.bits = bits

    def of(self, image: NDArray[Any]) -> NDArray[np.uint8]:
        """The picture in eight bits.

        Raises:
            ValueError: its values are neither of eight nor of sixteen bits.
        """
        if image.dtype == np.uint8:
            return image
        if image.dtype != np.uint16:
            raise ValueError(f"pixels of type {image.dtype}: expected unsigned integers of 8 or 16 bits")
        self.bits = max(self.bits, depth_bits(image))
        return np.asarray(image >> (self.bits - 8), dtype=np.uint8)
