"""What sensors and cables do to a picture, painted on frames of the bundled drives."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Fault = Callable[[Picture, np.random.Generator], Picture]


def with_noise(grey: Picture, sigma: float, random: np.random.Generator) -> Picture:
    """A sensor's noise added, so many grey levels of it."""
    return np.asarray(np.clip(np.rint(grey + random.normal(0, sigma, grey.shape)), 0, 255), dtype=np.uint8)


def white_noise(grey: Picture, random: np.random.Generator) -> Picture:
    """A sensor without a lens, a bus without a clock."""
    return random.integers(0, 256, grey.shape, dtype=np.uint8)


def faint_noise(grey: Picture, random: np.random.Generator) -> Picture:
    """Noise about a middle grey."""
    return with_noise(np.full_like(grey, 110), 45.0, random)


def missing(part: str, content: str) -> Fault:
    """A half, or a third, that is black or grey or repeats the last row (or column) that came."""

    def paint(grey: Picture, random: np.random.Generator) -> Picture:
        quarter_turns = {"lower": 0, "right": 1, "upper": 2, "left": 3, "lowest third": 0}[part]
        turned = np.rot90(grey, -quarter_turns).copy()
        edge = len(turned) * 2 // 3 if part == "lowest third" else len(turned) // 2
        turned[edge:] = {"black": 0, "grey": 128, "repeated": turned[edge - 1]}[content]
        return np.ascontiguousarray(np.rot90(turned, quarter_turns))

    return paint


def compressed(fault: Fault, quality: int = 60) -> Fault:
    """The same, sent on as a JPEG."""

    def paint(grey: Picture, random: np.random.Generator) -> Picture:
        _, content = cv2.imencode(".jpg", fault(grey, random), [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)

    return paint
