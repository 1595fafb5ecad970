"""Replaying a recorded drive: its records through fusion and decision, as fast as the machine allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dms.drives.labels.labels import label_problems, labels_beside
from dms.drives.replaying.clock import ClockCheck
from dms.errors import DriveError
from dms.monitor.monitor import Monitor
from dms.recording.drive import VIDEO_SUFFIXES, Drive
from dms.types import Alert, AlertKind, DriveRecord, Label, Observation


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of replaying a drive. `recorded` are the alerts that the drive itself holds, from when it was recorded.

    `not_observable` are the kinds of alert about which the drive can say nothing: the cues they depend on were never known.
    `learned_s` is when the driver had been learned, None if that never was. `speed_told`: whether the drive ever knew its speed.
    """

    path: Path
    alerts: tuple[Alert, ...]
    labels: tuple[Label, ...]
    recorded: tuple[Alert, ...]
    observations: int
    rejected: int
    start_s: float
    end_s: float
    warnings: tuple[str, ...]
    metadata: Mapping[str, str]
    not_observable: tuple[AlertKind, ...] = ()
    learned_s: float | None = None
    speed_told: bool = True

    @property
    def label_problems(self) -> list[str]:
        """What is wrong with the labels, in a sentence each."""
        return [f"{self.path}: {problem}" for problem in label_problems(self.labels, self.start_s, self.end_s, self.warnings)]

    @property
    def duration_s(self) -> float:
        """Seconds from the first to the last usable observation."""
        return self.end_s - self.start_s


PIECE = 64
"""How many records are fed together: few enough for their objects to stay in the processor's caches."""

Watch = Callable[[DriveRecord, tuple[Alert, ...], Monitor], None]
"""Called with every record after it was fed, the alerts that followed from it, and the monitor."""


def replay(drive: Drive, monitor: Monitor, watches: Sequence[Watch] = (), *, beside: bool = True) -> Replay:
    """Feed the whole drive to the monitor. Returns what came of it, with the labels beside it unless `beside` is false.

    Raises:
        DriveError: the drive or the labels beside it cannot be read, it holds no observation that could be used, or its times are
            not those of one drive in seconds.
    """
    alerts: list[Alert] = []
    labels: list[Label] = []
    recorded: list[Alert] = []
    observations = 0
    clock = ClockCheck(drive)
    start_s: float | None = None
    records = iter(drive)
    # Whoever watches sees every record by itself, and the first usable one says when the drive begins.
    while piece := list(islice(records, 1 if watches or start_s is None else PIECE)):
        try:
            raised = tuple(monitor.feed_all(piece))
        except DriveError as error:
            raise DriveError(f"{drive.path}: {error}") from error
        alerts += raised
        if start_s is None and monitor.cues is not None:
            start_s = monitor.cues.t
        for record in piece:
            if type(record) is Observation:
                observations += 1
                clock.take(record.t)
            elif type(record) is Label:
                labels.append(record)
            elif type(record) is Alert:
                recorded.append(record)
            for watch in watches:
                watch(record, raised, monitor)
    if start_s is None or monitor.cues is None:
        missing = "no observations" if observations == 0 else "no observation with a usable time (seconds since the drive began)"
        lost = f" ({drive.warnings[0]})" if drive.warnings else ""
        raise DriveError(f"{drive.path}: {missing}: nothing to replay{lost}{_video_hint(drive.path)}")
    labels += labels_beside(drive.path) if beside else []
    return Replay(
        path=drive.path,
        alerts=tuple(alerts),
        labels=tuple(sorted(labels, key=lambda label: (label.t, label.end, label.kind))),
        recorded=tuple(recorded),
        observations=observations,
        rejected=monitor.rejected,
        start_s=start_s,
        end_s=monitor.cues.t,
        warnings=tuple(drive.warnings),
        metadata=dict(drive.metadata),
        not_observable=tuple(kind for kind in monitor.engine.not_observable if kind not in {alert.kind for alert in alerts}),
        learned_s=monitor.learned_t,
        speed_told=monitor.cues.speed_status != "never_told",
    )


def _video_hint(path: Path) -> str:
    """Returns a hint for people who took the trace beside a video for a drive."""
    video = next((path.with_suffix(suffix) for suffix in sorted(VIDEO_SUFFIXES) if path.with_suffix(suffix).exists()), None)
    return "" if video is None or video == path else f" (replay {video.name}, which it belongs to)"
