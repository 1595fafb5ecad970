"""The cues of each drive, computed once: by a replay the first time, from a file after that.

Cues do not depend on the rules, so one file serves every pack. It is named after all that the cues follow from: the drive's
bytes, the code of fusion and of what feeds it, the cabin, the assumed speed. It can be deleted at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dms.config.cabin import Cabin
from dms.decision.cue_catalog import CUES
from dms.decision.pack_loader import Pack
from dms.drives.labels.labels import labels_beside
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.replay import replay
from dms.drives.tuning.columns import CueRecorder, cue_names
from dms.drives.tuning.cue_files import read_cues, write_cues
from dms.drives.tuning.drive_cues import DriveCues
from dms.kept_key import file_sha256, kept_key
from dms.monitor.monitor import Monitor
from dms.recording.drive import VIDEO_SUFFIXES, open_drive
from dms.recording.packed import trace_beside, unpacked_name
from dms.recording.parts import parts_from
from dms.recording.video_drive import Perceive
from dms.resources import resource_directory
from dms.types import Alert, DriveRecord, Label

CODE = (
    "dms.fusion",
    "dms.monitor",
    "dms.recording",
    "dms.types",
    "dms.wire",
    "dms.config.cabin",
    "dms.drives.replaying",
    "dms.drives.tuning.columns",
    "dms.drives.tuning.cue_files",
    "dms.drives.tuning.cue_source",
    "dms.drives.tuning.drive_cues",
)
"""What makes cues of a recorded drive."""

VIDEO_CODE = (*CODE, "dms.perception", "dms.capture", "dms.config.defaults")
"""What makes cues of a video."""


@dataclass(frozen=True)
class CueSource:
    """Where cues come from, and what they depend on besides the drive.

    `recorded_as` says in words how `perceive` takes videos to be recorded.
    """

    cabin: Cabin
    assumed_speed_kph: float | None
    folder: Path
    perceive: Perceive | None = None
    recorded_as: str = ""

    def key(self, drive: Path) -> str:
        """The name of the drive's cues: different as soon as anything is that they follow from."""
        code = VIDEO_CODE if drive.suffix.lower() in VIDEO_SUFFIXES else CODE
        settings = (self.cabin.model_dump_json(), self.assumed_speed_kph, drive.suffix.lower(), self.recorded_as)
        return kept_key(_files_of(drive), code, *settings)

    def cues_of(self, drive: Path, pack: Pack) -> tuple[DriveCues, tuple[Alert, ...] | None]:
        """Those cues of a drive that `pack` looks at and, if it had to be replayed for them, the alerts that `pack` raised.

        Raises:
            DriveError: the drive or the labels beside it cannot be read, or the folder cannot be written.
        """
        path, names = self.folder / f"{drive.stem}-{self.key(drive)[:16]}.npz", cue_names(pack)
        kept = read_cues(path, drive, names)
        if kept is not None:
            return kept.with_labels(labels_beside(drive)), None
        computed, alerts = self._replayed(drive, pack)
        write_cues(path, computed)
        wanted = replace(computed, columns=computed.columns.only(names))
        return wanted.with_labels(labels_beside(drive)), alerts

    def _replayed(self, drive: Path, pack: Pack) -> tuple[DriveCues, tuple[Alert, ...]]:
        recorder, availability, labels = CueRecorder(tuple(CUES)), Availability(), _Labels()
        monitor = Monitor(pack, self.cabin, assumed_speed_kph=self.assumed_speed_kph)
        result = replay(open_drive(drive, perceive=self.perceive), monitor, [recorder, availability, labels])
        cues = DriveCues(
            path=drive,
            columns=recorder.finish(),
            labels=tuple(labels.found),
            metadata=dict(result.metadata),
            watched_s=availability.watched_s,
            degraded_s=availability.degraded_s,
            warnings=result.warnings,
        )
        return cues, result.alerts


class _Labels:
    """A `Watch` for `replay`: the labels that the drive itself holds."""

    def __init__(self) -> None:
        self.found: list[Label] = []

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if isinstance(record, Label):
            self.found.append(record)


def drive_sha256(drive: Path) -> str:
    """A hash of everything that a drive consists of, its labels included."""
    labels = [drive.with_name(unpacked_name(drive).stem + suffix) for suffix in (".labels.csv", ".labels.json")]
    files = [*_files_of(drive), *(path for path in labels if path.is_file())]
    return hashlib.sha256("".join(map(file_sha256, files)).encode()).hexdigest()


def _files_of(drive: Path) -> Sequence[Path]:
    """The files that a drive is made of: its parts, and for a video its trace and the networks that see it."""
    if drive.suffix.lower() == ".mcap":
        return parts_from(drive)
    if drive.suffix.lower() not in VIDEO_SUFFIXES:
        return [drive]
    trace = trace_beside(drive)
    return [drive, *([] if trace is None else [trace]), resource_directory("models") / "manifest.yaml"]
