"""Files that were moved out of the journal's way: damaged ones, and those of a newer dms when an older one was put back.

All companions of a file move with it, under names that still belong together. The names tell the reason, the moment and a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dms.durable import real_place, sync_folder
from dms.outputs.journal.migrations import MIGRATIONS
from dms.wall_clock import NS_PER_S, utc_ns

COMPANIONS = ("", "-wal", "-shm", "-journal")
_STAMP = "%Y%m%dT%H%M%SZ"
_CORRUPT = "corrupt"
_UNKNOWN_NS = 0


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file that was set aside: `version` is the journal's, None of a damaged one; `moved_ns` in wall-clock time, None if the
    clock was not to be trusted. Of two, the one with the greater `number` went later: the clock may have jumped."""

    path: Path
    version: int | None
    moved_ns: int | None
    number: int

    def remove(self) -> None:
        """Delete it with its companions.

        Raises:
            OSError: it cannot be deleted.
        """
        remove_files(self.path)


def set_aside(path: Path, version: int | None = None) -> Path:
    """Move the file and its companions aside, as damaged or as of this version, and return the new name.

    Raises:
        OSError: the files cannot be renamed.
    """
    reason = _CORRUPT if version is None else f"version-{version}"
    number = max((earlier.number for earlier in all_set_aside(path)), default=0) + 1
    moment = datetime.fromtimestamp((utc_ns() or _UNKNOWN_NS) // NS_PER_S, UTC).strftime(_STAMP)
    moved = path.with_name(f"{path.name}.{reason}-{moment}-{number}")
    for companion in COMPANIONS:
        if (source := Path(f"{path}{companion}")).exists():
            source.rename(f"{moved}{companion}")
    sync_folder(path.parent)
    return moved


def all_set_aside(path: Path) -> list[SetAside]:
    """What was set aside of the journal `path`, in that order; a link may be younger than what lies beside it.

    Raises:
        OSError: the folder cannot be read.
    """
    places = dict.fromkeys((real_place(path), path))
    return sorted((found for place in places for found in _beside(place)), key=lambda each: each.number)


def journals_set_aside(path: Path) -> list[SetAside]:
    """Those of them that are whole journals, of a newer dms than the one that ran then.

    Raises:
        OSError: the folder cannot be read.
    """
    return [each for each in all_set_aside(path) if each.version is not None]


def readable_here(found: SetAside) -> bool:
    """Whether it is a journal of a version that this program knows."""
    return found.version is not None and found.version <= len(MIGRATIONS)


def remove_files(path: Path) -> None:
    """Delete a database and its companions: a log without its file can do no harm, a log beside another file can.

    Raises:
        OSError: a file cannot be deleted.
    """
    for companion in reversed(COMPANIONS):
        Path(f"{path}{companion}").unlink(missing_ok=True)


def _beside(place: Path) -> Iterator[SetAside]:
    name = re.compile(rf"{re.escape(place.name)}\.(?:{_CORRUPT}|version-(?P<version>\d+))-(?P<moment>\w+)-(?P<number>\d+)")
    for other in place.parent.iterdir() if place.parent.is_dir() else ():
        if match := name.fullmatch(other.name):
            version = match["version"]
            yield SetAside(other, int(version) if version else None, _moment_ns(match["moment"]), int(match["number"]))


def _moment_ns(text: str) -> int | None:
    try:
        seconds = int(datetime.strptime(text, _STAMP).replace(tzinfo=UTC).timestamp())
    except ValueError:  # a name that somebody else gave
        return None
    return seconds * NS_PER_S or None
