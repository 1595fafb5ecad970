"""A driver as two cameras read them: the truth in the angles of the first, and what a camera elsewhere makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from dms.perception.head_geometry import (
    angles_from_direction,
    angles_from_rotation,
    direction_from_angles,
    rotation_from_angles,
)
from dms.types import CameraHealth, Eye, Eyes, Face, Gaze, Head, Mouth, Observation, Phone

PLACE_DEG = (46.0, 3.0)
"""Where the second camera stands, seen from the head: to the driver's left, and up."""
LOST_DEG = 65.0
"""Turned away from a camera by more than this, a head shows it no eye."""


@dataclass(frozen=True)
class Driver:
    """Head and gaze as the first camera reads them."""

    yaw_deg: float = 24.0
    pitch_deg: float = 5.0
    roll_deg: float = 0.0
    openness: float = 0.95
    phone: Phone | None = None


def seen(driver: Driver, t: float, index: int, *, from_second: bool = False, sigma_deg: float = 3.0) -> Observation:
    """What a camera reads: the eyes if they are turned towards it."""
    head = rotation_from_angles(driver.yaw_deg, driver.pitch_deg, driver.roll_deg)
    gaze = direction_from_angles(driver.yaw_deg, driver.pitch_deg)
    if from_second:
        turned = rotation_from_angles(*PLACE_DEG, 0.0).T
        head, gaze = turned @ head, turned @ gaze
    yaw_deg, pitch_deg, roll_deg = angles_from_rotation(head)
    is_lost = abs(yaw_deg) > LOST_DEG
    eye = Eye(driver.openness, 0.1 if is_lost else 0.98)
    return Observation(
        t,
        index,
        face=Face(0.95, (200.0, 100.0, 150.0, 180.0) if from_second else (100.0, 100.0, 150.0, 180.0)),
        head=Head(yaw_deg, pitch_deg, roll_deg, sigma_deg + (6.0 if is_lost else 0.0), position_mm=(0.0, 0.0, -600.0)),
        eyes=Eyes(eye, eye),
        gaze=None if is_lost else Gaze(*angles_from_direction(gaze), 4.0),
        mouth=Mouth(0.05, 0.2 if is_lost else 0.95),
        phone=driver.phone,
    )


def unseen(t: float, index: int, camera: CameraHealth) -> Observation:
    """What a camera that does not see says."""
    return Observation(t, index, camera)
