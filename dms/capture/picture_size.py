"""How small and how large a picture may be: what nobody can be seen in, and what would fill the memory, is refused in words."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from dms.errors import SourceError
from dms.types import SMALLEST_PX

LARGEST_PIXELS = 2**26
"""8192 x 8192, more than any camera of a car has: a file of a kilobyte may ask for a gigabyte of pixels."""


def check_size(name: str, image: NDArray[Any]) -> None:
    """Say so if a picture is too small for anybody to be seen, or too large for any camera.

    Raises:
        SourceError: it is; `name` begins the message.
    """
    height, width = image.shape[:2]
    if min(width, height) < SMALLEST_PX:
        raise SourceError(f"{name}: {width} by {height} pixels; nobody can be seen in less than {SMALLEST_PX} by {SMALLEST_PX}")
    check_not_larger(name, width, height)


def check_not_larger(name: str, width: int, height: int) -> None:
    """Say so if a picture, of which no more is known yet than its size, is too large.

    Raises:
        SourceError: it is; `name` begins the message.
    """
    if width * height > LARGEST_PIXELS:
        raise SourceError(f"{name}: {width} by {height} pixels; {LARGEST_PIXELS} are the most that are looked at")
