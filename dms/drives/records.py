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
    Label,
    Level,
    Observation,
    Phase,
    Phone,
    Setup,
    TurnSignal,
    VehicleState,
)
from dms.wire import from_json

ParseRecord = Callable[[bytes], DriveRecord]


class _Face(msgspec.Struct, rename={"box_px": "box"}):
    score: float
    box_px: tuple[float, float, float, float]


class _Head(msgspec.Struct, rename={"yaw_deg": "yaw", "pitch_deg": "pitch", "roll_deg": "roll", "sigma_deg": "sigma"}):
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    sigma_deg: float | None = None


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
        record: DriveRecord = convert(quick, _RECORD_TYPES[type(quick)], from_attributes=True)
        return record

    return parse


_RECORD_TYPES: dict[type, Any] = {
    _Observation: Observation,
    _ObservationWithLandmarks: Observation,
    _Vehicle: VehicleState,
    _Driver: DriverInput,
    _Label: Label,
    _Alert: Alert,
    _Setup: Setup,
}
