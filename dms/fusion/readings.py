"""What can be used of an observation. A value that is missing, not finite, uncertain or not visible is None: unknown."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from dms.fusion.calibration import Calibration
from dms.fusion.directions import Direction, Forward
from dms.fusion.settings import FusionSettings
from dms.types import BLINDING, CameraHealth, Expression, Eyes, Gaze, Head, Mouth, Observation, Phone

_OK = CameraHealth.OK  # looking up a member of an enumeration takes as long as ten other attributes


class Reading(msgspec.Struct, frozen=True):
    """One observation as fusion uses it. A value that cannot be used is None: unknown.

    `head`, `gaze` and `raw_openness` are as perception reads them: this driver is learned from them. `head_direction`,
    `head_roll_deg` and `gaze_direction` are relative to the driver's forward, in degrees, and None until that is known.
    `openness` is relative to the driver's open eye, 0 closed to 1 open. `mouth_opening` is inner-lip opening over mouth width
    (MAR). `phone`, `smoking` and `drinking` are what this observation alone says of the hands: None in the frames in which nobody
    looked.
    """

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
    """Returns the forward direction; None until there is one."""
    if calibration.forward_yaw_deg is None or calibration.forward_pitch_deg is None:
        return None
    return Forward(calibration.forward_yaw_deg, calibration.forward_pitch_deg, calibration.forward_roll_deg or 0.0)


def read(observation: Observation, forward: Forward | None, calibration: Calibration, settings: FusionSettings) -> Reading:
    """Returns what the observation says of this driver.

    A picture that blinds says nothing, whatever was found in it. What is in the hands can be seen while the face cannot.
    """
    camera = observation.camera
    if camera is not _OK and camera in BLINDING:
        return Reading(camera, has_face=False)
    phone, smoking, drinking = observation.phone, observation.smoking, observation.drinking
    if observation.face is None:
        return Reading(camera, has_face=False, phone=phone, smoking=smoking, drinking=drinking)
    raw_openness = openness_of(observation.eyes, settings)
    head = _usable_head(observation.head, settings)
    gaze = _usable_gaze(observation, raw_openness, settings)
    head_direction = head_roll_deg = gaze_direction = None
    if forward is not None:
        if head is not None:
            head_direction = forward.relative(head.yaw_deg, head.pitch_deg)
            head_roll_deg = head.roll_deg - (calibration.forward_roll_deg or 0.0)
        if gaze is not None:
            yaw_deg = gaze.yaw_deg - calibration.gaze_offset_yaw_deg
            pitch_deg = gaze.pitch_deg - calibration.gaze_offset_pitch_deg
            gaze_direction = forward.relative(yaw_deg, pitch_deg)
    return Reading(
        camera,
        has_face=True,
        head=head,
        gaze=gaze,
        raw_openness=raw_openness,
        head_direction=head_direction,
        head_roll_deg=head_roll_deg,
        gaze_direction=gaze_direction,
        openness=None if raw_openness is None else _share_of(calibration.open_eye, raw_openness),
        mouth_opening=_mouth_opening(observation.mouth, settings),
        expression=expression_of(observation.emotion, settings) if observation.emotion else None,
        phone=phone,
        smoking=smoking,
        drinking=drinking,
    )


def _usable_head(head: Head | None, settings: FusionSettings) -> Head | None:
    if head is None or not _is_usable(head, settings.head_sigma_deg):
        return None
    return head if -180.0 <= head.roll_deg <= 180.0 else None


def _usable_gaze(observation: Observation, openness: float | None, settings: FusionSettings) -> Gaze | None:
    """Returns the gaze, unless the eyes were looked at and neither can be read."""
    gaze = observation.gaze
    if gaze is None or not _is_usable(gaze, settings.gaze_sigma_deg):
        return None
    return gaze if openness is not None or observation.eyes is None else None


def _share_of(open_eye: float, openness: float) -> float:
    """Returns the openness as a share of this driver's open eye, in [0, 1]."""
    openness /= open_eye
    return 0.0 if openness < 0.0 else 1.0 if openness > 1.0 else openness


def _mouth_opening(mouth: Mouth | None, settings: FusionSettings) -> float | None:
    if mouth is not None and mouth.visible >= settings.mouth_visible and -1.0 <= mouth.openness <= 10.0:
        return mouth.openness
    return None


def _is_usable(direction: Head | Gaze, most_sigma_deg: float) -> bool:
    """Returns whether the angles are possible ones and certain enough. NaN fails every comparison, and so is never usable."""
    if not (-180.0 <= direction.yaw_deg <= 180.0 and -180.0 <= direction.pitch_deg <= 180.0):
        return False
    sigma_deg = direction.sigma_deg
    return sigma_deg is None or sigma_deg <= most_sigma_deg


def openness_of(eyes: Eyes | None, settings: FusionSettings) -> float | None:
    """Returns the openness of both eyes, weighted by visibility. An eye that cannot be read is left out; None without both. To be
    called shut, an eye must be in better sight than to be called open."""
    if eyes is None:
        return None
    weighted = weight = 0.0
    for eye in (eyes.left, eyes.right):
        if eye is not None:
            visible, openness = eye.visible, eye.openness
            least = settings.shut_eye_visible if openness < settings.shut_openness else settings.eye_visible
            if least <= visible <= 1.01 and -1.0 <= openness <= 2.0:
                weighted += openness * visible
                weight += visible
    return weighted / weight if weight else None


def expression_of(emotion: Mapping[Expression, float], settings: FusionSettings) -> Expression | None:
    """Returns the expression that is likely enough, if there is one."""
    for expression, probability in emotion.items():
        if probability >= settings.expression_least:
            return expression
    return None
