"""Reading the lines of a drive in bulk: what `dms.wire.from_json` accepts and returns, several times faster.

The quick decoder validates types as strictly as the wire formats ask, into structures that have the wire's names outside
and the names of `dms.types` inside; converting those by attribute is one call. Whatever the decoder refuses goes to `dms.wire`,
which either converts it (a number written as text) or raises the error that a person reads. So the two differ in speed only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from dms.types import (
    Alert,
    AlertKind,
    CameraHealth,
    CauseValue,
    DriverAction,
    DriveRecord,
    DriverInput,
    Expression,
    Eye,
    Eyes,
    Face,
    Gaze,
    Head,
    Label,
    Level,
    Mouth,
    Observation,
    Phase,
    Phone,
    Setup,
    TurnSignal,
    VehicleState,
    draft_of,
)
from dms.wire import from_json

ParseRecord = Callable[[bytes], DriveRecord]


class _Face(msgspec.Struct, rename={"box_px": "box"}):
    score: float
    box_px: tuple[float, float, float, float]


_HEAD_NAMES = {
    "yaw_deg": "yaw",
    "pitch_deg": "pitch",
    "roll_deg": "roll",
    "sigma_deg": "sigma",
    "disagreement_deg": "disagreement",
}


class _Head(msgspec.Struct, rename=_HEAD_NAMES):
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    sigma_deg: float | None = None
    disagreement_deg: float | None = None
    position_mm: tuple[float, float, float] | None = None


class _Gaze(msgspec.Struct, rename={"yaw_deg": "yaw", "pitch_deg": "pitch", "sigma_deg": "sigma"}):
    yaw_deg: float
    pitch_deg: float
    sigma_deg: float | None = None


class _Openness(msgspec.Struct, rename={"openness": "open"}):
    openness: float
    visible: float


class _Eyes(msgspec.Struct):
    left: _Openness | None
    right: _Openness | None


class _Observation(msgspec.Struct, tag_field="topic", tag="observation"):
    t: float
    frame: int
    camera: CameraHealth = CameraHealth.OK
    face: _Face | None = None
    head: _Head | None = None
    eyes: _Eyes | None = None
    gaze: _Gaze | None = None
    mouth: _Openness | None = None
    emotion: dict[Expression, float] | None = None
    phone: Phone | None = None
    smoking: bool | None = None
    drinking: bool | None = None


class _ObservationWithLandmarks(_Observation, tag_field="topic", tag="observation"):
    landmarks: tuple[tuple[float, float], ...] | None = None


class _Vehicle(msgspec.Struct, tag_field="topic", tag="vehicle"):
    t: float
    speed_kph: float | None = None
    turn_signal: TurnSignal | None = None
    steering_deg: float | None = None
    gear: str | None = None
    assist_active: bool | None = None


class _Driver(msgspec.Struct, tag_field="topic", tag="driver"):
    t: float
    action: DriverAction
    note: str = ""


class _Label(msgspec.Struct, tag_field="topic", tag="label"):
    t: float
    end: float
    kind: str
    note: str = ""
    value: float | None = None


class _Alert(msgspec.Struct, tag_field="topic", tag="alert"):
    t: float
    kind: AlertKind
    level: Level
    phase: Phase
    onset: float
    rule: str
    pack: str
    cause: dict[str, CauseValue]


class _Setup(msgspec.Struct, tag_field="topic", tag="setup"):
    t: float
    rules: str
    rules_name: str
    rules_sha256: str
    cabin: dict[str, Any]
    assumed_speed_kph: float | None = None
    calibration: dict[str, float | str | None] | None = None


@cache
def record_parser(*, landmarks: bool = False) -> ParseRecord:
    """The function that turns one line of JSON into its record.

    Landmarks are two thirds of a line and no rule looks at them: without `landmarks`, they are checked to be JSON, not
    built, and the observation's `landmarks` stay None.

    The returned function raises DriveError exactly as `dms.wire.from_json` does.
    """
    observation = _ObservationWithLandmarks if landmarks else _Observation
    convert = msgspec.convert
    decode = msgspec.json.Decoder(observation | _Vehicle | _Driver | _Label | _Alert | _Setup).decode

    def parse(line: bytes) -> DriveRecord:
        try:
            quick = decode(line)
        except msgspec.MsgspecError:
            return from_json(line)
        if type(quick) is _Observation:
            return _observation(quick)
        record: DriveRecord = convert(quick, _RECORD_TYPES[type(quick)], from_attributes=True)
        return record

    return parse


def _observation(quick: _Observation) -> Observation:
    """What `msgspec.convert` makes of it, in less time: nearly all of a drive is observations."""
    draft = _new(_ObservationDraft)
    draft.t, draft.frame, draft.camera = quick.t, quick.frame, quick.camera
    face, head, eyes, gaze, mouth = quick.face, quick.head, quick.eyes, quick.gaze, quick.mouth
    if face is not None:
        draft.face = part = _new(_FaceDraft)
        part.score, part.box_px = face.score, face.box_px
        part.__class__ = Face
    else:
        draft.face = None
    if head is not None:
        draft.head = part = _new(_HeadDraft)
        part.yaw_deg, part.pitch_deg, part.roll_deg, part.sigma_deg = head.yaw_deg, head.pitch_deg, head.roll_deg, head.sigma_deg
        part.disagreement_deg, part.position_mm = head.disagreement_deg, head.position_mm
        part.__class__ = Head
    else:
        draft.head = None
    if eyes is not None:
        draft.eyes = part = _new(_EyesDraft)
        part.left, part.right = _eye(eyes.left), _eye(eyes.right)
        part.__class__ = Eyes
    else:
        draft.eyes = None
    if gaze is not None:
        draft.gaze = part = _new(_GazeDraft)
        part.yaw_deg, part.pitch_deg, part.sigma_deg = gaze.yaw_deg, gaze.pitch_deg, gaze.sigma_deg
        part.__class__ = Gaze
    else:
        draft.gaze = None
    if mouth is not None:
        draft.mouth = part = _new(_MouthDraft)
        part.openness, part.visible = mouth.openness, mouth.visible
        part.__class__ = Mouth
    else:
        draft.mouth = None
    draft.emotion, draft.landmarks = quick.emotion, None
    draft.phone, draft.smoking, draft.drinking = quick.phone, quick.smoking, quick.drinking
    draft.__class__ = Observation
    observation: Observation = draft
    return observation


def _eye(quick: _Openness | None) -> Eye | None:
    if quick is None:
        return None
    draft = _new(_EyeDraft)
    draft.openness, draft.visible = quick.openness, quick.visible
    draft.__class__ = Eye
    eye: Eye = draft
    return eye


_new: Any = object.__new__
_ObservationDraft, _FaceDraft, _HeadDraft = draft_of(Observation), draft_of(Face), draft_of(Head)
_EyesDraft, _EyeDraft, _GazeDraft, _MouthDraft = draft_of(Eyes), draft_of(Eye), draft_of(Gaze), draft_of(Mouth)


_RECORD_TYPES: dict[type, Any] = {
    _ObservationWithLandmarks: Observation,
    _Vehicle: VehicleState,
    _Driver: DriverInput,
    _Label: Label,
    _Alert: Alert,
    _Setup: Setup,
}
