"""How pictures are cut for the networks: the one definition that training, evaluation and the runtime share.

A `Crop` is a square of a frame that may be turned with the head and mirrored. Pixel centres lie at integers. Inside a crop,
points are given in crop units: (0, 0) is its centre, x and y run from -0.5 to 0.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
FloatArray = NDArray[np.float32]

FACE_SIZE = 112
EYE_SIZE = 48
OBJECTS_SIZE = 144
DETECTOR_LONG_SIDE = 160
DETECTOR_MULTIPLE = 16

FACE_MARGIN = 1.13
"""Side of a face crop over the longer side of the face box: as tight as tracking allows, since every pixel spent on the
surroundings is one less for lids and lips (1.3 read 68 landmarks 4 % worse)."""
EYE_MARGIN = 1.7
"""Side of an eye crop over the distance between the corners of an eye seen from the front."""
OBJECTS_MARGIN = 3.8
"""Side of an objects crop over the longer side of the face box: from above the head to hands at the wheel's rim, and an arm's
breadth to both sides."""
OBJECTS_BELOW = 0.5
"""How far the middle of an objects crop lies below that of the face, over the longer side of the face box."""
SHORTEST_EYE = 0.155
"""Least eye width over the side of the face box: an eye seen from the side keeps the crop of a frontal one."""

RIGHT_EYE = (36, 39)
LEFT_EYE = (42, 45)
"""Outer and inner corners of the driver's right eye, inner and outer corners of the left one, iBUG order from 0."""

FLATTEST_SPREAD = 6.0
"""A crop whose grey values spread less than this is not stretched to unit spread: it would only show noise."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of a frame, centre and side in frame pixels. It is turned by `roll_deg`, so that a head with that roll is upright
    in it, and optionally mirrored left to right."""

    center_x: float
    center_y: float
    side: float
    roll_deg: float = 0.0
    mirrored: bool = False

    def axes(self) -> NDArray[np.float64]:
        """Columns (2, 2): the crop's x and y unit steps (one full side) in frame pixels."""
        roll = math.radians(self.roll_deg)
        cos, sin = self.side * math.cos(roll), self.side * math.sin(roll)
        flip = -1.0 if self.mirrored else 1.0
        return np.array([[flip * cos, sin], [-flip * sin, cos]])

    def to_frame(self, points: NDArray[np.floating]) -> FloatArray:
        """Points (..., 2) in crop units to frame pixels."""
        return np.asarray(points @ self.axes().T + (self.center_x, self.center_y), dtype=np.float32)

    def to_crop(self, points: NDArray[np.floating]) -> FloatArray:
        """Points (..., 2) in frame pixels to crop units."""
        turned = (points - np.array([self.center_x, self.center_y])) @ self.axes()
        return np.asarray(turned / self.side**2, dtype=np.float32)


