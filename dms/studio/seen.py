"""What replaying a drive came to, in a form to be kept: all but the labels beside it, which people go on changing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import msgspec
import zstandard

from dms.drives.replaying.attention import RoadWatch
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.batch import Setting
from dms.drives.replaying.excused import ExcusedGlance, ExcusedGlances
from dms.drives.replaying.replay import Replay, replay
from dms.drives.report.data import series_data
from dms.drives.report.series import Series
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.types import Alert, AlertKind, Label

_ROOMS = ("types", "wire", "recording", "config", "fusion", "decision", "monitor", "drives", "studio.seen")
CODE = tuple(f"dms.{room}" for room in _ROOMS)
"""What makes a drive into what is kept of it."""
LARGEST_SERIES_BYTES = 1 << 30
"""Unpacked: three hundred hours of driving."""


class Seen(msgspec.Struct, frozen=True):
    """A drive as replayed under one pack. `inside` are the labels in the drive itself; the times are those of `Availability` and
    `RoadWatch`.
    """

    alerts: tuple[Alert, ...]
    inside: tuple[Label, ...]
    recorded: tuple[Alert, ...]
    observations: int
    rejected: int
    start_s: float
    end_s: float
    warnings: tuple[str, ...]
    metadata: dict[str, str]
    not_observable: tuple[AlertKind, ...]
    learned_s: float | None
    speed_told: bool
    watched_s: float
    degraded_s: float
    lost_s: float
    road_known_s: float
    off_road_s: float
    excused: tuple[ExcusedGlance, ...]

    def replay(self, path: Path, beside: Iterable[Label] = ()) -> Replay:
        """The replay of the drive at `path`, with the labels beside it."""
        return Replay(
            path=path,
            alerts=self.alerts,
            labels=tuple(sorted((*self.inside, *beside), key=lambda label: (label.t, label.end, label.kind))),
            recorded=self.recorded,
            observations=self.observations,
            rejected=self.rejected,
            start_s=self.start_s,
            end_s=self.end_s,
            warnings=self.warnings,
            metadata=self.metadata,
            not_observable=self.not_observable,
            learned_s=self.learned_s,
            speed_told=self.speed_told,
        )

    @property
    def availability(self) -> Availability:
        """For how long the driver was watched, and could be judged."""
        return Availability(self.watched_s, self.degraded_s, self.lost_s)


def see(path: Path, setting: Setting) -> tuple[bytes, bytes]:
    """Replay a drive. Returns what it came to, for `seen_in`, and the JSON of its series, for `series_in`.

    Raises:
        DmsError: the drive cannot be read.
    """
    series, availability, road, excused = Series(), Availability(), RoadWatch(), ExcusedGlances()
    drive = open_drive(path, perceive=setting.perceive)
    monitor = Monitor(setting.pack, setting.cabin, assumed_speed_kph=setting.assumed_speed_kph)
    done = replay(drive, monitor, [series, availability, road, excused], beside=False)
    seen = Seen(
        alerts=done.alerts,
        inside=done.labels,
        recorded=done.recorded,
        observations=done.observations,
        rejected=done.rejected,
        start_s=done.start_s,
        end_s=done.end_s,
        warnings=done.warnings,
        metadata=dict(done.metadata),
        not_observable=done.not_observable,
        learned_s=done.learned_s,
        speed_told=done.speed_told,
        watched_s=availability.watched_s,
        degraded_s=availability.degraded_s,
        lost_s=availability.lost_s,
        road_known_s=road.known_s,
        off_road_s=road.off_road_s,
        excused=tuple(excused.glances),
    )
    text = json.dumps(series_data(done.start_s, done.end_s, series), allow_nan=False, separators=(",", ":"))
    return msgspec.json.encode(seen), zstandard.compress(text.encode())


_decode = msgspec.json.Decoder(Seen).decode


def seen_in(kept: bytes) -> Seen:
    """What `see` made.

    Raises:
        msgspec.MsgspecError: it is something else.
    """
    return _decode(kept)


def series_in(kept: bytes) -> bytes:
    """The JSON of the series that `see` made.

    Raises:
        zstandard.ZstdError: it is something else.
    """
    return zstandard.ZstdDecompressor().decompress(kept, max_output_size=LARGEST_SERIES_BYTES)
