"""Converting pixels to what perception expects: square ones of eight bits.

Pixels that are not square would distort every head, and its yaw with it. Values of ten or twelve bits stored in sixteen would
look almost black.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.capture.opencv import cv2

ALMOST_SQUARE = 0.02
"""Pixels whose aspect is this close to 1 are taken for square, because containers round it."""
WIDEST_PIXEL = 4.0
"""No camera's pixel is farther from square than this (the widest in video standards is 2.2 times as wide as high)."""
_FULL_RANGE = np.clip((np.arange(256) - 16) * 255 / 219 + 0.5, 0, 255).astype(np.uint8)
"""Luminance from 16 to 235, as video has it (ITU-R BT.601), stretched to 0 to 255."""
DEPTHS_BITS = (8, 10, 12, 14, 16)
SQUARE = 1.0


def pixel_aspect(capture: Any) -> float:
    """Return width over height of a pixel of an open capture, as the container or codec states it, or 1 if it does not.

    OpenCV rotates a video as its container asks, but reports the aspect of the pixels before that.
    """
    width, height = float(capture.get(cv2.CAP_PROP_SAR_NUM)), float(capture.get(cv2.CAP_PROP_SAR_DEN))
    if not (width > 0 and height > 0):
        return SQUARE
    is_turned = capture.get(cv2.CAP_PROP_ORIENTATION_AUTO) and int(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 180 == 90
    return height / width if is_turned else width / height


def is_plausible(aspect: float) -> bool:
    """Whether some camera may have pixels of this aspect."""
    return 1 / WIDEST_PIXEL <= aspect <= WIDEST_PIXEL


def square_size(size: tuple[int, int], aspect: float) -> tuple[int, int]:
    """Return width and height of a picture once its pixels are square. It is only ever stretched, so that nothing is lost."""
    width, height = size
    if not is_plausible(aspect) or abs(aspect - 1) < ALMOST_SQUARE:
        return size
    return (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))


def shape_note(name: str, size: tuple[int, int], aspect: float) -> str | None:
    """What is to be said of pixels of this aspect in a picture of this width and height; None where they are square."""
    stated = f"{name}: states pixels {aspect:.3g} times as wide as high"
    if not is_plausible(aspect):
        return f"{stated}, which no camera has; left as they are"
    wanted = square_size(size, aspect)
    return None if wanted == size else f"{stated}; stretched to {wanted[0]}x{wanted[1]} square ones"


def squared(image: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """Return the picture stretched to square pixels. `aspect` is the width of a pixel over its height."""
    size = (image.shape[1], image.shape[0])
    wanted = square_size(size, aspect)
    return image if wanted == size else np.asarray(cv2.resize(image, wanted, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def full_range(luminance: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return luminance from 16 to 235 as grey from 0 to 255: what is too bright or too dark is so for all cameras."""
    return np.asarray(cv2.LUT(luminance, _FULL_RANGE), dtype=np.uint8)


def depth_bits(image: NDArray[Any]) -> int:
    """Return how many of its sixteen bits a picture uses: the least of 8, 10, 12, 14 and 16 that hold its brightest value.

    Values that are shifted to the upper end of the sixteen bits use all of them.
    """
    brightest = int(image.max())
    return next(bits for bits in DEPTHS_BITS if brightest < 1 << bits)


class EightBits:
    """Converts the pictures of one source to eight bits.

    The brightest value so far tells how many bits the source uses: with ten bits, none exceeds 1023. The number only ever grows,
    so a picture that goes dark stays dark.
    """

    def __init__(self, bits: int = 8) -> None:
        self.bits = bits

    def of(self, image: NDArray[Any]) -> NDArray[np.uint8]:
        """Return the picture in eight bits.

        Raises:
            ValueError: its values are neither of eight nor of sixteen bits.
        """
        if image.dtype == np.uint8:
            return image
        if image.dtype != np.uint16:
            raise ValueError(f"pixels of type {image.dtype}: expected unsigned integers of 8 or 16 bits")
        self.bits = max(self.bits, depth_bits(image))
        return np.asarray(image >> (self.bits - 8), dtype=np.uint8)
