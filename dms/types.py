"""The values that pass between the parts: Frame, Observation, VehicleState, DriverInput, Label, Cues, Alert, Setup.

All are frozen. Times `t` are seconds of monotonic capture time since the start of the drive. Angles are degrees with the
project's signs: yaw > 0 to the driver's left, pitch > 0 up, roll > 0 towards the right shoulder. `None` means unknown, which
is neither "attentive" nor "eyes closed". Left and right are the driver's own.

Each record is declared here once, for memory and for the wire: `rename` gives the names that its fields have in JSON, `tag` its
topic. `dms.wire` reads and writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

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


Emotion = Annotated[Mapping[Expression, float], msgspec.Meta(extra_json_schema={"propertyNames": {"enum": list(EXPRESSIONS)}})]
"""How much of each expression a face shows, in [0, 1]."""


def _without_deg(name: str) -> str:
    """The name of an angle in JSON, which leaves the unit out: all angles are degrees."""
    return name.removesuffix("_deg")


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from a source.

    `image` is uint8, (height, width) grey or (height, width, 3) BGR; `t` is when it was captured; `index` counts the frames
    the source delivered, dropped ones included, from 0.
    """

    t: float
    index: int
    image: NDArray[np.uint8]


class Face(msgspec.Struct, frozen=True, rename={"box_px": "box"}):
    """Where the driver's face is. `score` in [0, 1]; `box_px` is x, y, width, height in pixels."""

    score: float
    box_px: tuple[float, float, float, float]


class Head(msgspec.Struct, frozen=True, rename=_without_deg):
    """Where the head points, 0 straight into the camera, and where it is.

    `sigma_deg` is the standard error of the direction; `disagreement_deg` by how much the pose that follows from the landmarks
    differs from it; `position_mm` the middle between the eyes seen from the camera: x right in the picture, y up, z towards the
    camera (hence below 0), None where the camera's field of view is not configured.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    sigma_deg: float | None = None
    disagreement_deg: float | None = None
    position_mm: tuple[float, float, float] | None = None


class Eye(msgspec.Struct, frozen=True, rename={"openness": "open"}):
    """One eye: `openness` 0 closed to 1 fully open, `visible` the probability in [0, 1] that the eye can be read at all."""

    openness: float
    visible: float


class Eyes(msgspec.Struct, frozen=True):
    """Both eyes, each None when nothing is known of it."""

    left: Eye | None
    right: Eye | None


class Gaze(msgspec.Struct, frozen=True, rename=_without_deg):
    """Where both eyes together look, 0 straight into the camera."""

    yaw_deg: float
    pitch_deg: float
    sigma_deg: float | None = None


class Mouth(msgspec.Struct, frozen=True, rename={"openness": "open"}):
    """Inner-lip opening over inner mouth width (MAR), and the probability that the mouth can be seen."""

    openness: float
    visible: float


class Observation(msgspec.Struct, frozen=True, tag_field="topic", tag="observation"):
    """All that perception says of one frame. `landmarks` are 68 points in pixels, Multi-PIE/iBUG order.

    `phone`, `smoking` and `drinking` (or eating) are None in the frames between two looks at the driver's hands, and where a look
    is not sure; they may be known while the face is not found.
    """

    t: float
    frame: int
    camera: CameraHealth = CameraHealth.OK
    face: Face | None = None
    head: Head | None = None
    eyes: Eyes | None = None
    gaze: Gaze | None = None
    mouth: Mouth | None = None
    emotion: Emotion | None = None
    phone: Phone | None = None
    smoking: bool | None = None
    drinking: bool | None = None
    landmarks: tuple[tuple[float, float], ...] | None = None


class VehicleState(msgspec.Struct, frozen=True, tag_field="topic", tag="vehicle"):
    """What the vehicle says of itself at `t`; None where it does not say."""

    t: float
    speed_kph: float | None = None
    turn_signal: TurnSignal | None = None
    steering_deg: float | None = None
    gear: str | None = None
    assist_active: bool | None = None


class DriverInput(msgspec.Struct, frozen=True, tag_field="topic", tag="driver"):
    """What the driver did: acknowledged an alert, touched a control, paused or resumed monitoring, began a new drive.

    `forget_calibration`: what was learned of the driver in this seat is forgotten and learned anew. A `mark` decides nothing:
    somebody wants the last minute of the recording kept, and `note` says why.
    """

    t: float
    action: DriverAction
    note: str = ""


KSS = "kss"
"""The kind of a label that holds the driver's own rating on the Karolinska Sleepiness Scale instead of asking for an alert."""


