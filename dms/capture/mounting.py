"""How a camera is mounted, and its picture brought upright: once, where frames come from, so that nobody after has to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Rotation = Literal[0, 90, 180, 270]


def turned(image: NDArray[np.uint8], rotate_deg: Rotation) -> NDArray[np.uint8]:
    """A grey or colour picture turned clockwise by so many degrees."""
    from dms.capture.opencv import cv2  # commands that only pass a mounting on load no OpenCV

    if rotate_deg == 0:
        return image
    turns = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return np.asarray(cv2.rotate(image, turns[rotate_deg]), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Mounting:
    """What brings the camera's picture upright: a clockwise turn by `rotate_deg`, and after it left and right exchanged if
    `mirror`."""

    rotate_deg: Rotation = 0
    mirror: bool = False

    @property
    def is_upright(self) -> bool:
        """Whether pictures are taken as they come."""
        return not self.rotate_deg and not self.mirror

    def upright(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture, (height, width) or (height, width, 3), as somebody in front of the driver would see it."""
        image = turned(image, self.rotate_deg)
        if not self.mirror:
            return image
        from dms.capture.opencv import cv2

        return np.asarray(cv2.flip(image, 1), dtype=np.uint8)

    def size(self, size: tuple[int, int] | None) -> tuple[int, int] | None:
        """Width and height of the upright picture for those of the camera's."""
        return size[::-1] if size and self.rotate_deg in (90, 270) else size

    def __str__(self) -> str:
        turn = f"turned by {self.rotate_deg} degrees" if self.rotate_deg else ""
        return " and ".join(part for part in (turn, "mirrored" if self.mirror else "") if part) or "as it comes"


UPRIGHT = Mounting()
