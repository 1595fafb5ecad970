"""Handing over what is kept about a person: a folder or a ZIP file in formats that anybody can read, with a manifest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from dms import __version__
from dms.counted import counted
from dms.durable import UNFINISHED, private_folder
from dms.errors import DmsError, DriveError, reason
from dms.kept_key import file_sha256
from dms.personal.export_journal import export_journals
from dms.personal.export_text import MANIFEST, README, TEXT
from dms.personal.places import Places
from dms.personal.recorded import RecordedDrive, recorded_drives
from dms.personal.seats import meant_seats
from dms.personal.selection import Selection
from dms.recording.images import images_of
from dms.recording.mcap_reader import McapDrive
from dms.service.calibration_file import written
from dms.service.calibration_store import CalibrationFileError, CalibrationStore
from dms.wall_clock import utc_now, utc_text
from dms.wire import to_json


@dataclass(slots=True)
class Export:
    """What was handed over: lines for people, and what had to be left out with the reason."""

    contents: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def export(places: Places, selection: Selection, target: Path) -> Export:
    """Write all that is meant to `target`, a folder or, by its name, a `.zip`. It is there as a whole or not at all.

    The service may run meanwhile; of the drive in progress, what is on the disk is taken.

    Raises:
        DmsError: the target exists, a place cannot be read, or the disk refuses.
    """
    if target.exists():
        raise DmsError(f"{target}: there already; give another place")
    with _disk():
        private_folder(target.absolute().parent)
        folder = target.with_name(f"{target.name}.{os.getpid()}{UNFINISHED}")
        try:
            folder.mkdir(mode=0o700)
            done = _written(places, selection, folder)
            if target.suffix.lower() == ".zip":
                _zip(folder, target)
            else:
                folder.rename(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return done


def _written(places: Places, selection: Selection, folder: Path) -> Export:
    done = Export()
    done.contents += export_journals(places.journal, selection, folder, done.left_out)
    _seats(places, selection, folder, done)
    for drive in recorded_drives(places.folders):
        answer = selection.covers(drive.source() if selection.source else None, *drive.span_ns)
        if answer:
            _recording(drive, folder / "recordings", done)
        elif answer is None:
            done.left_out.append(f"{drive}: it cannot be read which camera it is of")
    (folder / README).write_text(TEXT, encoding="utf-8")
    manifest = json.dumps(_manifest(selection, folder, done), indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    return done


def _seats(places: Places, selection: Selection, folder: Path, done: Export) -> None:
    try:
        seats = meant_seats(CalibrationStore(places.calibration).read(), selection)
    except CalibrationFileError as error:
        done.left_out.append(str(error))
        return
    if seats:
        (folder / "calibration.json").write_text(written(seats), encoding="utf-8")
        done.contents.append(f"calibration.json: what was learned of the driver, {counted(len(seats), 'seat')}")


def _recording(drive: RecordedDrive, folder: Path, done: Export) -> None:
    """The files as they are, and beside each part its records as lines of JSON and its pictures as JPEG files."""
    folder.mkdir(mode=0o700, exist_ok=True)
    pictures = 0
    for path in drive.files:
        shutil.copy2(path, folder / path.name)
    for part in drive.parts:
        try:
            _records(part, (folder / part.name).with_suffix(".jsonl"))
            pictures += _pictures(part, folder / f"{part.stem}-pictures")
        except DriveError as error:
            done.left_out.append(f"{error}; the file itself is in the export")
    done.contents.append(f"recordings/{drive.stamp}-…: {counted(len(drive.parts), 'part')}, {counted(pictures, 'picture')}")


def _records(part: Path, target: Path) -> None:
    drive = McapDrive(part, landmarks=True)
    with target.open("wb") as file:
        for record in drive:
            file.write(to_json(record) + b"\n")


def _pictures(part: Path, folder: Path) -> int:
    """The pictures of one part, without those of the parts that follow it; how many."""
    pictures = 0
    for image in images_of(part, following=False):
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{image.t:012.3f}s-frame{image.frame}.jpg").write_bytes(image.jpeg)
        pictures += 1
    return pictures


def _manifest(selection: Selection, folder: Path, done: Export) -> dict[str, object]:
    span = {name: None if ns is None else utc_text(ns) for name, ns in asdict(selection).items() if name != "source"}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        "made_utc": utc_now(),
        "dms": __version__,
        "of": {"source": selection.source, "since": span["since_ns"], "until": span["until_ns"]},
        "contents": done.contents,
        "left_out": done.left_out,
        "files": [
            {"path": str(path.relative_to(folder)), "bytes": path.stat().st_size, "sha256": file_sha256(path)} for path in files
        ],
    }


def _zip(folder: Path, target: Path) -> None:
    """Pack the folder, for this user alone, below one name, so that unpacking it litters nothing."""
    unfinished = folder.with_name(f"{folder.name}.zip")
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with (
            os.fdopen(file, "wb") as stream,
            ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as archive,
        ):
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, Path(target.stem) / path.relative_to(folder))
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _disk() -> Iterator[None]:
    """Say in one line what the disk refused."""
    try:
        yield
    except OSError as error:
        raise DmsError(f"nothing is exported: {reason(error)}") from error
