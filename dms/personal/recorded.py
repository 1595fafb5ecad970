"""The recordings in some folders, a drive at a time, with all that is named after them, and what was computed from them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dms.durable import UNFINISHED
from dms.errors import DriveError
from dms.recording.mcap_reader import McapDrive
from dms.wall_clock import NS_PER_S

_DRIVE = re.compile(r"(?P<stamp>\d{8}T\d{6}Z)-part\d{2,}\.")
_KEPT = re.compile(rf".+(\.[0-9a-f]{{16}}\.observations|-[0-9a-f]{{16}}\.npz)(\..+{re.escape(UNFINISHED)})?", re.DOTALL)
_BYTES_PER_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordedDrive:
    """The files of one drive in one folder: its parts, and beside them marks, labels and whatever else bears their names."""

    folder: Path
    stamp: str
    files: tuple[Path, ...]

    @property
    def parts(self) -> tuple[Path, ...]:
        """The recordings themselves."""
        return tuple(path for path in self.files if path.suffix == ".mcap")

    @property
    def span_ns(self) -> tuple[int, int]:
        """When it began, by its name, and when it was last written, in nanoseconds since 1970."""
        began_ns = int(datetime.strptime(self.stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) * NS_PER_S
        return began_ns, max([began_ns, *(path.stat().st_mtime_ns for path in self.parts)])

    def source(self) -> str | None:
        """The camera by which it was seen; None if the recording cannot be read or does not say."""
        for part in self.parts:
            drive = McapDrive(part)
            try:
                next(iter(drive), None)
            except DriveError:
                continue
            if "source" in drive.metadata:
                return drive.metadata["source"]
        return None

    def __str__(self) -> str:
        mib = sum(path.stat().st_size for path in self.files) / _BYTES_PER_MIB
        kept = ", protected" if any(path.suffix == ".keep" for path in self.files) else ""
        return f"{self.folder}/{self.stamp}: {len(self.files)} file{'s' if len(self.files) > 1 else ''}, {mib:.1f} MiB{kept}"


def recorded_drives(folders: Iterable[Path]) -> Iterator[RecordedDrive]:
    """The drives that the recorder wrote, anywhere below these folders, by folder and time.

    Raises:
        OSError: a folder cannot be read.
    """
    for root in folders:
        found: dict[tuple[Path, str], list[Path]] = defaultdict(list)
        for path in _files_below(root):
            if match := _DRIVE.match(path.name):
                found[path.parent, match["stamp"]].append(path)
        for (folder, stamp), files in sorted(found.items()):
            if _is_time(stamp):
                yield RecordedDrive(folder, stamp, tuple(sorted(files)))


def computed_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Observations and cues that were kept because computing them takes long, finished or not: they can be computed again."""
    for root in folders:
        yield from sorted(path for path in _files_below(root) if _KEPT.fullmatch(path.name))


def _files_below(root: Path) -> Iterator[Path]:
    return (path for path in (root.rglob("*") if root.is_dir() else ()) if path.is_file() and not path.is_symlink())


def _is_time(stamp: str) -> bool:
    try:
        datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
