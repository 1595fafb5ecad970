"""Labels to and from annotation tools, for `dms label`: ELAN, ASAM OpenLABEL, Label Studio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from dms.config.problems import suggestion
from dms.console.label_text import label_text
from dms.console.terminal_text import row
from dms.counted import counted
from dms.drives.labels import elan, label_studio, openlabel
from dms.drives.labels.document import Document
from dms.drives.labels.driver_series import driver_series
from dms.drives.labels.labelling import Labelled, without_known
from dms.drives.labels.labels import LABEL_KINDS
from dms.drives.labels.reading import read_document
from dms.drives.labels.whole_file import write_whole
from dms.errors import DriveError, UsageError, one_line
from dms.recording.drive import video_of
from dms.types import Label

_SUFFIXES = (elan.SUFFIX, openlabel.SUFFIX, label_studio.SUFFIX)


def export_labels(labelled: Labelled, path: Path, video: Path | None, fps: float | None, *, force: bool) -> None:
    """Write all labels of a drive as the document that the name of `path` asks for."""
    if not path.name.lower().endswith(_SUFFIXES):
        raise UsageError(f"--export {path}: a name that ends in {', '.join(_SUFFIXES)} is wanted: ELAN, OpenLABEL, Label Studio")
    if path.exists() and not force:
        raise UsageError(f"{path}: exists; --force replaces it")
    problems = labelled.problems()
    if problems:
        raise DriveError("\n".join(f"{labelled.path}: {problem}" for problem in problems))
    shown = video or video_of(labelled.path)
    if shown is not None and not shown.exists():
        raise UsageError(f"--video {shown}: no such file")
    many = counted(len(labelled.labels), "label")
    if path.name.lower().endswith(label_studio.SUFFIX):
        series = driver_series(labelled.path)
        write_whole(path, label_studio.task_text(labelled.labels, series, drive=labelled.path))
        typer.echo(f"{path}: {many}, {counted(len(series['t']), 'moment')} of the driver")
        return
    if path.name.lower().endswith(openlabel.SUFFIX):
        text = openlabel.openlabel_text(
            labelled.labels, drive=labelled.path, video=shown, fps=fps if fps is not None else openlabel.DEFAULT_FPS
        )
    else:
        now = datetime.now().astimezone()
        text = elan.eaf_text(labelled.labels, path, drive=labelled.path, video=shown, now=now)
    write_whole(path, text)
    typer.echo(f"{path}: {many}, {f'with {shown}' if shown else 'without a video'}")
    if shown is None:
        typer.echo(f"dms: {labelled.path}: no video beside it; --video names the one that is to be shown", err=True)


def import_labels(labelled: Labelled, path: Path, names: Mapping[str, str], fps: float | None, *, force: bool) -> Labelled:
    """The drive with the labels of a document in place of those beside it."""
    document = read_document(path, names, fps, labelled.path)
    new, gone = without_known(document.labels, labelled.inside)
    if labelled.beside and without_known(new, labelled.beside) != ([], []) and not force:
        there = counted(len(labelled.beside), "label")
        raise UsageError(f"{labelled.side}: has {there}; --force puts those of {path} in their place")
    try:
        changed = replace(labelled, beside=()).with_beside(new)
    except DriveError as error:
        raise DriveError(f"{path}: not imported:\n{error}") from error
    for warning in _import_warnings(labelled, path, document, gone):
        typer.echo(row(f"dms: {warning}"), err=True)
    return changed


def _import_warnings(labelled: Labelled, path: Path, document: Document, gone: Sequence[Label]) -> Iterator[str]:
    if document.drive is not None and document.drive != labelled.path.name:
        yield f"{path}: was exported for {document.drive}, not for {labelled.path.name}"
    for name, number in document.left_out.items():
        known, shown = suggestion(name, LABEL_KINDS) if "." in name else "", one_line(name)
        yield (
            f"{path}: {document.called} '{shown}' ({counted(number, 'annotation')}) is left out: no kind of label has that name"
            f"{known}; --tier '{shown}=KIND' takes it in"
        )
    for label in gone:
        yield f"{path}: does not have {label_text(label)}, which the drive itself holds and keeps"
