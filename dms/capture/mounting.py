"""How a camera is mounted. Pictures are brought upright where they come from, so that nothing downstream has to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import Rotation


def turned(image: NDArray[np.uint8], rotate_deg: Rotation) -> NDArray[np.uint8]:
    """Return a grey or colour picture turned clockwise by `rotate_deg`."""
    from dms.capture.opencv import cv2  # commands that only pass a mounting on load no OpenCV

    if rotate_deg == 0:
        return image
    turns = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return np.asarray(cv2.rotate(image, turns[rotate_deg]), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Mounting:
    """How to bring the camera's picture upright: turn it clockwise by `rotate_deg`, then swap left and right if `mirror`."""

    rotate_deg: Rotation = 0
    mirror: bool = False

    @property
    def is_upright(self) -> bool:
        """Whether pictures are upright as they come."""
        return not self.rotate_deg and not self.mirror

    def upright(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture, (height, width) or (height, width, 3), as somebody facing the driver would see it."""
        image = turned(image, self.rotate_deg)
        if not self.mirror:
            return image
        from dms.capture.opencv import cv2

        return np.asarray(cv2.flip(image, 1), dtype=np.uint8)

    def size(self, size: tuple[int, int] | None) -> tuple[int, int] | None:
        """Return width and height of the upright picture, given those of the camera's picture."""
        return size[::-1] if size and self.rotate_deg in (90, 270) else size

    def __str__(self) -> str:
        turn = f"turned by {self.rotate_deg} degrees" if self.rotate_deg else ""
        return " and ".join(part for part in (turn, "mirrored" if self.mirror else "") if part) or "as it comes"


UPRIGHT = Mounting()