class Label(msgspec.Struct, frozen=True, tag_field="topic", tag="label"):
    """Ground truth in a recorded drive: from `t` to `end` the driver did what an alert of `kind` is for.

    A label of the kind `KSS` asks for no alert: `value`, 1 (extremely alert) to 9 (fighting sleep), is how sleepy the driver
    said they were from `t` to `end`. Other kinds have no `value`.
    """

    t: float
    end: float
    kind: str
    note: str = ""
    value: float | None = None


SpeedStatus = Literal["told", "lost", "never_told"]
CueEventKind = Literal["blink", "long_blink", "closure", "yawn", "glance", "nod"]


class CueEvent(msgspec.Struct, frozen=True):
    """Something with a beginning and an end that fusion saw end. `value` depends on the kind (a glance: its zone)."""

    kind: CueEventKind
    onset: float
    end: float
    value: str | None = None

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.end - self.onset


class Cues(msgspec.Struct, frozen=True):
    """What the rules are made of, at one moment. Every field but `t` and `events` can be named by a rule.

    Directions are relative to this driver's forward. A cue is None while it is unknown. Booleans already carry hysteresis.
    """

    t: float
    # The vehicle; None when it was not heard of for 2 s.
    speed_kph: float | None = None
    # Whether the speed is told now, was told in this drive and is no more, or never was.
    speed_status: SpeedStatus | None = None
    turn_signal: TurnSignal | None = None
    steering_deg: float | None = None
    gear: str | None = None
    assist_active: bool | None = None
    # Where the road goes that is reached within 2 s, degrees from forward, > 0 to the left; None while the steering is unknown.
    road_yaw_deg: float | None = None
    # The side of a manoeuvre that the indicator announces and that is to come; `none` if it is off, hazard, over or forgotten.
    indicated_side: Literal["none", "left", "right"] | None = None
    # Camera and face. `face_missing` is None while the camera itself is not all right.
    camera: CameraHealth = CameraHealth.OK
    face_missing: bool | None = None
    face_missing_s: float = 0.0
    # Why the driver cannot be judged in full right now (`camera_covered`, `no_face`, `eyes_unreadable` …), None if all is well.
    degraded: str | None = None
    degraded_s: float = 0.0
    # Head, degrees from forward; `head_away_deg` is the angle between its direction and the road, which in a bend reaches from
    # forward to `road_yaw_deg` and in reverse lies behind as well. `gaze_away_deg` is the same of the gaze.
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


class Alert(msgspec.Struct, frozen=True, tag_field="topic", tag="alert"):
    """A decision. `onset` is when the condition began, `t` when it was decided; `cause` holds the cue values behind it."""

    t: float
    kind: AlertKind
    level: Level
    phase: Phase
    onset: float
    rule: str
    pack: str
    cause: Mapping[str, CauseValue]


class Setup(msgspec.Struct, frozen=True, tag_field="topic", tag="setup"):
    """What the decisions rest on from `t` on besides the records that follow; a recorded drive begins with one.

    `rules` is the text of the pack, `rules_name` where it came from, `rules_sha256` that of its bytes; `cabin` the fields of the
    cabin. `assumed_speed_kph` holds while no vehicle tells one. `calibration` is what was already known of the driver when the
    drive began, None if nothing was.
    """

    t: float
    rules: str
    rules_name: str
    rules_sha256: str
    cabin: Mapping[str, Any]
    assumed_speed_kph: float | None = None
    calibration: Mapping[str, float | str | None] | None = None


DriveRecord = Observation | VehicleState | DriverInput | Label | Alert | Setup
