"""A long drive is recorded in a file per hour: `DRIVE-part01.mcap`, `DRIVE-part02.mcap` …, which are replayed as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from dms.recording.mcap_reader import McapDrive
from dms.types import DriveRecord

_PART = re.compile(r"(?P<drive>.+)-part(?P<number>\d{2,})\.mcap", re.DOTALL)


def parts_from(path: Path) -> list[Path]:
    """`path` and the parts that follow it without a gap."""
    match = _PART.fullmatch(path.name)
    parts = [path]
    while match is not None:
        following = path.with_name(f"{match['drive']}-part{int(match['number']) + len(parts):02d}.mcap")
        if not following.exists():
            break
        parts.append(following)
    return parts


def without_later_parts(paths: Iterable[Path]) -> list[Path]:
    """`paths` without those that another of them continues with."""
    paths = list(paths)
    continued = {part for path in paths for part in parts_from(path)[1:]}
    return [path for path in paths if path not in continued]


class JoinedDrive:
    """The parts of one drive, one after the other."""

    def __init__(self, parts: Iterable[Path], *, landmarks: bool = False) -> None:
        self._drives = [McapDrive(part, landmarks=landmarks) for part in parts]
        self.path = self._drives[0].path

    @property
    def warnings(self) -> list[str]:
        """What was lost, in any part."""
        return [warning for drive in self._drives for warning in drive.warnings]

    @property
    def metadata(self) -> dict[str, str]:
        """That of the first part."""
        return self._drives[0].metadata

    @property
    def share_read(self) -> float:
        """How much has been read, 0 to 1, as if all parts were equally long."""
        return sum(drive.share_read for drive in self._drives) / len(self._drives)

    def __iter__(self) -> Iterator[DriveRecord]:
        for drive in self._drives:
            yield from drive
