"""The labels of a drive as the studio shows and changes them: read, changed and written under one lock."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dms.drives.labels.labelling import Labelled
from dms.drives.labels.labels import labels_beside, side_file
from dms.studio.label_changes import Change, Conflict, merged, version_of
from dms.studio.seen import Seen

_writing = threading.Lock()
"""Two windows of one studio write one after the other."""


@dataclass(frozen=True, slots=True)
class Written:
    """The labels as they are now, their version, and the changes that could not be made."""

    labelled: Labelled
    version: str
    conflicts: tuple[Conflict, ...] = ()


def labelled_now(path: Path, seen: Seen) -> Labelled:
    """The drive with the labels in it and beside it, as they are now.

    Raises:
        DriveError: those beside it cannot be read; with the line.
    """
    beside = tuple(labels_beside(path))
    return Labelled(path, seen.start_s, seen.end_s, seen.inside, side_file(path), beside, seen.warnings)


def read(path: Path, seen: Seen) -> Written:
    """The labels as they are now.

    Raises:
        DriveError: they cannot be read.
    """
    labelled = labelled_now(path, seen)
    return Written(labelled, version_of(labelled))


def write(path: Path, seen: Seen, changes: Sequence[Change]) -> Written:
    """Change the file beside the drive, which is written only if that changes anything.

    Raises:
        DriveError: it cannot be read or written; then it is as it was.
    """
    with _writing:
        labelled = labelled_now(path, seen)
        made = merged(labelled, changes)
        if made.changed:
            made.labelled.save()
        return Written(made.labelled, version_of(made.labelled), made.conflicts)
