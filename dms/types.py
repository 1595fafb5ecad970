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


Share = Annotated[float, msgspec.Meta(ge=-0.5, le=1.5)]
"""A probability, or how far something is open: in [0, 1] but for noise. A drive with a value far outside is refused: it is in
other units, such as percent, or none at all."""
Angle = Annotated[float, msgspec.Meta(ge=-180.0, le=180.0)]
"""In degrees. A drive with a value outside is refused: nobody can say whether it was in other units, or not an angle at all."""


SMALLEST_PX = 16
"""Width and height of the smallest picture that is looked at."""


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

    score: Share
    box_px: tuple[float, float, float, float]


class Head(msgspec.Struct, frozen=True, rename=_without_deg):
    """Where the head points, 0 straight into the camera, and where it is.

    `sigma_deg` is the standard error of the direction; `disagreement_deg` by how much the pose that follows from the landmarks
    differs from it; `position_mm` the middle between the eyes seen from the camera: x right in the picture, y up, z towards the
    camera (hence below 0), None where the camera's field of view is not configured.
    """

    yaw_deg: Angle
    pitch_deg: Angle
    roll_deg: Angle
    sigma_deg: float | None = None
    disagreement_deg: float | None = None
    position_mm: tuple[float, float, float] | None = None


class Eye(msgspec.Struct, frozen=True, rename={"openness": "open"}):
    """One eye: `openness` 0 closed to 1 fully open, `visible` the probability in [0, 1] that the eye can be read at all."""

    openness: Share
    visible: Share


class Eyes(msgspec.Struct, frozen=True):
    """Both eyes, each None when nothing is known of it."""

    left: Eye | None
    right: Eye | None


class Gaze(msgspec.Struct, frozen=True, rename=_without_deg):
    """Where both eyes together look, 0 straight into the camera."""

    yaw_deg: Angle
    pitch_deg: Angle
    sigma_deg: float | None = None


class Mouth(msgspec.Struct, frozen=True, rename={"openness": "open"}):
    """Inner-lip opening over inner mouth width (MAR), and the probability that the mouth can be seen."""

    openness: float
    visible: Share


View = Literal["first", "second"]
"""One of two cameras that watch the same driver. Angles are always those of the first."""


class Views(msgspec.Struct, frozen=True):
    """From which of two cameras an observation was taken, part by part: None where neither shows it.

    `face` goes for the face's box, the head, the expression and the landmarks, `eyes` for eyelids and gaze. `first` and `second`
    are the states of the cameras.
    """

    first: CameraHealth
    second: CameraHealth
    face: View | None = None
    eyes: View | None = None
    mouth: View | None = None


