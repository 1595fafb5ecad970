"""The values that pass between the parts: Frame, Observation, VehicleState, DriverInput, Label, Cues, Alert, Setup.

All are frozen. Times `t` are seconds of monotonic capture time since the start of the drive. Angles are degrees with the
project's signs: yaw > 0 to the driver's left, pitch > 0 up, roll > 0 towards the right shoulder. `None` means unknown, which
is neither "attentive" nor "eyes closed". Left and right are the driver's own. `__pydantic_config__` gives the names under
which a field travels in JSON; `dms.wire` does the converting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class CameraHealth(StrEnum):
    """What the picture itself says about the camera.

    `stale` is the same picture again, or none; `frozen` the same with a sensor's noise on it. `torn` lacks a part, from one side;
    `noisy` is noise with no view in it; `turned` would be upright if it were turned.
    """

    OK = "ok"
    COVERED = "covered"
    DARK = "dark"
    OVEREXPOSED = "overexposed"
    BLURRED = "blurred"
    STALE = "stale"
    NOISY = "noisy"
    TORN = "torn"
    FROZEN = "frozen"
    TURNED = "turned"


BLINDING = frozenset(
    {
        CameraHealth.COVERED,
        CameraHealth.STALE,
        CameraHealth.NOISY,
        CameraHealth.TORN,
        CameraHealth.FROZEN,
        CameraHealth.TURNED,
    }
)
"""States of the camera in which whatever looks like a face is none, an old one, or read the wrong way round."""


class Level(StrEnum):
    """How urgent an alert is, from least to most. Compare by `rank`: as text, the order would be the alphabet's."""

    INFO = "info"
    ADVISORY = "advisory"
    WARNING = "warning"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for `info` up to 4 for `emergency`."""
        return _LEVEL_RANKS[self]


_LEVEL_RANKS = {level: rank for rank, level in enumerate(Level)}


class Phase(StrEnum):
    """What happened to an alert."""

    RAISE = "raise"
    ESCALATE = "escalate"
    SUPPRESS = "suppress"
    ACKNOWLEDGE = "acknowledge"
    CLEAR = "clear"


class AlertKind(StrEnum):
    """Every kind of alert a pack may raise."""

    DISTRACTION_HEAD_AWAY = "distraction.head_away"
    DISTRACTION_LONG = "distraction.long"
    DISTRACTION_CUMULATIVE = "distraction.cumulative"
    DISTRACTION_PHONE = "distraction.phone"
    DISTRACTION_SMOKING = "distraction.smoking"
    FATIGUE_MICROSLEEP = "fatigue.microsleep"
    FATIGUE_SLEEP = "fatigue.sleep"
    FATIGUE_DROWSINESS = "fatigue.drowsiness"
    FATIGUE_YAWNING = "fatigue.yawning"
    DRIVER_UNRESPONSIVE = "driver.unresponsive"
    DRIVER_ABSENT = "driver.absent"
    DRIVER_AVAILABILITY = "driver.availability"
    ASSIST_EYES_ON_REQUEST = "assist.eyes_on_request"
    SYSTEM_DEGRADED = "system.degraded"
    SYSTEM_FAULT = "system.fault"


Phone = Literal["none", "at_ear", "handheld", "mounted"]
TurnSignal = Literal["off", "left", "right", "hazard"]
DriverAction = Literal["acknowledge", "interaction", "pause", "resume", "new_drive", "forget_calibration", "mark"]
Expression = Literal["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"]
EXPRESSIONS: tuple[Expression, ...] = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)


def _wire(**names: str) -> dict[str, Any]:
    """Pydantic configuration for a type whose fields travel under other names, refusing NaN and infinities."""
    alias: Callable[[str], str] = lambda field: names.get(field, field)  # noqa: E731
    return {"alias_generator": alias, "populate_by_name": True, "allow_inf_nan": False, "extra": "ignore"}


def draft_of(frozen: type) -> Any:
    """A twin of a frozen dataclass with the same slots, which may be written to.

    For the few places that fill in thirty objects a second and replay hours of them: a frozen dataclass sets each of its fields
    through a function call. `draft = object.__new__(Draft)`, its fields set, every one of them, becomes the frozen object by
    `draft.__class__ = Frozen`.
    """
    return make_dataclass(f"{frozen.__name__}Draft", [(one.name, Any, field()) for one in fields(frozen)], slots=True, init=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from a source.

    `image` is uint8, (height, width) grey or (height, width, 3) BGR; `t` is when it was captured; `index` counts the frames
    the source delivered, dropped ones included, from 0.
    """

    t: float
    index: int
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Face:
    """Where the driver's face is. `score` in [0, 1]; `box_px` is x, y, width, height in pixels."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire(box_px="box")
    score: float
    box_px: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head points, 0 straight into the camera, and where it is.

    `sigma_deg` is the standard error of the direction; `disagreement_deg` by how much the pose that follows from the landmarks
    differs from it; `position_mm` the middle between the eyes seen from the camera: x right in the picture, y up, z towards the
    camera (hence below 0), None where the camera's field of view is not configured.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire(
        yaw_deg="yaw", pitch_deg="pitch", roll_deg="roll", sigma_deg="sigma", disagreement_deg="disagreement"
    )
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    sigma_deg: float | None = None
    disagreement_deg: float | None = None
    position_mm: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye: `openness` 0 closed to 1 fully open, `visible` the probability in [0, 1] that the eye can be read at all."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire(openness="open")
    openness: float
    visible: float


@dataclass(frozen=True, slots=True)
class Eyes:
    """Both eyes, each None when nothing is known of it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    left: Eye | None
    right: Eye | None


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where both eyes together look, 0 straight into the camera."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire(yaw_deg="yaw", pitch_deg="pitch", sigma_deg="sigma")
    yaw_deg: float
    pitch_deg: float
    sigma_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Mouth:
    """Inner-lip opening over inner mouth width (MAR), and the probability that the mouth can be seen."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire(openness="open")
    openness: float
    visible: float


@dataclass(frozen=True, slots=True)
class Observation:
    """All that perception says of one frame. `landmarks` are 68 points in pixels, Multi-PIE/iBUG order.

    `phone`, `smoking` and `drinking` (or eating) are None in the frames between two looks at the driver's hands, and where a look
    is not sure; they may be known while the face is not found.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    t: float
    frame: int
    camera: CameraHealth = CameraHealth.OK
    face: Face | None = None
    head: Head | None = None
    eyes: Eyes | None = None
    gaze: Gaze | None = None
    mouth: Mouth | None = None
    emotion: Mapping[Expression, float] | None = None
    phone: Phone | None = None
    smoking: bool | None = None
    drinking: bool | None = None
    landmarks: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, slots=True)
