"""The service's configuration: every setting with its meaning and its allowed values. `systemd/dms.yaml` is an example."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from dms.config import defaults
from dms.config.driver_region import PictureSide, driver_region
from dms.config.endpoints import socket_file
from dms.config.yaml_loader import load
from dms.errors import UsageError

DEFAULT_PATH = Path("/etc/dms/dms.yaml")

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Section(BaseModel):
    """Strict, frozen, without unknown keys, NaN or infinities: a typo must not silently become a default."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class CameraSettings(_Section):
    """What to ask of a V4L2 camera, and how it is mounted. Recorded sources and streams have their own sizes."""

    width_px: int = Field(
        default=defaults.CAMERA_WIDTH_PX, ge=160, le=3840, description="Width of the picture that the camera is asked for."
    )
    height_px: int = Field(
        default=defaults.CAMERA_HEIGHT_PX, ge=120, le=2160, description="Height of the picture that the camera is asked for."
    )
    fps: float = Field(
        default=defaults.CAMERA_FPS, ge=5.0, le=120.0, description="Pictures per second that the camera is asked for."
    )
    recorded_fps: float | None = Field(
        default=None,
        ge=0.1,
        le=1000.0,
        description="Pictures per second of a recording that does not say it: a folder of pictures, or a stream as an encoder "
        "writes it (.mjpeg, raw .h264 and .hevc); null if not known: then a rate is assumed, and every time rests on it.",
    )
    field_of_view_deg: float | None = Field(
        default=None,
        ge=10.0,
        le=170.0,
        description="Angle that the camera sees across the width of the upright picture, from its data sheet (where `rotate` is "
        "90 or 270, the angle across the height there); the head's position in millimetres rests on it. null if not known: then "
        "no position is published.",
    )
    rotate: defaults.Rotation = Field(
        default=0,
        description="Degrees by which the picture of a camera that is mounted on its side or head is turned clockwise to be "
        "upright. Holds for recordings, too; what dms itself records is upright already.",
    )
    mirror: bool = Field(
        default=False,
        description="Whether left and right are exchanged after that, for a camera that sees the driver in a mirror or mirrors "
        "its picture. A face does not tell: look whether writing in the picture can be read.",
    )
    fourcc: str = Field(
        default=defaults.CAMERA_FOURCC,
        pattern=r"^[A-Za-z0-9 ]{3,4}$",
        description="Pixel format that the camera is asked for: MJPG, with which alone most USB cameras reach 30 fps, GREY, Y10, "
        "Y12 or Y16 of infrared sensors, NV12, YUYV and others (docs/cameras.md).",
    )
    controls: dict[Text, int | bool | str] = Field(
        default={},
        description="Controls of a V4L2 camera, set in this order whenever it is opened: exposure, gain, an infrared lamp. The "
        "names are those of `v4l2-ctl --list-ctrls`, the values numbers, true and false, or entries of menus; `dms doctor` lists "
        "them.",
    )

    @field_validator("controls", mode="before")
    @classmethod
    def _controls_are_plain(cls, controls: Any) -> Any:
        for name, value in controls.items() if isinstance(controls, dict) else ():
            if not isinstance(value, int | str):
                raise ValueError(f"{name}: {value!r}: a whole number, true, false or an entry of a menu is wanted")  # noqa: TRY004
        return controls

    @field_validator("fourcc")
    @classmethod
    def _four_letters(cls, letters: str) -> str:
        return letters.ljust(4)


DriverSide = Annotated[
    PictureSide,
    Field(description="Half of the picture in which the driver sits: nobody in the other half is ever followed."),
]
DriversRegion = Annotated[
    list[float] | None,
    Field(
        description="[x, y, width, height] of the part of the picture in which the driver's face can be, in shares of its width "
        "and height from the upper left corner: nobody outside is ever followed, and small faces in it are found. "
        "It lies on driver_side; null for all of that side.",
    ),
]


def _on_the_drivers_side(shares: list[float] | None, info: ValidationInfo) -> list[float] | None:
    driver_region(info.data.get("driver_side", "any"), shares)
    return shares


