"""The health of the service: the message that it publishes each second, and the part that each component fills in.

All are frozen. A field is None where it is not known, or where the service does not have the component that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from dms.types import CameraHealth

Status = Annotated[
    Literal["starting", "ok", "degraded", "stopping"],
    msgspec.Meta(description="`starting`, `ok`, `degraded` or `stopping`; further fields say why."),
]


class ThreadHealth(msgspec.Struct, frozen=True):
    """A thread of the service: `doing` is what it is at, `busy_s` for how long.

    `lag_s` is how long what comes next has waited for it. `stalled`: one of these is longer than it ever should be. `restarts`
    counts how often it was started anew, `failure` is what ended it the last time.
    """

    state: Literal["ok", "stalled", "ended"]
    doing: str | None = None
    busy_s: float = 0.0
    lag_s: float = 0.0
    restarts: int = 0
    failure: str | None = None


class SourceHealth(msgspec.Struct, frozen=True):
    """The camera: `source` as configured, `state` None before it has delivered anything, `note` what would help it."""

    source: str
    state: CameraHealth | None = None
    note: str | None = None


class SecondCameraHealth(msgspec.Struct, frozen=True):
    """The second camera, like the first, and where it stands from it, seen from the driver's head: `yaw_deg` to the driver's left
    and `pitch_deg` up. Both are None until that is learned; until then only its eyelids, mouth and hands are used.
    """

    source: str
    state: CameraHealth | None = None
    note: str | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the capture of a frame to its publication: median and 99th percentile of the latest frames."""

    p50: float | None = None
    p99: float | None = None


class JournalHealth(msgspec.Struct, frozen=True):
    """The journal: `reason` says why it cannot write now, `quarantined` where a damaged file was moved to, `set_aside` where the
    journals of a newer dms were, which takes them up again.

    `written`, `backlog` and `lost` count records since the start; `sqlite` is the version of the library.
    """

    status: Literal["ok", "degraded"]
    reason: str | None
    path: str
    size_bytes: int
    written: int
    backlog: int
    lost: int
    quarantined: str | None
    sqlite: str
    set_aside: tuple[str, ...] = ()


class MarkHealth(msgspec.Struct, frozen=True):
    """What became of a mark: the `files` that are now protected, and the number of `pictures` kept from before it."""

    t: float
    note: str
    files: tuple[str, ...]
    pictures: int
    problem: str | None


class RecorderHealth(msgspec.Struct, frozen=True):
    """The recorder: `path` of the file in progress, `problem` while nothing can be recorded.

    `dropped` counts records, `pictures` and `pictures_dropped` count pictures, `marks` the marks, `last_mark` the latest one.
    `video` is the configured mode, `keep_mib` the most that all recordings may take.
    """

    path: str | None = None
    dropped: int = 0
    problem: str | None = None
    video: Literal["off", "event", "all"] = "off"
    pictures: int = 0
    pictures_dropped: int = 0
    used_mib: float = 0.0
    protected_mib: float = 0.0
    keep_mib: float | None = None
    marks: int = 0
    last_mark: MarkHealth | None = None


class RulesHealth(msgspec.Struct, frozen=True):
    """The pack in force, and why the last reload was refused."""

    pack: str
    sha256: str
    refused: str | None = None


class CalibrationHealth(msgspec.Struct, frozen=True):
    """How much of this driver is learned, in percent, and from where.

    `kept`: what is learned goes to disk; `problem`: why the latest attempt to read or write it failed.
    """

    percent: int
    source: str
    kept: bool = False
    problem: str | None = None


class InputHealth(msgspec.Struct, frozen=True):
    """The endpoint to which other programs send: messages accepted, messages refused by reason.

    `silent_s` is how long ago the vehicle was last heard, None if never. `connections` are those of other programs at present,
    `connections_refused` counts those that were too many.
    """

    endpoint: str
    accepted: int = 0
    refused: Mapping[str, int] = {}
    silent_s: float | None = None
    connections: int = 0
    connections_refused: int = 0


class SignalHealth(msgspec.Struct, frozen=True):
    """A value that a vehicle source tells: the newest, None if it does not count any more; how long ago; how often a second.

    `sigma` is its standard error, in the unit of the value, where the source knows it.
    """

    value: float | bool | str | None = None
    age_s: float | None = None
    per_s: float = 0.0
    sigma: float | None = None


class VehicleSourceHealth(msgspec.Struct, frozen=True):
    """A source of vehicle data inside the service: `problem` says what keeps it from telling all that it is to tell.

    `accepted` counts messages that told something, `refused` what could not be used, by reason, `reconnects` how often the
    connection was made anew.
    """

    state: Literal["lost", "connected"]
    problem: str | None = None
    signals: Mapping[str, SignalHealth] = {}
    accepted: int = 0
    refused: Mapping[str, int] = {}
    reconnects: int = 0


class BusHealth(msgspec.Struct, frozen=True):
    """Messages published so far by topic; `dropped` counts those that the socket did not take.

    `lag_s` is how long the oldest message has waited for the bus's thread, `subscriptions` the number of different names that are
    subscribed to, `renewed` how often there were so many that all connections had to be made anew. `connections` are those of
    other programs at present, `connections_refused` counts those that were too many.
    """

    state: int = 0
    alert: int = 0
    health: int = 0
    observation: int = 0
    summary: int = 0
    dropped: int = 0
    lag_s: float = 0.0
    subscriptions: int = 0
    renewed: int = 0
    connections: int = 0
    connections_refused: int = 0


class Health(msgspec.Struct, frozen=True, tag_field="topic", tag="health"):
    """The health message. `status` sums it up; `degraded` says why, in words.

    `fps` covers the second since the last message; `frames`, `dropped` (by cause), `faults` (by kind) and
    `rejected_observations` count since the start. `cpu_s` is CPU time since the start, `cpu_percent` the share of one core since
    the last message, `rss_mib` resident memory, `temperature_c` that of the hottest sensor. `threads` says how each of them
    gets on. `second_camera` stands only where one is configured.
    """

    t: float
    status: Status
    degraded: tuple[str, ...] = ()
    camera: SourceHealth | None = None
    fps: float | None = None
    frames: int = 0
    dropped: Mapping[str, int] = {}
    faults: Mapping[str, int] = {}
    latency_ms: Latency = Latency()
    cpu_s: float | None = None
    cpu_percent: float | None = None
    rss_mib: float | None = None
    temperature_c: float | None = None
    journal: JournalHealth | None = None
    uptime_s: float | None = None
    versions: Mapping[str, str] = {}
    models_sha256: str | None = None
    config_sha256: str | None = None
    recorder: RecorderHealth | None = None
    rules: RulesHealth | None = None
    calibration: CalibrationHealth | None = None
    vehicle: InputHealth | None = None
    vehicle_sources: Mapping[str, VehicleSourceHealth] = {}
    bus: BusHealth = BusHealth()
    rejected_observations: int = 0
    threads: Mapping[str, ThreadHealth] = {}
    second_camera: SecondCameraHealth | msgspec.UnsetType = msgspec.UNSET
