"""Which drives there are, and by what one sees that a drive or its labels have changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.drives.labels.labels import SIDE_SUFFIXES
from dms.errors import DriveError
from dms.file_names import name_problem
from dms.recording.drive import VIDEO_SUFFIXES, drives_below, find_drives
from dms.recording.packed import trace_beside, unpacked_name
from dms.recording.parts import parts_from, without_later_parts

Stamp = tuple[tuple[str, int, int], ...]
"""Of each file its path, its size in bytes and when it was changed, in nanoseconds."""
_ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a drive is. `identity` stands for it in addresses; `name` is its path below what was asked for, fit to be shown.

    `problem`: why it cannot be worked with at all; then nothing else is known of it.
    """

    path: Path
    identity: str
    name: str
    drive: Stamp = ()
    labels: Stamp = ()
    problem: str | None = None


def places_in(asked: Sequence[Path]) -> list[Place]:
    """Every drive in folders and of files that were asked for, sorted by path. One that vanishes meanwhile is left out."""
    paths: dict[Path, Path] = {}
    for path in asked:
        below = path if path.is_dir() else path.parent
        for drive in drives_below(path) if path.is_dir() else [path]:
            paths.setdefault(drive, below)
    drives = without_later_parts(paths)
    several = len(asked) > 1
    return [place for path in drives if (place := _place(path, paths[path], several=several)) is not None]


def check_asked(asked: Sequence[Path]) -> None:
    """Refuse what is no drive and no folder. A folder may be empty yet: drives may come.

    Raises:
        DriveError: which it is, and why.
    """
    for path in asked:
        if not path.is_dir():
            find_drives([path])
        elif not os.access(path, os.R_OK | os.X_OK):
            raise DriveError(f"{path}: Permission denied")


def _place(path: Path, below: Path, *, several: bool) -> Place | None:
    absolute = os.fsencode(path.absolute())
    identity = hashlib.sha256(absolute).hexdigest()[:_ID_LENGTH]
    shown = path.relative_to(below.parent if several else below)
    if problem := name_problem(path):
        return Place(path, identity, os.fsencode(shown).decode(errors="backslashreplace"), problem=problem)
    drive = _stamp(files_of(path))
    return Place(path, identity, str(shown), drive, labels_stamp(path)) if drive else None


def files_of(path: Path) -> list[Path]:
    """All files that a drive is read from: its parts, and what lies beside a video."""
    trace = trace_beside(path) if path.suffix.lower() in VIDEO_SUFFIXES else None
    return [*parts_from(path), *([] if trace is None else [trace])]


def labels_stamp(path: Path) -> Stamp:
    """By what one sees that the labels beside a drive have changed."""
    side = unpacked_name(path).stem
    return _stamp(path.with_name(side + suffix) for suffix in SIDE_SUFFIXES)


def _stamp(files: Iterable[Path]) -> Stamp:
    found = []
    for file in files:
        try:
            status = file.stat()
        except OSError:  # not there, or not any more
            continue
        found.append((str(file), status.st_size, status.st_mtime_ns))
    return tuple(found)
