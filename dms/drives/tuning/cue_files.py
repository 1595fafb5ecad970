"""Cues in a file: NumPy's `.npz`, an array for each cue, of which only those are read that are wanted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from dms.bounded import open_file
from dms.drives.tuning.columns import CueColumns, event_table, events_from, input_table, inputs_from
from dms.drives.tuning.drive_cues import DriveCues
from dms.durable import WholeFile
from dms.errors import DriveError
from dms.recording.drive import is_gone
from dms.types import Label
from dms.wire import from_json, to_json

_PREFIX = "cue_"
_DAMAGED = (ValueError, EOFError, KeyError, BadZipFile)
MOST_BYTES = 4 << 30
"""Of cues in a folder: some seven hundred hours."""


def write_cues(path: Path, kept: DriveCues) -> None:
    """Write a file that is whole once it is there. Its labels are those in the drive itself; those beside it may change.

    Raises:
        DriveError: the file cannot be written.
    """
    columns = kept.columns
    table, values = event_table(columns.events)
    facts = {
        "drive": str(kept.path.absolute()),
        "metadata": kept.metadata,
        "watched_s": kept.watched_s,
        "degraded_s": kept.degraded_s,
        "warnings": kept.warnings,
        "words": columns.words,
        "event_values": values,
        "labels": [to_json(label).decode() for label in kept.labels],
    }
    arrays: dict[str, Any] = {f"{_PREFIX}{name}": column for name, column in columns.columns.items()}
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


def read_cues(path: Path, drive: Path, names: Sequence[str]) -> DriveCues | None:
    """The cues of these names that a file holds of a drive, with the labels in the drive itself.

    Returns None if there is no such file or it is damaged, so that they are computed anew.
    """
    try:
        with open_file(path) as stream, np.load(stream) as file:
            facts = _facts(file)
            columns = CueColumns(
                t=file["t"],
                columns={name: file[f"{_PREFIX}{name}"] for name in names},
                words={name: tuple(words) for name, words in facts["words"].items() if name in names},
                events=events_from(file["events"], facts["event_values"]),
                inputs=inputs_from(file["inputs"]),
            )
        with suppress(OSError):  # a folder that is only read from
            os.utime(path)
    except (OSError, *_DAMAGED):
        return None
    return DriveCues(
        path=drive,
        columns=columns,
        labels=tuple(_labels(facts["labels"])),
        metadata=facts["metadata"],
        watched_s=facts["watched_s"],
        degraded_s=facts["degraded_s"],
        warnings=tuple(facts["warnings"]),
    )


def tidy_cues(folder: Path, most_bytes: int = MOST_BYTES) -> list[Path]:
    """Delete the cues of drives that are gone, and those that were not used for longest until the others take few enough bytes.

    Returns what was deleted. What another program deletes meanwhile, or does not let go, is left to it.
    """
    gone: list[Path] = []
    left: list[tuple[float, int, Path]] = []
    for path in folder.glob("*.npz") if folder.is_dir() else ():
        with suppress(OSError):
            status = path.stat()
            if is_gone(drive) if (drive := _drive_of(path)) is not None else True:
                path.unlink()
                gone.append(path)
            else:
                left.append((status.st_mtime, status.st_size, path))
    total = 0
    for _, size, path in sorted(left, reverse=True):
        total += size
        if total > most_bytes:
            with suppress(OSError):
                path.unlink()
                gone.append(path)
    return gone


def _drive_of(path: Path) -> Path | None:
    """The drive that a file holds the cues of; None if it is damaged, or of a version that did not say and reads others now."""
    try:
        with open_file(path) as stream, np.load(stream) as file:
            return Path(_facts(file)["drive"])
    except _DAMAGED:
        return None


def _facts(file: Any) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(file["facts"].tobytes())
    return facts


def _labels(lines: Iterable[str]) -> Iterable[Label]:
    return (record for record in map(from_json, lines) if isinstance(record, Label))
