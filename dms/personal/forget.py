"""Erasing what is kept about a person from every place. While the service runs, nothing is touched: it would write on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dms.counted import counted
from dms.durable import UNFINISHED, sync_folder
from dms.errors import DmsError, reason
from dms.outputs.journal.erasure import erase_drives, remove_damaged, remove_journal
from dms.outputs.journal.migrations import NewerJournalError
from dms.outputs.journal.reader import JournalReader
from dms.outputs.journal.set_aside import journals_set_aside
from dms.personal.kept_away import service_kept_away
from dms.personal.places import Places
from dms.personal.recorded import RecordedDrive, computed_files, recorded_drives
from dms.personal.seats import meant_seats
from dms.personal.selection import Selection
from dms.service.calibration_file import KeptSeat
from dms.service.calibration_store import CalibrationFileError, CalibrationStore


@dataclass(slots=True)
class Report:
    """A line for each thing that is erased (or would be), and for each that is left because nobody knows whose it is."""

    erased: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def preview(places: Places, selection: Selection) -> Report:
    """What `forget` would erase now.

    Raises:
        DmsError: a place cannot be read.
    """
    with _disk("it cannot be seen what there is"):
        report = Report()
        _each_recording(places, selection, report, erase=False)
        if computed := len(list(computed_files(places.folders))):
            report.erased.append(f"{counted(computed, 'file')} of kept observations and cues")
        for journal in _journals(places.journal):
            if selection.is_everything:
                report.erased.append(f"{journal}: the whole journal")
            else:
                with _of_this_version(journal, report):
                    _preview_journal(journal, selection, report)
        report.erased += [f"{store}: messages that wait to be carried" for store in places.stores if store.exists()]
        report.erased += [f"{places.calibration}: {seat.source}, {seat.cabin}" for seat in _seats(places, selection)]
        return report


def forget(places: Places, selection: Selection) -> Report:
    """Erase it; what was asked for is gone from the disk's files when this returns.

    Raises:
        DmsError: the service runs, a place cannot be read, or the disk refuses; the message says what is left.
    """
    with _disk("not everything is erased"), service_kept_away(places):
        report = Report()
        _each_recording(places, selection, report, erase=True)
        _forget_computed(places, report)
        _forget_journal(places.journal, selection, report)
        _forget_stores(places, report)
        _forget_calibrations(places, selection, report)
        return report


def _each_recording(places: Places, selection: Selection, report: Report, *, erase: bool) -> None:
    for drive in recorded_drives(places.folders):
        answer = selection.covers(drive.source() if selection.source else None, *drive.span_ns)
        if answer is None:
            report.left.append(f"{drive}: it cannot be read which camera it is of; --all erases it")
        elif answer:
            report.erased.append(str(drive))
            if erase:
                _erase_recording(drive)


def _erase_recording(drive: RecordedDrive) -> None:
    for path in drive.files:
        path.unlink(missing_ok=True)
    sync_folder(drive.folder)


def _journals(path: Path) -> list[Path]:
    """The journal, if there is one, and those that a newer dms wrote before this one was put back."""
    return [each for each in (path, *(aside.path for aside in journals_set_aside(path))) if each.exists()]


@contextmanager
def _of_this_version(journal: Path, report: Report) -> Iterator[None]:
    """What a newer dms wrote can be read and erased in part by that one alone."""
    try:
        yield
    except NewerJournalError as error:
        whole = "--all erases all of it, the newer dms what is meant"
        report.left.append(
            f"{journal}: a journal of a newer dms (version {error.version}), in which it cannot be seen whose it is; {whole}"
        )


def _preview_journal(path: Path, selection: Selection, report: Report) -> None:
    with JournalReader(path) as journal:
        answers = [selection.covers(span.source, span.begin_ns, span.end_ns) for span in journal.spans()]
    if drives := answers.count(True):
        report.erased.append(f"{path}: {counted(drives, 'drive')} with alerts and summaries")
    _tell_of_unknown(path, answers.count(None), report)


def _forget_computed(places: Places, report: Report) -> None:
    """Observations and cues that were kept to save time: all of them, as they can be computed again."""
    computed = list(computed_files(places.folders))
    for path in computed:
        path.unlink(missing_ok=True)
    if computed:
        report.erased.append(f"{counted(len(computed), 'file')} of kept observations and cues")


def _forget_journal(path: Path, selection: Selection, report: Report) -> None:
    journals = _journals(path)
    if selection.is_everything:
        gone = remove_journal(path)
        report.erased += [f"{each}: the whole journal" for each in journals or ([path] if gone else [])]
        return
    for journal in journals:
        with _of_this_version(journal, report):
            erased = erase_drives(journal, selection.covers)
            rows = ", ".join(
                [
                    counted(erased.drives, "drive"),
                    counted(erased.alerts, "alert"),
                    counted(erased.summaries, "summary", "summaries"),
                ]
            )
            report.erased += [f"{journal}: {rows}"] if erased.drives or erased.alerts else []
            _tell_of_unknown(journal, erased.unknown, report)
    report.erased += [f"{damaged}: set aside as damaged" for damaged in remove_damaged(path)]


def _forget_stores(places: Places, report: Report) -> None:
    """What waits to be carried to another machine, altogether: the messages do not say of which camera they are."""
    for store in places.stores:
        if remove_journal(store):  # a file of SQLite likewise, with the same companions
            report.erased.append(f"{store}: messages that wait to be carried")


def _forget_calibrations(places: Places, selection: Selection, report: Report) -> None:
    store = CalibrationStore(places.calibration)
    path = store.path
    for seat in _seats(places, selection):
        store.forget(seat.source, seat.cabin)
        report.erased.append(f"{path}: {seat.source}, {seat.cabin}")
    if selection.is_everything and path.is_file():
        path.unlink()
    for place in dict.fromkeys((path, places.calibration)):  # a link may be younger than what lies beside it
        for beside in sorted(place.parent.iterdir()) if place.parent.is_dir() else ():
            refused, unfinished = beside.name.startswith(f"{place.name}.refused-"), beside.name.endswith(UNFINISHED)
            if refused or (unfinished and beside.name.startswith(f"{place.name}.")):
                beside.unlink()
                report.erased.append(f"{beside}: {'set aside as damaged' if refused else 'left half written'}")


def _seats(places: Places, selection: Selection) -> list[KeptSeat]:
    """The kept calibrations that are meant; of a damaged file none can be told, and `forget` deletes it."""
    try:
        return meant_seats(CalibrationStore(places.calibration).read(), selection)
    except CalibrationFileError as error:
        if selection.is_everything:
            return []
        raise DmsError(f"{error}; --all deletes it") from error


def _tell_of_unknown(journal: Path, drives: int, report: Report) -> None:
    if drives:
        report.left.append(f"{journal}: {counted(drives, 'drive')} of unknown time, as the clock was not set; --all erases them")


@contextmanager
def _disk(trouble: str) -> Iterator[None]:
    """Say in one line what the disk refused."""
    try:
        yield
    except OSError as error:
        raise DmsError(f"{trouble}: {reason(error)}") from error