class PerceptionSettings(_Section):
    """How the networks are run."""

    engine: defaults.EngineName = Field(
        default=defaults.ENGINE,
        description="Library that runs the networks; both give the same numbers. torch needs the extra dms[torch].",
    )
    precision: defaults.Precision = Field(
        default=defaults.PRECISION,
        description="Numbers the networks are run in by onnx: auto for whichever is faster on this processor (`dms doctor` says "
        "which and why); int8 reads the same within a stated tolerance.",
    )
    threads: int = Field(
        default=defaults.THREADS,
        ge=1,
        le=16,
        description="Threads for the networks; more than one is slower as soon as other programs are busy.",
    )
    models: str | None = Field(
        default=None,
        min_length=1,
        description="Folder with weights and their manifest, as `dms run --models`; null for those that ship with dms.",
    )
    driver_side: DriverSide = "any"
    region: DriversRegion = None
    publish_landmarks: bool = Field(
        default=defaults.PUBLISH_LANDMARKS,
        description="Whether published and recorded observations carry the 68 landmarks, about 1 kB each.",
    )

    _region_is_on_the_drivers_side = field_validator("region")(_on_the_drivers_side)


class SecondCameraSettings(CameraSettings):
    """Another camera that watches the same driver, in step with the first (docs/two_cameras.md). Left out, there is none."""

    source: Text = Field(
        description="Where its pictures come from, as for the first: both are cameras or streams, or both are recordings that "
        "began at the same moment.",
    )
    driver_side: DriverSide = "any"
    region: DriversRegion = None
    yaw_deg: float | None = Field(
        default=None,
        ge=-150.0,
        le=150.0,
        description="Where it stands, seen from the driver's head: degrees from the first camera to the driver's left. null if "
        "not known: it is learned within the first seconds in which both see the head.",
    )
    pitch_deg: float | None = Field(
        default=None, ge=-80.0, le=80.0, description="Degrees by which it stands above the first; null if not known."
    )

    _region_is_on_the_drivers_side = field_validator("region")(_on_the_drivers_side)

    @model_validator(mode="after")
    def _place_is_whole(self) -> SecondCameraSettings:
        if (self.yaw_deg is None) is not (self.pitch_deg is None):
            raise ValueError("yaw_deg and pitch_deg say together where the camera stands: give both or neither")
        return self

    @property
    def place_deg(self) -> tuple[float, float] | None:
        """Yaw and pitch of where it stands, None if not known."""
        return None if self.yaw_deg is None or self.pitch_deg is None else (self.yaw_deg, self.pitch_deg)


def _may_be_bound(endpoint: str, info: ValidationInfo) -> str:
    socket_file(endpoint, keyed=info.data.get("keys") is not None)
    return endpoint


Endpoint = Annotated[Text, AfterValidator(_may_be_bound)]


class _Bound(_Section):
    """A part of the service to which other programs connect."""

    keys: Text | None = Field(
        default=None,
        description="Folder with the keys of `dms keys make`: over TCP only clients allowed there may connect, encrypted. "
        "null: TCP on 127.0.0.1 alone. An ipc:// socket has the permissions of a file instead.",
    )  # before the endpoint, which is judged by it


class BusSettings(_Bound):
    """Where programs subscribe."""

    endpoint: Endpoint | None = Field(
        default=None, description="ZeroMQ address that the service binds; null for ipc:// in the runtime directory."
    )


class JournalSettings(_Section):
    """The record of drives and alerts."""

    path: Text | None = Field(default=None, description="SQLite file; null for journal.db in the state directory.")
    keep_days: float = Field(
        default=defaults.JOURNAL_KEEP_DAYS,
        gt=0.0,
        le=3650.0,
        description="Alerts and drives older than this many days are deleted.",
    )
    keep_mib: float = Field(
        default=defaults.JOURNAL_KEEP_MIB,
        ge=1.0,
        le=100_000.0,
        description="When the file grows beyond this many MiB, the oldest drives are deleted.",
    )


class CalibrationSettings(_Section):
    """What was learned of the driver: the forward direction and the open eye. With recordings, learning starts afresh."""

    keep: bool = Field(default=True, description="Whether it is kept, for each camera and cabin, until the next start.")
    path: Text | None = Field(default=None, description="File it is kept in; null for calibration.json in the state directory.")


