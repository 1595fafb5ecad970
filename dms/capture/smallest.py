"""The smallest picture in which somebody could be seen: smaller ones are refused in words."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from dms.errors import SourceError
from dms.types import SMALLEST_PX


def check_size(name: str, image: NDArray[Any]) -> None:
    """Say so if a picture is too small for anybody to be seen.

    Raises:
        SourceError: it is; `name` begins the message.
    """
    height, width = image.shape[:2]
    if min(width, height) < SMALLEST_PX:
        raise SourceError(f"{name}: {width} by {height} pixels; nobody can be seen in less than {SMALLEST_PX} by {SMALLEST_PX}")
