"""Writes reports, for `dms report` and `dms replay --report`."""

from __future__ import annotations

from pathlib import Path

from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.decision.pack_loader import Pack
from dms.drives.replaying.batch import Outcome
from dms.drives.report.origin import Origin
from dms.drives.report.report import Report, ReportWatches
from dms.errors import DriveError, UsageError
from dms.videos.pictures import pictures_at

_SUFFIXES = (".html", ".htm")


class ReportPage:
    """A page in the making: pass `watches.all` to the replay, then `write` what is `made_of` it. `index` is the address of a page
    that lists it.

    Raises:
        UsageError: the name is not that of a page, so that a slip cannot overwrite a drive or a pack.
        DriveError: the file exists already, or its folder does not.
    """

    def __init__(
        self,
        path: Path,
        origin: Origin,
        *,
        compare: Pack | None = None,
        pictures: bool = True,
        force: bool = False,
        recorded_as: RecordedAs = AS_IT_SAYS,
        index: str | None = None,
    ) -> None:
        if path.suffix.lower() not in _SUFFIXES:
            raise UsageError(f"{path}: a report is a page: give it a name that ends in .html")
        if path.is_dir():
            raise DriveError(f"{path}: cannot be written: Is a directory")
        if path.exists() and not force:
            raise DriveError(f"{path}: exists already; --force overwrites it")
        if not path.parent.is_dir():
            raise DriveError(f"{path}: cannot be written: there is no folder {path.parent}")
        self.watches = ReportWatches(compare)
        self._path = path
        self._origin = origin
        self._pictures = pictures
        self._recorded_as = recorded_as
        self._index = index

    def made_of(self, outcome: Outcome) -> Report:
        """The report of what was replayed."""
        assert outcome.replay is not None
        assert outcome.pack is not None
        return Report(outcome.replay, outcome.pack, self.watches, self._origin)

    def write(self, report: Report) -> str:
        """Write the page. Returns a line that says what was written.

        Raises:
            DriveError: the file cannot be written, or pictures of the drive cannot be read.
        """
        drive = report.replay.path
        pictures = pictures_at(drive, report.moments, self._recorded_as) if self._pictures else ()
        page = report.page(pictures, self._index).encode()
        try:
            self._path.write_bytes(page)
        except OSError as error:
            raise DriveError(f"{self._path}: cannot be written: {error.strerror}") from error
        shown = f", with {len(pictures)} pictures of the driver" if pictures else ""
        return f"{self._path}: {len(page) / 1e6:.1f} MB{shown}"
