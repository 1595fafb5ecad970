"""From readings to the published Observation: smoothed, rounded to meaningful digits, None where unknown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dms.perception import crops, decode
from dms.perception.decode import Box, EyeReading, FaceReading
from dms.perception.head_geometry import angles_from_direction, angles_from_rotation
from dms.perception.objects import NOBODY_LOOKED, Objects
from dms.perception.reader import CheckedEyes, CheckedFace
from dms.perception.smoothing import FaceSmoother
from dms.types import EXPRESSIONS, CameraHealth, Expression, Eye, Eyes, Face, Gaze, Head, Mouth, Observation

ANGLE_DIGITS = 2
SIGMA_DIGITS = 1
SHARE_DIGITS = 3
PIXEL_DIGITS = 1
TIME_DIGITS = 6


def without_face(t: float, frame: int, camera: CameraHealth, objects: Objects = NOBODY_LOOKED) -> Observation:
    """An observation without a face. It may still show a hand with a phone, if the face is turned away or hidden."""
    return Observation(
        round(t, TIME_DIGITS), frame, camera, phone=objects.phone, smoking=objects.smoking, drinking=objects.drinking
    )


def observation_of(
    t: float,
    frame: int,
    camera: CameraHealth,
    face: CheckedFace,
    eyes: CheckedEyes,
    smoother: FaceSmoother,
    opinion: tuple[float | None, NDArray[np.float64] | None] = (None, None),
    objects: Objects = NOBODY_LOOKED,
    with_landmarks: bool = True,
) -> Observation:
    """The observation of one tracked face. `opinion` comes from `landmark_pose.LandmarkPoseWatch`."""
    reading, unknown = face.reading, face.unknown
    if unknown:
        smoother.reset()
    head_deg = (0.0, 0.0, 0.0) if "rotation" in unknown else angles_from_rotation(reading.rotation)
    landmarks = decode.landmarks_with_lids(reading, eyes.left, eyes.right)
    smooth = smoother.face(t, head_deg, reading.expression, landmarks, max(face.box[2:]))
    box = crops.box_of_landmarks(smooth.landmarks)
    return Observation(
        t=round(t, TIME_DIGITS),
        frame=frame,
        camera=camera,
        face=Face(round(reading.score, SHARE_DIGITS), _pixels(box)),
        head=None if "rotation" in unknown else _head(smooth.head_deg, face, *opinion),
        eyes=Eyes(_eye(eyes.left), _eye(eyes.right)) if eyes.left or eyes.right else None,
        gaze=None if "rotation" in unknown else _gaze(t, eyes, smoother),
        mouth=_mouth(reading),
        emotion=None if "expression" in unknown else _emotion(smooth.expression),
        phone=objects.phone,
        smoking=objects.smoking,
        drinking=objects.drinking,
        landmarks=_points(smooth.landmarks) if with_landmarks else None,
    )


def _head(
    head_deg: NDArray[np.float64], face: CheckedFace, disagreement_deg: float | None, position_mm: NDArray[np.float64] | None
) -> Head:
    yaw, pitch, roll = head_deg.tolist()
    sigma = None
    if "rotation_log_sigma" not in face.unknown:
        sigma = round(face.calibration.sigma_with(face.reading.rotation_sigma_deg, disagreement_deg), SIGMA_DIGITS)
    return Head(
        round(yaw, ANGLE_DIGITS),
        round(pitch, ANGLE_DIGITS),
        round(roll, ANGLE_DIGITS),
        sigma,
        None if disagreement_deg is None else round(disagreement_deg, SIGMA_DIGITS),
        None if position_mm is None else _millimetres(position_mm),
    )


def _millimetres(position_mm: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = position_mm.round().tolist()
    return x, y, z


def _eye(reading: EyeReading | None) -> Eye | None:
    return Eye(round(reading.openness, SHARE_DIGITS), round(reading.visible, SHARE_DIGITS)) if reading else None


def _gaze(t: float, eyes: CheckedEyes, smoother: FaceSmoother) -> Gaze | None:
    left, right = eyes.left or eyes.right, eyes.right or eyes.left
    joint = decode.join_gaze(left, right) if eyes.gaze and left and right else None
    if joint is None:
        return None
    yaw, pitch = smoother.gaze(t, angles_from_direction(joint[0]))
    return Gaze(round(yaw, ANGLE_DIGITS), round(pitch, ANGLE_DIGITS), round(joint[1], SIGMA_DIGITS))


def _mouth(reading: FaceReading) -> Mouth:
    return Mouth(round(reading.mouth_open, SHARE_DIGITS), round(reading.mouth_visible, SHARE_DIGITS))


def _emotion(expression: NDArray[np.float64]) -> Mapping[Expression, float]:
    return {name: round(share, SHARE_DIGITS) for name, share in zip(EXPRESSIONS, expression.tolist(), strict=True)}


def _points(landmarks: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in np.round(landmarks, PIXEL_DIGITS).tolist())


def _pixels(box: Box) -> Box:
    x, y, width, height = box
    return round(x, PIXEL_DIGITS), round(y, PIXEL_DIGITS), round(width, PIXEL_DIGITS), round(height, PIXEL_DIGITS)