class RecordSettings(_Section):
    """Recorded drives."""

    folder: Text | None = Field(default=None, description="Folder for recorded drives; null to record nothing.")
    keep_mib: float | None = Field(
        default=None,
        ge=64.0,
        le=100_000_000.0,
        description="MiB that all recordings together may take; the oldest that are not protected are deleted. "
        "null for no limit: nothing is deleted.",
    )
    keep_days: float | None = Field(
        default=None,
        gt=0.0,
        le=3650.0,
        description="Unprotected recordings older than this many days are deleted; null to keep them.",
    )
    free_mib: float = Field(
        default=defaults.RECORD_FREE_MIB,
        ge=16.0,
        le=1_000_000.0,
        description="Recording stops while the disk has fewer MiB left than this.",
    )
    video: defaults.VideoMode = Field(
        default=defaults.VIDEO_MODE,
        description="Pictures of the driver: none, those around alerts and marks, or all. They are personal data.",
    )
    video_before_s: float = Field(
        default=defaults.VIDEO_BEFORE_S, ge=0.0, le=300.0, description="Seconds of pictures before an alert (`event`)."
    )
    video_after_s: float = Field(
        default=defaults.VIDEO_AFTER_S, ge=0.0, le=300.0, description="Seconds of pictures after an alert (`event`)."
    )
    video_width_px: int = Field(
        default=defaults.VIDEO_WIDTH_PX,
        ge=64,
        le=3840,
        description="Wider pictures are reduced to this width; the height follows.",
    )
    video_quality: int = Field(default=defaults.VIDEO_QUALITY, ge=10, le=100, description="Quality of the JPEGs, which are grey.")
    video_fps: float | None = Field(
        default=None, ge=0.1, le=120.0, description="Pictures a second at most; null for every picture that is watched."
    )
    video_memory_mib: float = Field(
        default=defaults.VIDEO_MEMORY_MIB,
        ge=1.0,
        le=4096.0,
        description="Memory for the last pictures, kept in case something happens (`event`).",
    )

    @model_validator(mode="before")
    @classmethod
    def _folder_alone(cls, value: Any) -> Any:
        """`record: /data/drives` is short for the folder alone, `record: null` for none."""
        return {"folder": value} if value is None or isinstance(value, str) else value

    @model_validator(mode="after")
    def _video_has_a_folder(self) -> RecordSettings:
        if self.video != "off" and self.folder is None:
            raise ValueError(f"video: {self.video} needs a folder to record into: `folder` here, or --record")
        return self


NO_VEHICLE_INPUT = "no vehicle input is configured: without a speed distraction is told later and only softly"
NO_VEHICLE_ADVICE = (
    "set `vehicle: {source: can, …}` (docs/vehicle_data.md), or `vehicle: {endpoint: …}` and tell the speed there, "
    "or `vehicle: {assume_speed_kph: 60}` if the camera runs only while driving"
)
SOURCE_OF_VEHICLE_KEYS = frozenset({"keys", "endpoint", "assume_speed_kph", "assumed_speed_kph", "source", "sources"})
"""The keys of `vehicle:` that are its own. With `source: NAME`, all others are those of the source."""