class Observation(msgspec.Struct, frozen=True, tag_field="topic", tag="observation"):
    """All that perception says of one frame. `landmarks` are 68 points in pixels, Multi-PIE/iBUG order.

    `phone`, `smoking` and `drinking` (or eating) are None in the frames between two looks at the driver's hands, and where a look
    is not sure; they may be known while the face is not found. `views` stands only where two cameras watch the driver.
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
    views: Views | msgspec.UnsetType = msgspec.UNSET
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


Learning = Literal["learning", "first_guess", "relearning"]
LEARNING_IN_WORDS: Mapping[Learning | None, str] = {
    None: "",
    "learning": "learning the driver",
    "first_guess": "learning the driver, judged by a first guess",
    "relearning": "learning the driver again",
}
"""What every place that speaks to people says while this lasts."""

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


def _cue(meaning: str, within: tuple[float, float] | None = None) -> msgspec.Meta:
    """What a cue means, for people, and between which values a threshold makes sense where its unit does not say so."""
    return msgspec.Meta(description=meaning, extra={} if within is None else {"within": within})


_SHARE = (0.0, 1.0)


class Cues(msgspec.Struct, frozen=True):
    """What the rules are made of, at one moment. Every field but `t` and `events` is a cue, which a rule can name.

    The ending of a cue's name is its unit. A cue is None while it is unknown. Directions are relative to this driver's forward.
    Booleans already carry hysteresis. `dms rules cues` prints them all, from what is declared here.
    """

    t: float
    speed_kph: Annotated[float | None, _cue("The vehicle's speed. Vehicle signals are unknown if not heard of for 2 s.")] = None
    speed_status: Annotated[
        SpeedStatus | None, _cue("Whether the speed is told now, was told in this drive and is told no more, or never was.")
    ] = None
    turn_signal: Annotated[TurnSignal | None, _cue("The indicator.")] = None
    steering_deg: Annotated[float | None, _cue("The angle of the steering wheel.", (-1200.0, 1200.0))] = None
    gear: Annotated[str | None, _cue("The gear, as the vehicle names it.")] = None
    assist_active: Annotated[bool | None, _cue("Whether an assistance system steers.")] = None
    road_yaw_deg: Annotated[
        float | None, _cue("Where the road goes that is reached within 2 s, from forward, to the left; unknown without steering.")
    ] = None
    indicated_side: Annotated[
        Literal["none", "left", "right"] | None,
        _cue("The side of a manoeuvre that is announced and to come; `none` if the indicator is off, hazard, over or forgotten."),
    ] = None
    camera: Annotated[CameraHealth, _cue("What the picture says about the camera.")] = CameraHealth.OK
    face_missing: Annotated[bool | None, _cue("No face is found; unknown while the camera is not all right.")] = None
    face_missing_s: Annotated[float, _cue("How long no face has been found.")] = 0.0
    degraded: Annotated[
        str | None,
        _cue("Why the driver cannot be fully judged (`camera_covered`, `no_face`, `eyes_unreadable` …); none if all is well."),
    ] = None
    degraded_s: Annotated[float, _cue("How long the driver could not be fully judged.")] = 0.0
    head_yaw_deg: Annotated[float | None, _cue("The head's yaw from forward, to the left.")] = None
    head_pitch_deg: Annotated[float | None, _cue("The head's pitch from forward, up.")] = None
    head_roll_deg: Annotated[float | None, _cue("The head's roll from forward, towards the right shoulder.")] = None
    head_away_deg: Annotated[float | None, _cue("The angle between the head's direction and the road.")] = None
    head_leans: Annotated[
        bool | None,
        _cue("The head is tilted towards the side to which it is turned a little, as it leans on a window or a hand."),
    ] = None
    gaze_yaw_deg: Annotated[float | None, _cue("The gaze's yaw from forward, to the left.")] = None
    gaze_pitch_deg: Annotated[float | None, _cue("The gaze's pitch from forward, up.")] = None
    gaze_away_deg: Annotated[float | None, _cue("The angle between the gaze and the road.")] = None
    gaze_source: Annotated[
        Literal["eye", "head"] | None, _cue("Where the gaze was read: from the eyes, or from the head while they cannot be read.")
    ] = None
    gaze_zone: Annotated[str | None, _cue("What the driver looks at: `road`, or a zone of the cabin.")] = None
    gaze_area: Annotated[str | None, _cue("The area of EU 2023/2590 that the driver looks at.")] = None
    off_road: Annotated[bool | None, _cue("The driver looks at something other than the road.")] = None
    non_nominal: Annotated[bool, _cue("The gaze is read from the head.")] = False
    off_road_minute_s: Annotated[float | None, _cue("Time of driving with the eyes off the road in the last minute.")] = None
    glance_mean_s: Annotated[
        float | None, _cue("Mean duration of the glances away from the road in the last 5 minutes of driving.")
    ] = None
    glance_p85_s: Annotated[float | None, _cue("85th percentile of their durations.")] = None
    openness: Annotated[float | None, _cue("How open the eyes are, as a share of this driver's open eye.", (0.0, 1.5))] = None
    eyes_closed: Annotated[bool | None, _cue("The eyes are at least 80 % closed.")] = None
    eyes_closed_s: Annotated[float, _cue("How long they have been.")] = 0.0
    perclos_60s: Annotated[
        float | None, _cue("PERCLOS over one minute: the share of time with closed eyes, without blinks.", _SHARE)
    ] = None
    perclos_180s: Annotated[float | None, _cue("PERCLOS over three minutes.", _SHARE)] = None
    blink_rate_per_min: Annotated[float | None, _cue("Blinks per minute of readable time, over the last minute.")] = None
    blink_duration_s: Annotated[float | None, _cue("Mean time below half amplitude of the blinks of the last 5 minutes.")] = None
    kss: Annotated[
        float | None,
        _cue("Sleepiness on the Karolinska scale: an estimate from published relations, not a measurement.", (1.0, 9.0)),
    ] = None
    kss_sigma: Annotated[float | None, _cue("The standard error of `kss`.")] = None
    mouth_openness: Annotated[float | None, _cue("Inner-lip opening over mouth width (MAR).", (0.0, 5.0))] = None
    yawning: Annotated[bool | None, _cue("The driver yawns.")] = None
    talking: Annotated[bool | None, _cue("The driver talks.")] = None
    phone: Annotated[Phone | None, _cue("Where a phone is, kept between two looks at the hands; unknown while nobody looks.")] = (
        None
    )
    smoking: Annotated[bool | None, _cue("The driver smokes; kept and unknown like `phone`.")] = None
    drinking: Annotated[bool | None, _cue("The driver drinks or eats; kept and unknown like `phone`.")] = None
    expression: Annotated[Expression | None, _cue("The expression of the face, if one is likely.")] = None
    eyes_readable_share_30s: Annotated[
        float | None, _cue("The share of the last 30 s in which the eyes could be read.", _SHARE)
    ] = None
    availability_30s: Annotated[
        int | None,
        _cue("Signs of an available driver in the last 30 s, of four: control input, blink, open eyes, head movement (UN R157)."),
    ] = None
    calibration: Annotated[float, _cue("How much of this driver's calibration is learned.", _SHARE)] = 0.0
    calibrated: Annotated[bool, _cue("The calibration is complete.")] = False
    calibration_source: Annotated[
        Literal["prior", "provisional", "learned", "restored", "rejected", "relearning"],
        _cue("Where the calibration in use comes from."),
    ] = "prior"
    paused: Annotated[bool, _cue("Monitoring is paused by the driver.")] = False
    events: tuple[CueEvent, ...] = ()

    @property
    def lacking(self) -> str | None:
        """Why the driver cannot be judged in full: what is `degraded`, or nothing known of them yet; None if they can be."""
        learning = self.learning
        return self.degraded if self.degraded is not None or learning == "first_guess" else learning

    @property
    def learning(self) -> Learning | None:
        """How the driver is being learned, None once they are known."""
        if self.calibrated:
            return None
        if self.calibration_source == "relearning":
            return "relearning"
        has_forward = self.calibration_source != "prior" or self.head_away_deg is not None or self.off_road is not None
        return "first_guess" if has_forward else "learning"


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
