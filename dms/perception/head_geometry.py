"""Rotations and directions of a head as the camera sees it.

One frame of reference serves perception, the renderer and training: x to the right in the picture, y up, z out of the
picture towards the camera, as seen along the ray from the camera to the head. A head that looks straight into the camera
has the identity rotation, and then its own left is the picture's right. Signs follow the project's convention: yaw > 0 to
the driver's left, pitch > 0 up, roll > 0 when the head tips towards the right shoulder.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def rotation_from_angles(yaw_deg: float, pitch_deg: float, roll_deg: float) -> FloatArray:
    """Rotation matrix (3, 3) that turns head coordinates into camera coordinates: roll first, then pitch, then yaw."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def angles_from_rotation(rotation: NDArray[np.floating]) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees of a rotation matrix (3, 3); the inverse of `rotation_from_angles`."""
    yaw, pitch = angles_from_direction(rotation[:, 2])
    roll = np.degrees(np.arctan2(rotation[1, 0], rotation[1, 1]))
    return yaw, pitch, float(roll)


def direction_from_angles(yaw_deg: float, pitch_deg: float) -> FloatArray:
    """Unit vector (3,) that points `yaw_deg` to the driver's left and `pitch_deg` up."""
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    return np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])


def angles_from_direction(direction: NDArray[np.floating]) -> tuple[float, float]:
    """Yaw and pitch in degrees of a direction (3,), which need not have unit length."""
    x, y, z = direction / np.linalg.norm(direction)
    return float(np.degrees(np.arctan2(x, z))), float(np.degrees(np.arcsin(np.clip(y, -1.0, 1.0))))