class VehicleSettings(_Bound):
    """Where the speed and the other values of the vehicle come from."""

    endpoint: Endpoint | None = Field(
        default=None,
        description="ZeroMQ address that the service binds to receive `vehicle` and `driver` objects as JSON; "
        "null for `vehicle` beside the file `bus`.",
    )
    assume_speed_kph: float | None = Field(
        default=None,
        ge=0.0,
        le=400.0,
        validation_alias=AliasChoices("assume_speed_kph", "assumed_speed_kph"),
        description="Speed that holds while no vehicle tells one, for a camera that runs only while driving, or a bench; null: "
        "unknown, and distraction is told later and only softly until a speed is told.",
    )
    sources: dict[str, dict[str, Any] | None] = Field(
        default={},
        description="Sources of vehicle data inside the service, each under its name with its own settings: `can`, `gpsd`, "
        "`kuksa` and those of other packages (docs/vehicle_data.md). A field is taken from the first of them that tells it. "
        "`source: can` with its settings beside it is short for one of them.",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_source_alone(cls, value: Any) -> Any:
        """`source: can` with the source's keys beside it is short for `sources: {can: {…}}`."""
        if not isinstance(value, dict) or "source" not in value:
            return value
        name = value["source"]
        if not isinstance(name, str) or not name:
            raise ValueError("source: the name of a source is wanted, such as can")
        if "sources" in value:
            raise ValueError("source and sources: one of them is enough")
        own = {key: each for key, each in value.items() if key in SOURCE_OF_VEHICLE_KEYS - {"source"}}
        return {**own, "sources": {name: {key: each for key, each in value.items() if key not in SOURCE_OF_VEHICLE_KEYS}}}

    @property
    def is_silent(self) -> bool:
        """Whether nobody means to tell the speed."""
        return self.endpoint is None and self.assume_speed_kph is None and not self.sources


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SealSettings(_Section):
    """What rules and cabin must contain: with a seal, a file that was altered is refused. `dms rules seal` prints these lines."""

    rules: Sha256 | None = Field(
        default=None,
        description="SHA-256 of the rule pack's file. Another content is refused at the start (exit code 78) and on reload (the "
        "old pack stays in force); null accepts every valid pack.",
    )
    cabin: Sha256 | None = Field(default=None, description="SHA-256 of the cabin's file; null accepts every valid cabin.")


class Settings(_Section):
    """The whole configuration of `dms run`."""

    source: Text | None = Field(
        default=None,
        description="Where pictures come from: a device such as /dev/dms-cam, a URL, a GStreamer pipeline (`gst: …`), a video "
        "file or a folder of pictures.",
    )
    rules: Text = Field(default=defaults.RULES, description="Rule pack: a name under rules/ or a path.")
    cabin: Text = Field(
        default=defaults.CABIN,
        description="Cabin geometry (where road, mirrors and displays are): a name under rules/cabin/ or a path.",
    )
    seals: SealSettings = SealSettings()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least important messages that are logged."
    )
    camera: CameraSettings = CameraSettings()
    second_camera: SecondCameraSettings | None = Field(
        default=None, description="Another camera that watches the same driver in step with the first; null for none."
    )
    perception: PerceptionSettings = PerceptionSettings()
    bus: BusSettings = BusSettings()
    journal: JournalSettings = JournalSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    record: RecordSettings = RecordSettings()
    vehicle: VehicleSettings = VehicleSettings()
    outputs: dict[str, dict[str, Any] | None] = Field(
        default={},
        description="Where else alerts go (docs/integrations.md), and outputs of other packages, each under its name with its "
        "own settings; `dms doctor` lists those installed.",
    )

    @field_validator("second_camera")
    @classmethod
    def _is_another_camera(cls, second: SecondCameraSettings | None, info: ValidationInfo) -> SecondCameraSettings | None:
        if second is not None and second.source == info.data.get("source"):
            raise ValueError(f"source: {second.source} is the first camera: another one is wanted")
        return second


def keys_folder(section: BusSettings | VehicleSettings) -> Path | None:
    """The folder with the keys of an endpoint, None without keys."""
    return None if section.keys is None else Path(section.keys)


def load_settings(path: Path | None) -> Settings:
    """Returns the settings in `path`; without a path, those in `/etc/dms/dms.yaml`, or the defaults if there is no such file.

    Raises:
        ConfigurationError: the file cannot be read or is wrong; every problem is named with its line.
    """
    if path is None and not DEFAULT_PATH.exists():
        return Settings()
    return load(Settings, path or DEFAULT_PATH)


def with_changes(settings: Settings, changes: Mapping[str, str | float]) -> Settings:
    """Returns the settings with some values replaced, each named as `section.key` or `key`.

    Raises:
        UsageError: a value is not allowed.
    """
    data = settings.model_dump()
    for name, value in changes.items():
        section, _, key = name.rpartition(".")
        part = data
        if section:
            part = data[section] = data[section] or {}
        part[key] = value
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg'].removeprefix('Value error, ')}" for problem in error.errors()
        )
        raise UsageError("\n".join(problems)) from error
