"""The labels of a drive, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator

from dms.console.answers import LabelAnswer, ListedLabel
from dms.counted import counted
from dms.drives.labels.labelling import Labelled
from dms.types import Label


def label_lines(labelled: Labelled) -> Iterator[str]:
    """The drive's length and a line for each label, with the number that takes it out, then what is wrong with them."""
    where = f"{counted(len(labelled.inside), 'label')} in it, {counted(len(labelled.beside), 'label')} in {labelled.side.name}"
    yield f"{labelled.path}: {clock(labelled.start_s)} to {clock(labelled.end_s)}; {where}"
    for label, number in _all_numbered(labelled):
        remark = f"  {label.note}" if label.note else ""
        shown = "–" if number is None else str(number)
        yield f"  {shown:>4}  {clock(label.t):>11}  to {clock(label.end):>11}  {_named(label):<23}{remark}".rstrip()
    for problem in labelled.problems():
        yield f"  {problem}"


def label_answer(labelled: Labelled) -> LabelAnswer:
    """The same as `dms label --json` answers it."""
    listed = (
        ListedLabel(number, label.t, label.end, label.kind, label.note, label.value) for label, number in _all_numbered(labelled)
    )
    drive, side = str(labelled.path), str(labelled.side)
    return LabelAnswer(drive, labelled.start_s, labelled.end_s, side, tuple(listed), tuple(labelled.problems()))


def numbered(labelled: Labelled) -> list[Label]:
    """The labels beside the drive in the order of their numbers, which begin with 1."""
    return sorted(labelled.beside, key=lambda label: (label.t, label.end, label.kind))


def label_text(label: Label) -> str:
    """`fatigue.microsleep from 1:10.50 to 1:12.00`."""
    return f"{_named(label)} from {clock(label.t)} to {clock(label.end)}"


def clock(t: float) -> str:
    """`12:34.25`, `1:02:03.00`."""
    hundredths = round(abs(t) * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{'-' if t < 0 else ''}{shown}:{rest / 100:05.2f}"


def _all_numbered(labelled: Labelled) -> Iterator[tuple[Label, int | None]]:
    numbers = {id(label): number for number, label in enumerate(numbered(labelled), 1)}
    return ((label, numbers.get(id(label))) for label in labelled.labels)


def _named(label: Label) -> str:
    return label.kind if label.value is None else f"{label.kind} {label.value:g}"
