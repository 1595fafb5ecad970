"""Reads pictures from files, for all tools: a file that is not a picture is an error that names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Grey (height, width) or BGR (height, width, 3)."""


class UnreadablePictureError(ValueError):
    """The file is missing or is not a picture; the message names it."""


def read_picture(path: Path) -> Picture:
    """The picture as uint8 BGR (height, width, 3).

    Raises UnreadablePictureError if there is none.
    """
    return np.asarray(_read(path, cv2.IMREAD_COLOR), np.uint8)


def read_grey(path: Path) -> Picture:
    """The picture as uint8 grey (height, width).

    Raises UnreadablePictureError if there is none.
    """
    return np.asarray(_read(path, cv2.IMREAD_GRAYSCALE), np.uint8)


def read_unchanged(path: Path) -> NDArray[Any]:
    """The picture with the channels and numbers that its file has: BGRA for many PNGs, float32 for Radiance maps.

    Raises UnreadablePictureError if there is none.
    """
    return _read(path, cv2.IMREAD_UNCHANGED)


def _read(path: Path, how: int) -> NDArray[Any]:
    picture = cv2.imread(str(path), how)
    if picture is None:
        raise UnreadablePictureError(f"{path}: not a readable picture")
    return picture
