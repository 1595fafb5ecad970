"""Who labelled a drive: the labels in it, the file beside it, and files of others beside it, of whatever tool."""

from __future__ import annotations

from pathlib import Path

from dms.drives.labels import elan, label_studio, openlabel
from dms.drives.labels.labels import SIDE_SUFFIXES, read_labels, side_file
from dms.drives.labels.reading import read_document
from dms.errors import DriveError
from dms.recording.packed import unpacked_name
from dms.types import Label

INSIDE = "inside"
"""What stands for the labels in the drive itself."""
_SUFFIXES = (*SIDE_SUFFIXES, elan.SUFFIX, openlabel.SUFFIX, label_studio.SUFFIX)
_MOST_LISTED = 100


def files_beside(drive: Path) -> list[Path]:
    """The files with labels of the drive `NAME.…`: `NAME.labels.csv`, and `NAME.anna.labels.csv` or `NAME-anna.eaf` of others.

    A file that belongs to another drive, whose name is longer, is none of these.
    """
    stem = unpacked_name(drive).stem
    others = {unpacked_name(each).stem for each in drive.parent.glob("*") if not each.name.lower().endswith(_SUFFIXES)} - {stem}
    found = (each for each in drive.parent.glob("*") if each.is_file() and each.name.lower().endswith(_SUFFIXES))
    ours = (each for each in found if _belongs(each.name, stem) and not any(_is_of(each.name, other) for other in others))
    own = side_file_or_none(drive)
    return sorted(ours, key=lambda path: (path != own, path.name))[:_MOST_LISTED]


def side_file_or_none(drive: Path) -> Path | None:
    """The file beside the drive; None if there is none, or there are two."""
    try:
        path = side_file(drive)
    except DriveError:
        return None
    return path if path.exists() else None


def labels_in(path: Path, drive: Path, fps: float | None = None) -> list[Label]:
    """The labels of a drive that a file holds: of dms, ELAN, OpenLABEL or Label Studio. `fps`: as in `read_openlabel`.

    Raises:
        DriveError: the file cannot be read, or holds something else.
    """
    if path.name.lower().endswith((*SIDE_SUFFIXES, ".csv")):
        return read_labels(path)
    return list(read_document(path, {}, fps, drive).labels)


def _belongs(name: str, stem: str) -> bool:
    return name.startswith(stem) and name[len(stem) : len(stem) + 1] in (".", "-", "_")


def _is_of(name: str, stem: str) -> bool:
    """Whether the name is that of a file of the drive with this stem and of nobody else."""
    return any(name.lower() == f"{stem}{suffix}".lower() for suffix in _SUFFIXES)