class VehicleState:
    """What the vehicle says of itself at `t`; None where it does not say."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    t: float
    speed_kph: float | None = None
    turn_signal: TurnSignal | None = None
    steering_deg: float | None = None
    gear: str | None = None
    assist_active: bool | None = None


@dataclass(frozen=True, slots=True)
class DriverInput:
    """What the driver did: acknowledged an alert, touched a control, paused or resumed monitoring, began a new drive.

    `forget_calibration`: what was learned of the driver in this seat is forgotten and learned anew. A `mark` decides nothing:
    somebody wants the last minute of the recording kept, and `note` says why.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    t: float
    action: DriverAction
    note: str = ""


KSS = "kss"
"""The kind of a label that holds the driver's own rating on the Karolinska Sleepiness Scale instead of asking for an alert."""


@dataclass(frozen=True, slots=True)
class Label:
    """Ground truth in a recorded drive: from `t` to `end` the driver did what an alert of `kind` is for.

    A label of the kind `KSS` asks for no alert: `value`, 1 (extremely alert) to 9 (fighting sleep), is how sleepy the driver
    said they were from `t` to `end`. Other kinds have no `value`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    t: float
    end: float
    kind: str
    note: str = ""
    value: float | None = None


CueEventKind = Literal["blink", "long_blink", "closure", "yawn", "glance", "nod"]


@dataclass(frozen=True, slots=True)
class CueEvent:
    """Something with a beginning and an end that fusion saw end. `value` depends on the kind (a glance: its zone)."""

    kind: CueEventKind
    onset: float
    end: float
    value: str | None = None

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.end - self.onset


@dataclass(frozen=True, slots=True)
class Cues:
    """What the rules are made of, at one moment. Every field but `t` and `events` can be named by a rule.

    Directions are relative to this driver's forward. A cue is None while it is unknown. Booleans already carry hysteresis.
    """

    t: float
    # The vehicle; None when it was not heard of for 2 s.
    speed_kph: float | None = None
    turn_signal: TurnSignal | None = None
    steering_deg: float | None = None
    gear: str | None = None
    assist_active: bool | None = None
    # Camera and face. `face_missing` is None while the camera itself is not all right.
    camera: CameraHealth = CameraHealth.OK
    face_missing: bool | None = None
    face_missing_s: float = 0.0
    # Why the driver cannot be judged in full right now (`camera_covered`, `no_face`, `eyes_unreadable` …), None if all is well.
    degraded: str | None = None
    degraded_s: float = 0.0
    # Head, degrees from forward; `head_away_deg` is the angle between the head's direction and forward.
    head_yaw_deg: float | None = None
    head_pitch_deg: float | None = None
    head_roll_deg: float | None = None
    head_away_deg: float | None = None
    # Gaze, falling back to the head's direction (`gaze_source` says which; `non_nominal` is then true).
    gaze_yaw_deg: float | None = None
    gaze_pitch_deg: float | None = None
    gaze_away_deg: float | None = None
    gaze_source: Literal["eye", "head"] | None = None
    gaze_zone: str | None = None
    gaze_area: str | None = None
    off_road: bool | None = None
    non_nominal: bool = False
    # Glances away from the road: seconds away in the last minute; mean and 85th percentile duration over 5 minutes.
    off_road_minute_s: float | None = None
    glance_mean_s: float | None = None
    glance_p85_s: float | None = None
    # Eyes. `openness` is relative to this driver's open eye.
    openness: float | None = None
    eyes_closed: bool | None = None
    eyes_closed_s: float = 0.0
    perclos_60s: float | None = None
    perclos_180s: float | None = None
    blink_rate_per_min: float | None = None
    # Mean time below half amplitude of the blinks of the last 5 minutes.
    blink_duration_s: float | None = None
    # An estimate on the Karolinska Sleepiness Scale, 1 to 9, and its standard error: published relations, not a measurement.
    kss: float | None = None
    kss_sigma: float | None = None
    # Mouth.
    mouth_openness: float | None = None
    yawning: bool | None = None
    talking: bool | None = None
    # The rest. What the driver holds, kept for a moment between two looks at it; None while nobody looks. Drinking or eating.
    phone: Phone | None = None
    smoking: bool | None = None
    drinking: bool | None = None
    expression: Expression | None = None
    eyes_readable_share_30s: float | None = None
    # How many signs of an available driver were confirmed in the last 30 s: control input, blink, open eyes, head movement.
    availability_30s: int | None = None
    # Progress of learning this driver in [0, 1], whether it is done, and where the values in use come from.
    calibration: float = 0.0
    calibrated: bool = False
    calibration_source: Literal["prior", "provisional", "learned", "restored", "rejected"] = "prior"
    paused: bool = False
    events: tuple[CueEvent, ...] = ()


CauseValue = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Alert:
    """A decision. `onset` is when the condition began, `t` when it was decided; `cause` holds the cue values behind it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    t: float
    kind: AlertKind
    level: Level
    phase: Phase
    onset: float
    rule: str
    pack: str
    cause: Mapping[str, CauseValue]


@dataclass(frozen=True, slots=True)
class Setup:
    """What the decisions rest on from `t` on besides the records that follow; a recorded drive begins with one.

    `rules` is the text of the pack, `rules_name` where it came from, `rules_sha256` that of its bytes; `cabin` the fields of the
    cabin. `assumed_speed_kph` holds while no vehicle tells one. `calibration` is what was already known of the driver when the
    drive began, None if nothing was.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _wire()
    t: float
    rules: str
    rules_name: str
    rules_sha256: str
    cabin: Mapping[str, Any]
    assumed_speed_kph: float | None = None
    calibration: Mapping[str, float | str | None] | None = None


DriveRecord = Observation | VehicleState | DriverInput | Label | Alert | Setup
