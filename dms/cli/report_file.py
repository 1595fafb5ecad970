"""Writing a report: what `dms report` and `dms replay --report` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dms.cli.drive_pictures import pictures_at
from dms.drives.report.report import Report
from dms.errors import DriveError, UsageError

_SUFFIXES = (".html", ".htm")


def check_target(path: Path, *, force: bool) -> None:
    """Before the work begins: can a report be written there?

    Raises:
        UsageError: the name is not that of a page; a slip must not overwrite a drive or a pack.
        DriveError: something is there already, or the folder does not exist.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{path}: a report is a page: give it a name that ends in .html")
    if path.is_dir():
        raise DriveError(f"{path}: cannot be written: Is a directory")
    if path.exists() and not force:
        raise DriveError(f"{path}: exists already; --force overwrites it")
    if not path.parent.is_dir():
        raise DriveError(f"{path}: cannot be written: there is no folder {path.parent}")


def write_report(path: Path, report: Report, *, pictures: bool) -> str:
    """Write the page, and say in a line what was written.

    Raises:
        DriveError: the file cannot be written, or pictures of the drive cannot be read.
    """
    taken = pictures_at(report.replay.path, report.moments) if pictures else ()
    page = report.page(taken).encode()
    try:
        path.write_bytes(page)
    except OSError as error:
        raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
    return f"{path}: {len(page) / 1e6:.1f} MB{_pictures_text(taken)}"


def _pictures_text(taken: Sequence[object]) -> str:
    return f", {len(taken)} pictures of the driver" if taken else ""
