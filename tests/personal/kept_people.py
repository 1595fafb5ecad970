"""Two people who were watched, and everything that is kept about them: each has values that stand nowhere else."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from dms.fusion.calibration import Calibration
from dms.outputs.journal import Journal
from dms.personal.places import Places
from dms.recording.image_message import CompressedPicture
from dms.recording.mcap_writer import DriveFile
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationStore
from dms.types import Alert, AlertKind, CauseValue, Level, Observation, Phase
from dms.wall_clock import utc_from_text, utc_text


@dataclass(frozen=True)
class Person:
    """Who was watched by which camera, and when the drive began."""

    name: str
    source: str
    began: str

    @property
    def began_ns(self) -> int:
        return utc_from_text(self.began)

    @property
    def stamp(self) -> str:
        return utc_text(self.began_ns)[:19].replace("-", "").replace(":", "") + "Z"

    @property
    def traces(self) -> tuple[bytes, ...]:
        """What is found in the files as long as anything is kept of this person: in text, and in the names of files."""
        return (f"session-of-{self.name}".encode(), f"rule-of-{self.name}".encode(), self.source.encode(), self.stamp.encode())


ANNA = Person("anna", "/dev/cam-of-anna", "2026-11-20T08:00:00Z")
BERT = Person("bert", "/dev/cam-of-bert", "2026-11-21T09:30:00Z")


def places_in(folder: Path) -> Places:
    """Where a service keeps things below `folder`."""
    state = folder / "state"
    return Places(state / "journal.db", state / "calibration.json", (folder / "drives",), f"ipc://{folder}/run/bus")


def keep_people(folder: Path, people: tuple[Person, ...] = (ANNA, BERT)) -> None:
    """Everything a service has kept of them, as a loss of power left it: rows in the write-ahead log, and rows in free pages."""
    places = places_in(folder)
    for each in (places.journal.parent, *places.folders):
        each.mkdir(parents=True)
    keep_in_journal(places.journal, people)
    for person in people:
        keep_calibration(places.calibration, person)
        keep_recording(places.folders[0], person)


def keep_in_journal(path: Path, people: tuple[Person, ...]) -> None:
    """A journal that was never closed: copied while it was written, so that most rows are in the write-ahead log alone."""
    running = path.with_name("running.db")
    now_ns = [0]
    with closing(Journal(running, utc_ns=lambda: now_ns[0])) as journal:
        for person in people:
            now_ns[0] = person.began_ns
            journal.begin_drive(
                session=f"session-of-{person.name}",
                source=person.source,
                pack="default",
                pack_sha256="",
                models_sha256="",
                config_sha256="",
            )
            for index in range(200):
                now_ns[0] += 1_000_000_000
                cause: dict[str, CauseValue] = {"eyes_closed_s": 1.5, "why": f"rule-of-{person.name}"}
                alert = Alert(
                    float(index),
                    AlertKind.FATIGUE_SLEEP,
                    Level.URGENT,
                    Phase.RAISE,
                    0.0,
                    f"rule-of-{person.name}",
                    "default",
                    cause,
                )
                journal.record_alert(alert)
            summary = journal.record_summary("drive", 0.0, 200.0, {"of": f"rule-of-{person.name}"})
            assert summary.wait(60)
        shutil.copy(running, path)
        shutil.copy(f"{running}-wal", f"{path}-wal")
    for file in path.parent.glob("running.db*"):
        file.unlink()
    leave_in_free_pages(path, people)
    for person in people:
        path.with_name(f"{path.name}.corrupt-20261101T000000Z-{person.name}").write_bytes(b"SQLi" + b"".join(person.traces))


def leave_in_free_pages(path: Path, people: tuple[Person, ...]) -> None:
    """Rows that an SQLite without secure deletion deleted long ago: their bytes are still in the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = OFF").fetchall()
        database.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
        for person in people:
            database.executemany(
                "INSERT INTO alerts (t, kind, level, phase, onset, rule, pack, cause) VALUES (0, '', '', '', 0, ?, 'gone', ?)",
                [(f"rule-of-{person.name}", "x" * 3000)] * 20,
            )
        database.execute("DELETE FROM alerts WHERE pack = 'gone'")
        shutil.copy(f"{path}-wal", f"{path}-kept")  # closing folds the log into the file and deletes it
        shutil.copy(path, f"{path}-before")
    Path(f"{path}-kept").rename(f"{path}-wal")
    Path(f"{path}-before").rename(path)


def keep_calibration(path: Path, person: Person) -> None:
    learned = Calibration(12.5, -4.0, 0.8, 1.5, -0.5, 0.93, progress=1.0, source="learned")
    CalibrationStore(path).keep(Seat(person.source, "left_hand_drive", "ab" * 32), learned, person.began)
    path.with_name(f"{path.name}.refused-{person.name}").write_bytes(b"".join(person.traces))
    path.with_name(f"{path.name}.host-1.unfinished").write_bytes(b"".join(person.traces))


def keep_recording(folder: Path, person: Person) -> None:
    """An hour and a bit: two parts with pictures, a mark, labels, and what was computed from them."""
    for part in (1, 2):
        path = folder / f"{person.stamp}-part{part:02d}.mcap"
        file = DriveFile(path, {"source": person.source, "session": f"session-of-{person.name}"})
        for index in range(30):
            file.write(Observation(index / 30, index))
        file.write_picture(CompressedPicture(0.5, 15, a_jpeg(), 32, 24))
        file.close()
        os.utime(path, ns=(0, person.began_ns + part * 3_600_000_000_000))
        path.with_suffix(".keep").write_bytes(b"".join(person.traces))
        path.with_name(f"{path.stem}.labels.csv").write_bytes(b"".join(person.traces))
        (folder / f"{path.stem}-{'ab' * 8}.npz").write_bytes(b"".join(person.traces))
    (folder / f"{person.name}.mp4.{'cd' * 8}.observations").write_bytes(b"".join(person.traces))
    (folder / f"{person.name}.mp4.{'cd' * 8}.observations.host-1.unfinished").write_bytes(b"".join(person.traces))


def a_jpeg() -> bytes:
    _, data = cv2.imencode(".jpg", np.full((24, 32), 90, np.uint8))
    return data.tobytes()


def files_with(root: Path, person: Person) -> list[str]:
    """The files below `root` in whose bytes or names anything of the person is found."""
    found = []
    for path in files_below(root):
        content = path.read_bytes() + path.name.encode()
        if any(trace in content for trace in person.traces):
            found.append(str(path.relative_to(root)))
    return found


def files_below(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())
