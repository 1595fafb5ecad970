"""The cues of each drive, computed once: by a replay the first time, from a file after that.

A file is named after everything that the cues follow from: the drive's bytes, the cabin, the assumed speed, the code of fusion,
and which cues are kept. It can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from dms.config.cabin import Cabin
from dms.decision.pack_loader import Pack
from dms.drives.labels.labels import label_problems, labels_beside
from dms.drives.replaying.availability import Availability
from dms.drives.replaying.replay import replay
from dms.drives.scoring.score import driver_of
from dms.drives.tuning.columns import CueColumns, CueRecorder, event_table, events_from, input_table, inputs_from
from dms.durable import WholeFile
from dms.errors import DriveError
from dms.monitor.monitor import Monitor
from dms.recording.drive import VIDEO_SUFFIXES, open_drive
from dms.recording.parts import parts_from
from dms.recording.video_drive import Perceive
from dms.resources import resource_directory
from dms.types import Alert, DriveRecord, Label
from dms.wire import from_json, to_json

_CUE_CODE = (
    "fusion",
    "types.py",
    "config/cabin.py",
    "drives/monitor.py",
    "drives/tuning/columns.py",
    "drives/tuning/drive_cues.py",
)


@dataclass(frozen=True)
class DriveCues:
    """What rules can be tried on without reading the drive again."""

    path: Path
    columns: CueColumns
    labels: tuple[Label, ...]
    metadata: dict[str, str]
    watched_s: float
    degraded_s: float
    warnings: tuple[str, ...]

    @property
    def driver(self) -> str:
        """Who drove."""
        return driver_of(self.path, self.metadata)

    @property
    def label_problems(self) -> list[str]:
        """What is wrong with the labels, a sentence each."""
        start_s, end_s = float(self.columns.t[0]), float(self.columns.t[-1])
        return [f"{self.path}: {problem}" for problem in label_problems(self.labels, start_s, end_s)]


@dataclass(frozen=True)
class CueSource:
    """Where cues come from, and what they depend on besides the drive; `mounting`, in words, is how `perceive` takes the camera
    of videos to be mounted."""

    names: tuple[str, ...]
    cabin: Cabin
    assumed_speed_kph: float | None
    folder: Path
    perceive: Perceive | None = None
    mounting: str = ""

    def key(self, drive: Path) -> str:
        """The name of the drive's cues: different as soon as anything is that they follow from."""
        digest = hashlib.sha256()
        for path in _files_of(drive):
            digest.update(_sha256_of(path, path.stat().st_mtime_ns).encode())
        setting = [self.names, self.cabin.model_dump_json(), self.assumed_speed_kph, drive.suffix.lower(), code_sha256(_CUE_CODE)]
        digest.update(json.dumps([*setting, self.mounting]).encode())
        return digest.hexdigest()

    def cues_of(self, drive: Path, pack: Pack) -> tuple[DriveCues, tuple[Alert, ...] | None]:
        """The cues of a drive and, if it had to be replayed for them, the alerts that `pack` raised in that replay.

        Raises:
            DriveError: the drive or the labels beside it cannot be read, or the folder cannot be written.
        """
        kept = self.folder / f"{drive.stem}-{self.key(drive)[:16]}.npz"
        found = _read(kept, drive)
        if found is not None:
            return found, None
        cues, alerts = self._replayed(drive, pack)
        _write(kept, cues)
        return _with_labels_beside(cues), alerts

    def _replayed(self, drive: Path, pack: Pack) -> tuple[DriveCues, tuple[Alert, ...]]:
        recorder, availability, labels = CueRecorder(self.names), Availability(), _Labels()
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
    labels = [drive.with_name(drive.stem + suffix) for suffix in (".labels.csv", ".labels.json")]
    files = [*_files_of(drive), *(path for path in labels if path.is_file())]
    return hashlib.sha256("".join(_sha256_of(path, path.stat().st_mtime_ns) for path in files).encode()).hexdigest()


def _files_of(drive: Path) -> Sequence[Path]:
    """The files that a drive is made of: its parts, and for a video its trace and the networks that see it."""
    if drive.suffix.lower() == ".mcap":
        return parts_from(drive)
    if drive.suffix.lower() not in VIDEO_SUFFIXES:
        return [drive]
    trace = drive.with_suffix(".jsonl")
    return [drive, *([trace] if trace.is_file() else []), resource_directory("models") / "manifest.yaml"]


@cache
def _sha256_of(path: Path, changed_ns: int) -> str:
    """The hash of a file that was last changed then."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_sha256(names: tuple[str, ...]) -> str:
    """A hash of modules and packages of `dms`, named by their paths."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for name in names:
        for path in sorted((root / name).rglob("*.py")) if (root / name).is_dir() else [root / name]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _with_labels_beside(cues: DriveCues) -> DriveCues:
    labels = [*cues.labels, *labels_beside(cues.path)]
    ordered = tuple(sorted(labels, key=lambda label: (label.t, label.end, label.kind)))
    return DriveCues(cues.path, cues.columns, ordered, cues.metadata, cues.watched_s, cues.degraded_s, cues.warnings)


def _write(path: Path, cues: DriveCues) -> None:
    columns = cues.columns
    table, values = event_table(columns.events)
    facts = {
        "metadata": cues.metadata,
        "watched_s": cues.watched_s,
        "degraded_s": cues.degraded_s,
        "warnings": cues.warnings,
        "words": columns.words,
        "event_values": values,
        "labels": [to_json(label).decode() for label in cues.labels],
    }
    arrays: dict[str, Any] = {f"cue_{name}": column for name, column in columns.columns.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with WholeFile(path) as whole, whole.path.open("wb") as file:
            np.savez_compressed(
                file,
                t=columns.t,
                events=table,
                inputs=input_table(columns.inputs),
                facts=np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8),
                **arrays,
            )
    except OSError as error:
        raise DriveError(f"{path}: cues cannot be kept: {error.strerror}; choose another folder with --cues") from error


def _read(path: Path, drive: Path) -> DriveCues | None:
    """The cues in a file, if it is there and whole."""
    try:
        with path.open("rb") as stream, np.load(stream) as file:
            arrays: dict[str, Any] = {name: file[name] for name in file.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, BadZipFile):
        return None  # what cannot be read is computed anew
    facts = json.loads(arrays.pop("facts").tobytes())
    t, events, inputs = (arrays.pop(name) for name in ("t", "events", "inputs"))
    columns = CueColumns(
        t=t,
        columns={name.removeprefix("cue_"): column for name, column in arrays.items()},
        words={name: tuple(words) for name, words in facts["words"].items()},
        events=events_from(events, facts["event_values"]),
        inputs=inputs_from(inputs),
    )
    labels = tuple(_labels(facts["labels"]))
    warnings = tuple(facts["warnings"])
    found = DriveCues(drive, columns, labels, facts["metadata"], facts["watched_s"], facts["degraded_s"], warnings)
    return _with_labels_beside(found)


def _labels(lines: Iterable[str]) -> Iterable[Label]:
    return (record for record in map(from_json, lines) if isinstance(record, Label))
