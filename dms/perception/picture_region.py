"""The driver's region in the pixels of a picture: who is in it, and which part of it the detector sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dms.config.driver_region import DriverRegion
from dms.perception.crops import Picture
from dms.perception.decode import Box, FaceCandidate

SURROUNDINGS = 0.1
"""What the detector is shown around the region, in shares of its width and height, so that a face at its edge is a whole one."""

Detect = Callable[[Picture, int], list[FaceCandidate]]
"""Candidates in a grey picture (height, width) reduced to that longer side, boxes in the picture's pixels, best first."""


@dataclass(frozen=True, slots=True)
class PictureRegion:
    """A rectangle of a picture of known size, edges in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, region: DriverRegion, shape: tuple[int, ...]) -> PictureRegion:
        """The region in a picture of that shape (height, width)."""
        height, width = shape[:2]
        left, top = region.x * width, region.y * height
        return cls(left, top, left + region.width * width, top + region.height * height)

    @property
    def longer_side_px(self) -> float:
        """The longer side in pixels."""
        return max(self.right - self.left, self.bottom - self.top)

    def holds(self, box: Box) -> bool:
        """Whether the middle of a box lies in it."""
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        return self.left <= x < self.right and self.top <= y < self.bottom

    def candidates(self, grey: Picture, long_side: int, detect: Detect) -> list[FaceCandidate]:
        """What `detect` finds when shown the region and a little around it. Boxes are in pixels of the whole picture."""
        margin_x, margin_y = ((self.right - self.left) * SURROUNDINGS, (self.bottom - self.top) * SURROUNDINGS)
        x, y = max(0, round(self.left - margin_x)), max(0, round(self.top - margin_y))
        part = grey[y : round(self.bottom + margin_y), x : round(self.right + margin_x)]
        return [_moved(one, x, y) for one in detect(part, long_side)]


def _moved(candidate: FaceCandidate, x: int, y: int) -> FaceCandidate:
    left, top, width, height = candidate.box
    return replace(candidate, box=(left + x, top + y, width, height))
