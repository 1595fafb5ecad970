"""Labelling a drive: how long it lasts, what is labelled in it and beside it, and changing what is beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from dms.drives.labels.elan import milliseconds
from dms.drives.labels.labels import label_problems, labels_beside, side_file, write_labels
from dms.errors import DriveError
from dms.recording.drive import open_drive
from dms.recording.video_drive import Perceive
from dms.types import Label, Observation

_LATER_PART = re.compile(r"(?P<drive>.+)-part(?!01\.)\d{2,}\.mcap", re.DOTALL)


MOST_PROBLEMS = 20
"""Labels of another drive, most likely, if there are more: nobody needs all of them."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A drive from `start_s` to `end_s`, with the labels that it holds itself and those in `side`, the file beside it.

    `warnings` say what could not be read of the drive.
    """

    path: Path
    start_s: float
    end_s: float
    inside: tuple[Label, ...]
    side: Path
    beside: tuple[Label, ...]
    warnings: tuple[str, ...] = ()

    @property
    def labels(self) -> list[Label]:
        """All of them, by time."""
        return sorted((*self.inside, *self.beside), key=lambda label: (label.t, label.end, label.kind))

    def problems(self) -> list[str]:
        """What is wrong with them, a sentence each."""
        return label_problems(self.labels, self.start_s, self.end_s, self.warnings)

    def with_beside(self, labels: Iterable[Label]) -> Labelled:
        """The same drive with other labels beside it.

        Raises:
            DriveError: something would be wrong that is not wrong now; the message says what, a line each.
        """
        changed = replace(self, beside=tuple(labels))
        before = set(self.problems())
        added = [problem for problem in changed.problems() if problem not in before]
        if added:
            shown = [f"{self.path}: {problem}" for problem in added[:MOST_PROBLEMS]]
            if len(added) > MOST_PROBLEMS:
                shown.append(f"{self.path}: {len(added) - MOST_PROBLEMS} more labels cannot be right")
            raise DriveError("\n".join(shown))
        return changed

    def save(self) -> None:
        """Write what is beside the drive.

        Raises:
            DriveError: it cannot be written.
        """
        write_labels(self.side, self.beside)


def read_labelled(path: Path, *, perceive: Perceive | None = None) -> Labelled:
    """Read a drive for its length and its labels; of a video, `perceive` has to say only when it begins and ends.

    Raises:
        DriveError: the drive or its labels cannot be read, nothing in it has a time, or it is a later part of another drive.
    """
    later = _LATER_PART.fullmatch(path.name)
    first = path.with_name(f"{later['drive']}-part01.mcap") if later is not None else path
    if first != path and first.exists():
        raise DriveError(f"{path}: a part of the drive that begins with {first.name}: its labels belong beside that")
    beside, inside = labels_beside(path), []
    start_s = end_s = None
    drive = open_drive(path, perceive=perceive)
    for record in drive:
        if isinstance(record, Label):
            inside.append(record)
        elif isinstance(record, Observation):
            start_s = record.t if start_s is None else min(start_s, record.t)
            end_s = record.t if end_s is None else max(end_s, record.t)
    if start_s is None or end_s is None:
        raise DriveError(f"{path}: no observations: nothing to label")
    return Labelled(path, start_s, end_s, tuple(inside), side_file(path), tuple(beside), tuple(drive.warnings))


def without_known(labels: Iterable[Label], known: Iterable[Label]) -> tuple[list[Label], list[Label]]:
    """The labels that are not known already, and the known ones that are not among them; compared to the millisecond."""
    by_sight = {_seen(label): label for label in labels}
    known_by_sight = {_seen(label): label for label in known}
    new = [label for sight, label in by_sight.items() if sight not in known_by_sight]
    gone = [label for sight, label in known_by_sight.items() if sight not in by_sight]
    return new, gone


def _seen(label: Label) -> tuple[int, int, str, str, float | None]:
    return (*milliseconds(label), label.kind, label.note, label.value)
