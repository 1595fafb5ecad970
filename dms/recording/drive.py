"""Finding drives on disk and opening each with the reader of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from dms.errors import DriveError
from dms.file_names import name_problem
from dms.recording.jsonl import JsonlDrive
from dms.recording.mcap_reader import McapDrive
from dms.recording.packed import unpacked_name
from dms.recording.parts import JoinedDrive, parts_from, without_later_parts
from dms.recording.video_drive import Perceive, VideoDrive
from dms.types import DriveRecord

_CONTAINERS = frozenset({".avi", ".mp4", ".mkv", ".mov", ".webm", ".m4v", ".ts", ".m2ts", ".mts"})
_RAW_STREAMS = frozenset({".mjpeg", ".mjpg", ".h264", ".264", ".hevc", ".h265", ".265"})
VIDEO_SUFFIXES = _CONTAINERS | _RAW_STREAMS
"""Raw streams are what some recorders write: pictures without a container, and without times."""
DRIVE_SUFFIXES = frozenset({".jsonl", ".mcap"}) | VIDEO_SUFFIXES


class Drive(Protocol):
    """A recorded drive: iterate for its records by time, as often as wanted.

    `warnings` (what was lost) and `metadata` are complete once it has been iterated to the end; `share_read`, 0 to 1, says
    how far an iteration is.
    """

    path: Path

    @property
    def warnings(self) -> list[str]: ...
    @property
    def metadata(self) -> Mapping[str, str]: ...
    @property
    def share_read(self) -> float: ...
    def __iter__(self) -> Iterator[DriveRecord]: ...


def find_drives(paths: Iterable[Path]) -> list[Path]:
    """The drives that `paths` name: files themselves, and every drive anywhere below a folder, sorted.

    In a folder, a `.jsonl` beside a video of the same name is that video's vehicle trace and labels, not a drive, and a
    `.jsonl.gz` beside its `.jsonl` the same drive. The parts of
    a drive that was recorded in several files count as one drive, named by the first.

    Raises:
        DriveError: a path does not exist, is no drive, or is a folder without any.
    """
    drives: list[Path] = []
    for path in paths:
        if problem := name_problem(path):
            raise DriveError(problem)
        if path.is_dir():
            below = drives_below(path)
            if not below:
                raise DriveError(f"{path}: no drives in this folder")
            drives.extend(below)
        elif not path.exists():
            raise DriveError(f"{path}: no such drive")
        elif _suffix(path) in DRIVE_SUFFIXES:
            drives.append(path)
        else:
            raise DriveError(
                f"{path}: not a drive: expected .jsonl, .jsonl.gz, .mcap, "
                f"a video ({', '.join(sorted(VIDEO_SUFFIXES))}) or a folder"
            )
    for problem in filter(None, map(name_problem, drives)):
        raise DriveError(problem)
    return without_later_parts(dict.fromkeys(drives))


def drives_below(folder: Path) -> list[Path]:
    """Every drive anywhere below a folder, sorted; as `find_drives` counts them, those with impossible names included."""
    found = sorted(path for path in folder.rglob("*") if _suffix(path) in DRIVE_SUFFIXES and path.is_file())
    plain = {path for path in found if unpacked_name(path) == path}
    found = [path for path in found if path in plain or unpacked_name(path) not in plain]
    videos = {path.with_suffix("") for path in found if path.suffix.lower() in VIDEO_SUFFIXES}
    return [path for path in found if _suffix(path) != ".jsonl" or unpacked_name(path).with_suffix("") not in videos]


def is_gone(path: Path) -> bool:
    """Whether a drive was deleted or moved away; where its folder is not there either, a disk may have been taken out."""
    return path.parent.is_dir() and not path.exists()


def video_of(drive: Path) -> Path | None:
    """The video that shows a drive: itself, or one of the same name beside it; None if there is none."""
    if drive.suffix.lower() in VIDEO_SUFFIXES:
        return drive
    return next((path for suffix in sorted(VIDEO_SUFFIXES) if (path := unpacked_name(drive).with_suffix(suffix)).exists()), None)


def _suffix(path: Path) -> str:
    return unpacked_name(path).suffix.lower()


def open_drive(path: Path, *, perceive: Perceive | None = None, landmarks: bool = False) -> Drive:
    """The reader for `path`, by its suffix.

    Args:
        path: a `.jsonl`, `.jsonl.gz` or `.mcap` drive, or a video. A first part is read on through the parts that follow it.
        perceive: watches a video; without it, videos are refused.
        landmarks: whether observations carry their landmarks; no rule needs them, and reading is faster without.

    Raises:
        DriveError: the suffix is of no drive. Trouble with the content is raised while iterating.
    """
    if problem := name_problem(path):
        raise DriveError(problem)
    match _suffix(path):
        case ".jsonl":
            return JsonlDrive(path, landmarks=landmarks)
        case ".mcap":
            parts = parts_from(path)
            return JoinedDrive(parts, landmarks=landmarks) if len(parts) > 1 else McapDrive(path, landmarks=landmarks)
        case suffix if suffix in VIDEO_SUFFIXES and perceive is not None:
            return VideoDrive(path, perceive)
    raise DriveError(f"{path}: not a drive that can be read here")