def to_grey(frame: Picture) -> Picture:
    """Grey picture (h, w) of a BGR (h, w, 3) or grey (h, w) frame."""
    return frame if frame.ndim == 2 else np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def box_of_landmarks(landmarks: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """The face box (x, y, width, height) in pixels: the rectangle around the 68 landmarks (68, 2)."""
    left, top = landmarks.min(axis=0)
    right, bottom = landmarks.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def roll_of_landmarks(landmarks: NDArray[np.floating]) -> float:
    """The roll of the face in degrees, > 0 towards the right shoulder, from the line between the eyes and the line between nose
    bridge and chin. The longer line counts for more, so the roll stays steady in profile, where the eyes coincide."""
    eyes = landmarks[36:48].tolist()
    (chin_x, chin_y), (bridge_x, bridge_y) = landmarks[[8, 27]].tolist()
    across_x = sum(eyes[i + 6][0] - eyes[i][0] for i in range(6)) / 6
    across_y = sum(eyes[i + 6][1] - eyes[i][1] for i in range(6)) / 6
    down_x, down_y = chin_x - bridge_x, chin_y - bridge_y
    across, down = math.hypot(across_x, across_y), 0.1 * math.hypot(down_x, down_y)
    return math.degrees(math.atan2(down_x * down - across_y * across, across_x * across + down_y * down))


def face_crop_from_box(box: tuple[float, float, float, float], roll_deg: float = 0.0) -> Crop:
    """Crop for the face network around a face box (x, y, width, height) in pixels."""
    x, y, width, height = box
    return Crop(x + width / 2, y + height / 2, max(width, height, 1.0) * FACE_MARGIN, roll_deg)


def face_crop_from_landmarks(landmarks: NDArray[np.floating], roll_deg: float = 0.0) -> Crop:
    """Crop for the face network around the landmarks (68, 2), in frame pixels, of the previous frame.

    With `roll_deg` the box is measured along the turned axes, so that a tilted face is cut as tightly as an upright one.
    """
    if roll_deg == 0.0:
        return face_crop_from_box(box_of_landmarks(landmarks))
    turned = Crop(0.0, 0.0, 1.0, roll_deg)
    x, y, width, height = box_of_landmarks(turned.to_crop(landmarks))
    center = turned.to_frame(np.array([x + width / 2, y + height / 2]))
    return Crop(float(center[0]), float(center[1]), max(width, height, 1.0) * FACE_MARGIN, roll_deg)


def objects_crop(box: tuple[float, float, float, float]) -> Crop:
    """Crop for the objects network around a face box (x, y, width, height) in pixels: head, shoulders, hands."""
    x, y, width, height = box
    face_side = max(width, height, 1.0)
    return Crop(x + width / 2, y + height / 2 + OBJECTS_BELOW * face_side, OBJECTS_MARGIN * face_side)


def objects_crop_without_face(shape: tuple[int, ...], middle: tuple[float, float] = (0.5, 0.5)) -> Crop:
    """Crop for the objects network where no face is known: the largest square of a picture (height, width, …), its middle as
    near as possible to `middle`, the middle of the driver's region in shares of width and height."""
    height, width = shape[:2]
    side = float(min(height, width))
    x, y = (min(max(share * extent, side / 2), extent - side / 2) for share, extent in zip(middle, (width, height), strict=True))
    return Crop(x - 0.5, y - 0.5, side)


def eye_crops_from_landmarks(landmarks: NDArray[np.floating]) -> tuple[Crop, Crop]:
    """Crops of the driver's left and right eye from 68 landmarks in frame pixels; the right one is mirrored, because
    the network knows only left eyes."""
    roll_deg = roll_of_landmarks(landmarks)
    _, _, width, height = box_of_landmarks(landmarks)
    shortest = SHORTEST_EYE * max(width, height)
    left, right = (_eye_crop(landmarks, corners, shortest, roll_deg) for corners in (LEFT_EYE, RIGHT_EYE))
    return left, Crop(right.center_x, right.center_y, right.side, right.roll_deg, mirrored=True)


def _eye_crop(landmarks: NDArray[np.floating], corners: tuple[int, int], shortest: float, roll_deg: float) -> Crop:
    (first_x, first_y), (second_x, second_y) = landmarks[list(corners)].tolist()
    width = max(math.hypot(second_x - first_x, second_y - first_y), shortest, 1.0)
    return Crop((first_x + second_x) / 2, (first_y + second_y) / 2, width * EYE_MARGIN, roll_deg)


def cut(grey: Picture, crop: Crop, size: int, border: int = cv2.BORDER_REPLICATE) -> Picture:
    """The crop as a picture (size, size). Outside the frame its edge is repeated, unless `border` says otherwise. A crop
    much larger than `size` is first shrunk by averaging, so that fine texture does not alias."""
    shrink = max(1, int(crop.side / size * 0.75))
    if shrink > 1:
        grey, crop = _shrunk_region(grey, crop, shrink)
    roll, unit = math.radians(crop.roll_deg), crop.side / size
    cos, sin, half = unit * math.cos(roll), unit * math.sin(roll), (size - 1) / 2
    flip = -1.0 if crop.mirrored else 1.0
    left = crop.center_x - (flip * cos + sin) * half
    top = crop.center_y - (cos - flip * sin) * half
    matrix = np.array([[flip * cos, sin, left], [-flip * sin, cos, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(grey, matrix, (size, size), flags=flags, borderMode=border))


def _shrunk_region(grey: Picture, crop: Crop, shrink: int) -> tuple[Picture, Crop]:
    """The part of the frame under the crop, averaged over squares of `shrink` pixels, and the crop as it lies there."""
    roll = math.radians(crop.roll_deg)
    reach = crop.side * (abs(math.cos(roll)) + abs(math.sin(roll))) / 2 + shrink
    height, width = grey.shape
    left = max(0, min(int(crop.center_x - reach), width - shrink))
    top = max(0, min(int(crop.center_y - reach), height - shrink))
    columns = max(1, (min(math.ceil(crop.center_x + reach), width) - left) // shrink)
    rows = max(1, (min(math.ceil(crop.center_y + reach), height) - top) // shrink)
    region = grey[top : top + rows * shrink, left : left + columns * shrink]
    small = np.asarray(cv2.resize(region, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    center_x, center_y = ((c + 0.5) / shrink - 0.5 for c in (crop.center_x - left, crop.center_y - top))
    return small, Crop(center_x, center_y, crop.side / shrink, crop.roll_deg, crop.mirrored)


def detector_input(grey: Picture, long_side: int = DETECTOR_LONG_SIDE) -> tuple[Picture, float]:
    """Reduces the frame to a longer side of `long_side` and pads it right and below, with its mean grey, to multiples of 16.
    Returns it with the scale, in reduced pixels per frame pixel."""
    scale = long_side / max(grey.shape)
    width, height = (max(1, round(side * scale)) for side in (grey.shape[1], grey.shape[0]))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(grey, (width, height), interpolation=interpolation)
    padded_shape = tuple(math.ceil(side / DETECTOR_MULTIPLE) * DETECTOR_MULTIPLE for side in (height, width))
    padded = np.full(padded_shape, round(float(small.mean())), dtype=np.uint8)
    padded[:height, :width] = small
    return padded, scale


def normalise(pictures: NDArray[Any]) -> FloatArray:
    """Grey pictures (n, h, w) to network input (n, 1, h, w): each with mean 0 and, unless it is nearly flat, spread 1."""
    values = np.empty((len(pictures), 1, *pictures.shape[1:]), np.float32)
    for index, picture in enumerate(pictures):
        ((mean,),), ((spread,),) = cv2.meanStdDev(picture)
        np.subtract(picture, np.float32(mean), out=values[index, 0])
        values[index, 0] *= np.float32(1.0 / max(spread, FLATTEST_SPREAD))
    return values
