"""A second opinion on the head's pose: EPnP on the rigid landmarks with a mean 3D face (Lepetit et al., IJCV 2009).

The face network regresses the rotation directly. Landmarks and a mean face give it in an independent way, along with
the head's distance. If the two disagree, one of them is wrong, and the expected error reflects that.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RIGID = np.array([17, 19, 21, 22, 24, 26, 27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45])
"""Landmarks (from 0) that the face's muscles hardly move: brows, nose, eye corners. Lips and chin follow the jaw, and the jaw's
line slides along the cheek when the head turns."""
ASSUMED_FIELD_OF_VIEW_DEG = 60.0
"""Across the picture, where the camera's is not known: the rotation depends on it little, the distance entirely."""
EVERY_S = 0.2
NEAREST_MM, FARTHEST_MM = 100.0, 10_000.0
_TO_OPENCV = np.diag([1.0, -1.0, -1.0])
"""The project's camera axes (x right, y up, z towards the camera) in OpenCV's (x right, y down, z away)."""


@dataclass(frozen=True, slots=True)
class LandmarkPose:
    """`rotation` (3, 3) head to camera, relative to the ray from camera to head; `position_mm` (3,) of the middle between the
    eyes, camera axes: x right in the picture, y up, z towards the camera, hence below 0."""

    rotation: FloatArray
    position_mm: FloatArray


@cache
def mean_face_mm() -> FloatArray:
    """The 68 points (68, 3) of the mean face in millimetres about the middle between the eyes, head axes."""
    content = json.loads(files("dms.perception").joinpath("mean_face.json").read_text(encoding="utf-8"))
    return np.array(content["points_mm"], dtype=np.float64)


def focal_length_px(width_px: int, field_of_view_deg: float | None) -> float:
    """Focal length in pixels of a camera that sees `field_of_view_deg` across a picture `width_px` wide."""
    return width_px / 2.0 / math.tan(math.radians(field_of_view_deg or ASSUMED_FIELD_OF_VIEW_DEG) / 2.0)


def pose_from_landmarks(
    landmarks: NDArray[np.floating], picture_size_px: tuple[int, int], field_of_view_deg: float | None = None
) -> LandmarkPose | None:
    """The pose of a head from its landmarks (68, 2) in pixels of a picture (width, height), the lens's axis in its middle.

    None if the landmarks cannot be those of a head in front of the camera.
    """
    points = np.ascontiguousarray(landmarks[RIGID], dtype=np.float64)
    if not np.isfinite(points).all() or np.ptp(points, axis=0).min() < 1.0:
        return None
    width_px, height_px = picture_size_px
    focal_px = focal_length_px(width_px, field_of_view_deg)
    lens = np.array([[focal_px, 0.0, (width_px - 1) / 2], [0.0, focal_px, (height_px - 1) / 2], [0.0, 0.0, 1.0]])
    try:
        solved, turn, shift = cv2.solvePnP(mean_face_mm()[RIGID], points, lens, None, flags=cv2.SOLVEPNP_EPNP)
    except cv2.error:  # a degenerate set of points has no solution
        return None
    turn, shift = cv2.solvePnPRefineLM(mean_face_mm()[RIGID], points, lens, None, turn, shift)
    position_mm = np.asarray(_TO_OPENCV @ shift.reshape(3), dtype=np.float64)
    if not solved or not np.isfinite(turn).all() or not NEAREST_MM < -position_mm[2] < FARTHEST_MM:
        return None
    rotation = _TO_OPENCV @ cv2.Rodrigues(turn)[0]
    return LandmarkPose(np.asarray(rotation_of_ray(position_mm).T @ rotation, dtype=np.float64), position_mm)


def rotation_of_ray(position: FloatArray) -> FloatArray:
    """Rotation (3, 3) from the axes along the ray at `position` (3,) to the camera's: z from there to the camera, x level."""
    z = -position / np.linalg.norm(position)
    x = np.array([z[2], 0.0, -z[0]]) / math.hypot(z[0], z[2])
    return np.stack([x, np.cross(z, x), z], axis=1)


def angle_between_deg(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """The angle by which two rotations (3, 3) differ, in degrees."""
    cosine = (float(np.sum(first * second)) - 1.0) / 2.0
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


class LandmarkPoseWatch:
    """Takes the pose from landmarks anew every `EVERY_S` and keeps it in between: heads and bodies move little meanwhile, and it
    costs as much as a tenth of the networks."""

    def __init__(self, field_of_view_deg: float | None) -> None:
        self._field_of_view_deg = field_of_view_deg
        self._pose: LandmarkPose | None = None
        self._difference_deg: float | None = None
        self._taken_at = -math.inf

    def reset(self) -> None:
        """Another face, or none."""
        self._pose = self._difference_deg = None
        self._taken_at = -math.inf

    def at(
        self, t: float, landmarks: NDArray[np.floating], rotation: NDArray[np.floating], shape: tuple[int, ...]
    ) -> tuple[float | None, FloatArray | None]:
        """By how many degrees the pose from landmarks differs from the regressed `rotation`, and the head's position in
        millimetres: None where there is no such pose, the position also where the camera's field of view is not known.

        `shape` is that of the picture (height, width).
        """
        if not 0 <= t - self._taken_at < EVERY_S:
            self._taken_at = t
            self._pose = pose_from_landmarks(landmarks, (shape[1], shape[0]), self._field_of_view_deg)
            self._difference_deg = angle_between_deg(self._pose.rotation, rotation) if self._pose else None
        known = self._pose is not None and self._field_of_view_deg is not None
        return self._difference_deg, self._pose.position_mm if known and self._pose else None
