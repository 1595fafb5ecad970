"""What can be used of an observation. Values that are missing, not finite, uncertain or not visible are None: unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dms.fusion.calibration import Calibration
from dms.fusion.directions import Direction, Forward
from dms.fusion.settings import FusionSettings
from dms.types import BLINDING, CameraHealth, Expression, Eyes, Gaze, Head, Observation, Phone

_OK = CameraHealth.OK  # looking up a member of an enumeration takes as long as ten other attributes


@dataclass(slots=True)
class Reading:
    """One observation as fusion uses it: raw values to learn from, and the rest relative to this driver."""

    camera: CameraHealth
    has_face: bool
    head: Head | None = None
    gaze: Gaze | None = None
    raw_openness: float | None = None
    head_direction: Direction | None = None
    head_roll_deg: float | None = None
    gaze_direction: Direction | None = None
    openness: float | None = None
    mouth_opening: float | None = None
    expression: Expression | None = None
    phone: Phone | None = None
    smoking: bool | None = None
    drinking: bool | None = None


def forward_of(calibration: Calibration) -> Forward | None:
    """The forward direction, once there is one."""
    if calibration.forward_yaw_deg is None or calibration.forward_pitch_deg is None:
        return None
    return Forward(calibration.forward_yaw_deg, calibration.forward_pitch_deg, calibration.forward_roll_deg or 0.0)


def read(observation: Observation, forward: Forward | None, calibration: Calibration, settings: FusionSettings) -> Reading:
    """What the observation says of this driver. A picture that blinds says nothing, whatever was found in it.
    What is in the hand can be seen while the face cannot."""
    camera = observation.camera
    if camera is not _OK and camera in BLINDING:
        return Reading(camera, has_face=False)
    reading = Reading(camera, observation.face is not None)
    reading.phone, reading.smoking, reading.drinking = observation.phone, observation.smoking, observation.drinking
    if not reading.has_face:
        return reading
    openness = openness_of(observation.eyes, settings)
    if openness is not None:
        reading.raw_openness = openness
        openness /= calibration.open_eye
        reading.openness = 0.0 if openness < 0.0 else 1.0 if openness > 1.0 else openness
    head = observation.head
    if head is not None and _is_usable(head, settings.head_sigma_deg) and -180.0 <= head.roll_deg <= 180.0:
        reading.head = head
        if forward is not None:
            reading.head_direction = forward.relative(head.yaw_deg, head.pitch_deg)
            reading.head_roll_deg = head.roll_deg - (calibration.forward_roll_deg or 0.0)
    gaze = observation.gaze
    if gaze is not None and (openness is not None or observation.eyes is None) and _is_usable(gaze, settings.gaze_sigma_deg):
        reading.gaze = gaze
        if forward is not None:
            yaw_deg = gaze.yaw_deg - calibration.gaze_offset_yaw_deg
            pitch_deg = gaze.pitch_deg - calibration.gaze_offset_pitch_deg
            reading.gaze_direction = forward.relative(yaw_deg, pitch_deg)
    mouth = observation.mouth
    if mouth is not None and mouth.visible >= settings.mouth_visible and -1.0 <= mouth.openness <= 10.0:
        reading.mouth_opening = mouth.openness
    if observation.emotion:
        reading.expression = expression_of(observation.emotion, settings)
    return reading


def _is_usable(direction: Head | Gaze, most_sigma_deg: float) -> bool:
    """Angles that are angles, and certain enough. NaN compares false with everything."""
    if not (-180.0 <= direction.yaw_deg <= 180.0 and -180.0 <= direction.pitch_deg <= 180.0):
        return False
    sigma_deg = direction.sigma_deg
    return sigma_deg is None or sigma_deg <= most_sigma_deg


def openness_of(eyes: Eyes | None, settings: FusionSettings) -> float | None:
    """Openness of both eyes, weighted by their visibility; an eye that cannot be read is left out, None if both cannot."""
    if eyes is None:
        return None
    weighted = weight = 0.0
    least = settings.eye_visible
    for eye in (eyes.left, eyes.right):
        if eye is not None:
            visible, openness = eye.visible, eye.openness
            if least <= visible <= 1.01 and -1.0 <= openness <= 2.0:
                weighted += openness * visible
                weight += visible
    return weighted / weight if weight else None


def expression_of(emotion: Mapping[Expression, float], settings: FusionSettings) -> Expression | None:
    """The most likely expression, if it is likely enough."""
    for expression, probability in emotion.items():
        if probability >= settings.expression_least:
            return expression
    return None
