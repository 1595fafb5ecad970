"""Writes the reports of several drives into a folder, with a page that lists them, for `dms report`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from dms.console.report_file import ReportPage
from dms.counted import counted
from dms.drives.report.index_page import IndexedDrive, index_page
from dms.drives.report.report import Report
from dms.errors import DmsError, DriveError, UsageError

INDEX = "index.html"


class ReportFolder:
    """A folder of reports in the making: `pages` are the drives with where their page goes; each ends as `done` or `failed`, and
    then the index can be written.

    Raises:
        UsageError: the name is that of a page.
        DriveError: the folder holds an index already, or cannot be made.
    """

    def __init__(self, folder: Path, drives: Sequence[Path], *, force: bool = False) -> None:
        if folder.suffix.lower() in (".html", ".htm"):
            raise UsageError(f"{folder}: one page, for {counted(len(drives), 'drive')}: give a folder, in which each has its own")
        if folder.exists() and not folder.is_dir():
            raise DriveError(f"{folder}: cannot be written: Not a directory")
        if (folder / INDEX).exists() and not force:
            raise DriveError(f"{folder / INDEX}: exists already; --force overwrites it and the pages it lists")
        self._folder = folder
        self._names = dict(zip(drives, _names(drives), strict=True))
        self._done: list[IndexedDrive] = []
        self._problems: list[str] = []

    def pages(self, make: Callable[[Path, Path], ReportPage]) -> Iterator[tuple[Path, ReportPage]]:
        """Every drive with its page, made by `make` from the drive's and the page's path; its folder is there by then."""
        for drive, name in self._names.items():
            path = self._folder / f"{name}.html"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DriveError(f"{path.parent}: cannot be written: {error.strerror}") from error
            yield drive, make(drive, path)

    def way_back(self, drive: Path) -> str:
        """From the drive's page to the index, as an address."""
        return quote("../" * str(self._names[drive]).count("/") + INDEX)

    def done(self, drive: Path, report: Report) -> None:
        """The page of a drive has been written."""
        name = str(self._names[drive])
        self._done.append(report.indexed(name, f"{name}.html"))

    def failed(self, error: DmsError) -> None:
        """A drive could not be read."""
        self._problems.append(str(error))

    def write(self) -> str:
        """Write the index. Returns a line that says what was written.

        Raises:
            DriveError: it cannot be written.
        """
        path = self._folder / INDEX
        try:
            path.write_text(index_page(self._done, self._problems), encoding="utf-8")
        except OSError as error:
            raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
        unread = f", {len(self._problems)} could not be read" if self._problems else ""
        return f"{path}: {counted(len(self._done), 'drive')}{unread}"


def _names(drives: Sequence[Path]) -> list[PurePosixPath]:
    """The drives' names below the folder that they have in common."""
    whole = [drive.absolute() for drive in drives]
    shared = Path(os.path.commonpath([drive.parent for drive in whole]))
    return [PurePosixPath(drive.relative_to(shared)) for drive in whole]
