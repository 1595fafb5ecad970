"""One labelled face, whatever format it came in, and what is the same for all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import box_of_landmarks
from dms.perception.head_geometry import angles_from_rotation
from tools.picture_files import Picture

FloatArray = NDArray[np.floating]
Box = tuple[float, float, float, float]

POINTS = 68
COUNTED_FROM_ONE = 1.0
"""Matlab calls the centre of the first pixel 1; here it is 0."""
FROM_THE_CORNER = 0.5
"""What measures from the picture's corner, as annotation tools do, has the centre of the first pixel at 0.5; here it is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFace:
    """One face of one picture. `None` is what nobody labelled.

    Pixel centres lie at whole numbers, x right, y down. Left and right are the person's own. Axes and signs of the rotation are
    those of `dms.perception.head_geometry`.
    """

    source: str
    """Where the label stands, for messages: the file, and the place in it."""
    picture: Path | Picture
    """The file, or the picture itself: grey (h, w) or BGR (h, w, 3)."""
    person: str
    """Who it is. Where a data set does not say, the photograph stands for the person."""
    landmarks: FloatArray | None = None
    """(68, 2) pixels, iBUG order; NaN for a point that is not labelled."""
    landmark_visible: FloatArray | None = None
    """(68,) 1 visible, 0 hidden, NaN not known."""
    rotation: FloatArray | None = None
    """(3, 3) head to camera, relative to the ray from camera to head."""
    box: Box | None = None
    """x, y, width, height of the face, where the landmarks do not give it."""
    gaze: FloatArray | None = None
    """(2, 3) unit vectors relative to the same ray: left eye, right eye."""
    openness: FloatArray | None = None
    """(2,) of the left and the right eye: 0 shut, 1 as open as this person's neutral face."""
    eye_visible: FloatArray | None = None
    """(2,) 1 if the eye can be read, 0 if not."""
    mouth_open: float | None = None
    mouth_visible: float | None = None
    expression: str | None = None
    """One of `dms.types.EXPRESSIONS`."""
    flags: tuple[str, ...] = ()
    """What else the data set says is so: `glasses`, `blur`, …"""
    size: tuple[int, int] | None = None
    """Width and height that the label says the picture has."""

    @property
    def place(self) -> Box | None:
        """The face's box: around its landmarks if all are labelled, else the labelled one, else around those that are."""
        labelled = None if self.landmarks is None else self.landmarks[np.isfinite(self.landmarks).all(axis=1)]
        if labelled is not None and (len(labelled) == POINTS or (self.box is None and len(labelled) > 1)):
            return box_of_landmarks(labelled)
        return self.box

    @property
    def angles_deg(self) -> tuple[float, float, float] | None:
        """Yaw, pitch and roll."""
        return None if self.rotation is None else angles_from_rotation(self.rotation)


def number_of(person: str) -> int:
    """A whole number below 2**63 that stands for a person, the same on every machine."""
    return int.from_bytes(hashlib.sha256(person.encode()).digest()[:8], "big") >> 1


def is_held_out(person: str, share: float) -> bool:
    """Whether a person is on the held-out side. It hangs on the person alone: nobody changes sides when pictures are added."""
    return number_of(person) < share * 2**63
