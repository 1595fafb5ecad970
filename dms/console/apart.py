"""What a command writes is none of the files that it reads, nor one that is read with them: a slip would cost the drive."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from dms.drives.labels.labels import SIDE_SUFFIXES
from dms.errors import UsageError
from dms.recording.drive import VIDEO_SUFFIXES
from dms.recording.packed import trace_beside, unpacked_name
from dms.recording.parts import parts_from


def check_apart(option: str, output: Path | None, drives: Iterable[Path]) -> None:
    """Say so if `output` is one of the drives, a part of one, its labels, or a video's trace of the vehicle.

    Raises:
        UsageError: it is; `option` begins the message.
    """
    if output is None or not os.path.exists(output):
        return
    for drive in drives:
        for path in _read_with(drive):
            if os.path.exists(path) and os.path.samefile(path, output):
                what = "the drive itself" if path == drive else f"read with {drive}"
                raise UsageError(f"{option} {output}: is {what}, which would be lost: give it another name")


def check_parts(output: Path, drives: Iterable[Path]) -> None:
    """Say so if a new drive would take the place of one of several parts: the others would be read with it.

    Raises:
        UsageError: it would.
    """
    for drive in drives:
        parts = parts_from(drive)
        if len(parts) > 1 and os.path.exists(output) and any(os.path.samefile(part, output) for part in parts):
            raise UsageError(f"--output {output}: is one of the {len(parts)} parts of {drive}: give it another name")


def check_nothing_follows(following: Path) -> None:
    """Say so if there is a file of the name that comes after the last new part: it would be read with them, as one drive.

    Raises:
        UsageError: there is one.
    """
    if os.path.exists(following):
        raise UsageError(
            f"{following}: is there from before, and would be taken for the next of these: remove it or give another name"
        )


def _read_with(drive: Path) -> Iterator[Path]:
    if not drive.name:
        return
    yield from parts_from(drive)
    yield from (drive.with_name(unpacked_name(drive).stem + suffix) for suffix in SIDE_SUFFIXES)
    trace = trace_beside(drive) if drive.suffix.lower() in VIDEO_SUFFIXES else None
    if trace is not None:
        yield trace
