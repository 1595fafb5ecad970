"""The folder of recordings over the weeks: what goes, what is kept, and when nothing more is written."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from dms.recording.folder import RecordingLimits, RecordingsFolder, keep_file
from dms.recording.mcap_reader import McapDrive
from dms.recording.recorder import Recorder
from dms.types import DriverInput, Observation
from dms.wall_clock import NS_PER_S, SteadyClock

MIB = 1024 * 1024


def drive_of(folder: Path, day: int, mib: float = 1.0, part: int = 1, age_days: float = 0.0) -> Path:
    """A recording of some size, as if made on that day of a month."""
    path = folder / f"202611{day:02d}T080000Z-part{part:02d}.mcap"
    with path.open("wb") as file:
        file.truncate(int(mib * MIB))
    written = time.time() - age_days * 86_400
    os.utime(path, (written, written))
    return path


def left(folder: Path) -> list[str]:
    return sorted(path.name[6:8] + path.name[16:23] for path in folder.glob("*.mcap"))


def test_the_oldest_go_first_until_the_rest_fits(tmp_path: Path) -> None:
    for day in range(1, 21):
        drive_of(tmp_path, day, mib=10.0)
    folder = RecordingsFolder(tmp_path, RecordingLimits(keep_mib=100.0))
    assert folder.make_room(None) is None
    assert left(tmp_path) == [f"{day}-part01" for day in range(12, 21)], "room is left for what comes until the next look"
    assert folder.used_bytes == 90 * MIB


def test_within_a_day_the_parts_go_in_their_order(tmp_path: Path) -> None:
    for part in (9, 10, 11):
        drive_of(tmp_path, 5, mib=30.0, part=part)
    RecordingsFolder(tmp_path, RecordingLimits(keep_mib=70.0)).make_room(None)
    assert left(tmp_path) == ["05-part10", "05-part11"]


def test_what_is_protected_stays_and_younger_drives_go_in_its_place(tmp_path: Path) -> None:
    folder = RecordingsFolder(tmp_path, RecordingLimits(keep_mib=64.0, keep_days=30.0))
    protected = drive_of(tmp_path, 1, mib=20.0, age_days=300.0)
    folder.protect(protected, "a near miss")
    for day in range(2, 8):
        drive_of(tmp_path, day, mib=10.0)
    assert folder.make_room(None) is None
    assert left(tmp_path) == ["01-part01", "04-part01", "05-part01", "06-part01", "07-part01"]
    assert "a near miss" in keep_file(protected).read_text()
    assert folder.protected_bytes == 20 * MIB


def test_the_file_in_progress_is_never_deleted_however_large(tmp_path: Path) -> None:
    drive_of(tmp_path, 1, mib=10.0)
    current = drive_of(tmp_path, 2, mib=90.0, age_days=400.0)
    RecordingsFolder(tmp_path, RecordingLimits(keep_mib=64.0, keep_days=7.0)).make_room(current)
    assert left(tmp_path) == ["02-part01"]


def test_what_is_too_old_goes_and_nobody_elses_files_do(tmp_path: Path) -> None:
    drive_of(tmp_path, 1, age_days=8.0)
    drive_of(tmp_path, 2, age_days=6.0)
    foreign = [
        tmp_path / name for name in ("study-part01.mcap", "20261101T080000Z.mcap", "notes.txt", "99999999T999999Z-part01.txt")
    ]
    for path in foreign:
        path.write_bytes(b"x" * MIB)
        os.utime(path, (0, 0))
    folder = RecordingsFolder(tmp_path, RecordingLimits(keep_mib=64.0, keep_days=7.0))
    assert folder.make_room(None) is None
    assert [each.path.name for each in folder.recordings()] == ["20261102T080000Z-part01.mcap"]
    assert all(path.exists() for path in foreign)


class Clocks:
    """The clock on the wall, which may be set, and the one that only goes on. Files get their dates of the former."""

    def __init__(self, folder: Path, day: float) -> None:
        self.folder, self.day, self.passed_days = folder, day, 0.0
        self.recordings = self.started()

    def started(self) -> RecordingsFolder:
        """The folder as the next start of the service sees it."""
        clock = SteadyClock(lambda: self._ns(DAY_0_S + self.day * DAY_S), lambda: self._ns(self.passed_days * DAY_S))
        return RecordingsFolder(self.folder, RecordingLimits(keep_days=30.0), clock)

    def after(self, days: float) -> None:
        self.day, self.passed_days = self.day + days, self.passed_days + days

    def drive(self) -> str:
        """Record a drive now; its name."""
        path = self.recordings.part(self.recordings.name_of_new_drive(), 1)
        path.write_bytes(b"drive")
        os.utime(path, (0, DAY_0_S + self.day * DAY_S))
        return path.name

    def kept(self) -> list[str]:
        """What is left after a look at the folder."""
        self.recordings.make_room(None)
        return sorted(path.name for path in self.folder.glob("*.mcap"))

    @staticmethod
    def _ns(seconds: float) -> int:
        return round(seconds) * NS_PER_S


DAY_S = 86_400
DAY_0_S = 1_767_225_600  # 2026
HOUR = 1 / 24


def test_a_drive_of_a_clock_that_was_behind_is_no_older_than_the_one_before_it(tmp_path: Path) -> None:
    """As without a battery: it is last year until a satellite tells the time, which it does after the next start."""
    clocks = Clocks(tmp_path, day=100.0)
    right = clocks.drive()
    clocks.day = -400.0
    clocks.recordings = clocks.started()
    behind = clocks.drive()
    clocks.day = 101.0
    clocks.recordings = clocks.started()
    assert clocks.kept() == [right, behind]
    clocks.after(2 * HOUR)
    assert clocks.kept() == [right, behind]
    clocks.after(30.0)
    assert clocks.kept() == []


def test_a_clock_that_is_set_right_while_recording_makes_nothing_old(tmp_path: Path) -> None:
    """On the first drive there is no earlier name to go by."""
    clocks = Clocks(tmp_path, day=-400.0)
    first = clocks.drive()
    assert clocks.kept() == [first]
    clocks.after(HOUR)
    clocks.day = 100.0
    assert clocks.kept() == [first]
    clocks.after(2 * HOUR)
    assert clocks.kept() == [first]
    clocks.recordings = clocks.started()
    assert clocks.kept() == [first], "and at the next start it has its right date"
    clocks.after(31.0)
    clocks.drive()
    assert first not in clocks.kept()


def test_a_clock_that_jumps_and_comes_back_leaves_the_dates_as_they_were(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path, day=100.0)
    path = tmp_path / clocks.drive()
    clocks.after(1.5)
    clocks.kept()
    before = path.stat().st_mtime
    clocks.day += 365.0
    clocks.kept()
    clocks.day -= 365.0
    clocks.kept()
    assert path.stat().st_mtime == pytest.approx(before, abs=1.0)


def test_a_start_with_a_clock_that_is_years_ahead_deletes_nothing_for_an_hour(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path, day=100.0)
    drive = clocks.drive()
    clocks.day = 1500.0
    clocks.recordings = clocks.started()
    assert clocks.kept() == [drive]
    clocks.after(0.9 * HOUR)
    assert clocks.kept() == [drive]
    clocks.after(0.2 * HOUR)
    assert clocks.kept() == [], "a car that stood for years is believed in the end"


def test_a_drive_that_nothing_dates_goes_with_the_next_that_is_too_old(tmp_path: Path) -> None:
    undated = tmp_path / "19700101T000010Z-part01.mcap"
    undated.write_bytes(b"drive")
    os.utime(undated, (0, 10))
    clocks = Clocks(tmp_path, day=100.0)
    assert clocks.kept() == [undated.name]
    dated = clocks.drive()
    clocks.after(29.0)
    assert clocks.kept() == [undated.name, dated]
    clocks.after(2.0)
    assert clocks.kept() == []


def test_what_cannot_be_deleted_holds_up_no_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An attribute of the file (`chattr +i`), or a folder that bears such a name."""
    (tmp_path / "20200101T000000Z-part01.mcap").mkdir()
    held, other = drive_of(tmp_path, 1, age_days=300.0), drive_of(tmp_path, 2, age_days=200.0)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == held:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    clocks = SteadyClock(lambda: time.time_ns() + 1000 * DAY_S * NS_PER_S)
    folder = RecordingsFolder(tmp_path, RecordingLimits(keep_mib=0.5), clocks)
    assert folder.make_room(None) is None
    assert folder.make_room(None) is None
    assert [held.exists(), other.exists()] == [True, False]
    assert caplog.text.count(f"{held} cannot be deleted and stays: {held}: Operation not permitted") == 1


def test_when_all_is_protected_nothing_is_deleted_and_it_is_said(tmp_path: Path) -> None:
    folder = RecordingsFolder(tmp_path, RecordingLimits(keep_mib=64.0))
    for day in (1, 2, 3):
        folder.protect(drive_of(tmp_path, day, mib=25.0), "keep")
    current = drive_of(tmp_path, 4, mib=1.0)
    problem = folder.make_room(current)
    assert problem is not None
    assert "64 MiB" in problem
    assert "3 protected files" in problem
    assert "record.keep_mib" in problem
    assert len(left(tmp_path)) == 4, "deleting the last drive would not help"
    keep_file(folder.recordings()[0].path).unlink()
    assert folder.make_room(current) is None
    assert left(tmp_path) == ["02-part01", "03-part01", "04-part01"]


def test_a_nearly_full_disk_stops_recording_and_deletes_nothing(tmp_path: Path) -> None:
    drive_of(tmp_path, 1)
    disk = os.statvfs(tmp_path)
    more_than_there_is = disk.f_bavail * disk.f_frsize / MIB + 1000.0
    problem = RecordingsFolder(tmp_path, RecordingLimits(free_mib=more_than_there_is)).make_room(None)
    assert problem is not None
    assert "the disk is nearly full" in problem
    assert left(tmp_path) == ["01-part01"]


def test_a_clock_that_was_set_back_does_not_make_new_drives_the_oldest(tmp_path: Path) -> None:
    (tmp_path / "20991231T235959Z-part01.mcap").write_bytes(b"")
    assert RecordingsFolder(tmp_path, RecordingLimits()).name_of_new_drive() == "21000101T000000Z"


def test_two_drives_in_the_same_second_are_two_drives(tmp_path: Path) -> None:
    with Recorder(tmp_path, {}) as recorder:
        for t in range(3):
            recorder.write(Observation(float(t), t))
            recorder.write(DriverInput(t + 0.5, "new_drive"))
        recorder.write(Observation(9.0, 9))
    assert [path.name[-11:] for path in sorted(tmp_path.glob("*.mcap"))] == ["part01.mcap"] * 4


def test_a_disk_that_fills_up_ends_the_file_in_order_and_a_new_one_begins_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dms.recording.recorded_files.LOOK_EVERY_S", 0.0)
    monkeypatch.setattr("dms.recording.recorded_files.RETRY_AFTER_S", 0.0)
    full: list[str] = []
    monkeypatch.setattr(RecordingsFolder, "_disk_problem", lambda folder: full[0] if full else None)
    with Recorder(tmp_path, {}) as recorder:

        def drive_on(first: int, last: int) -> None:
            for index in range(first, last):
                recorder.write(Observation(index / 30, index))
            while recorder.backlog:
                time.sleep(0.001)

        drive_on(0, 100)
        full.append("the disk is nearly full")
        while recorder.problem is None:
            time.sleep(0.001)
        drive_on(100, 200)
        while recorder.dropped < 100:  # the last record has left the queue a moment before it is given up
            time.sleep(0.001)
        full.clear()
        drive_on(200, 300)
        assert recorder.problem is None
    first, second = (McapDrive(path) for path in sorted(tmp_path.glob("*.mcap")))
    assert [record.t for record in first] == [index / 30 for index in range(100)]
    assert [record.t for record in second] == [index / 30 for index in range(200, 300)]
    assert first.warnings == second.warnings == []


def test_a_folder_that_fills_up_while_recording_is_left_with_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder itself at work: many small parts, each look at the folder at once."""
    monkeypatch.setattr("dms.recording.recorded_files.LOOK_EVERY_S", 0.0)
    monkeypatch.setattr("dms.recording.folder._BYTES_PER_MIB", 1024)  # a world in which a MiB is a KiB
    noise = [(i * 7919 % 1000 / 7, i * 104729 % 1000 / 3) for i in range(68 * 3000)]
    with Recorder(tmp_path, {}, limits=RecordingLimits(keep_mib=512.0, free_mib=0.0)) as recorder:
        for index in range(3000):
            recorder.write(Observation(index / 30, index, landmarks=tuple(noise[68 * index : 68 * index + 68])))
    parts = sorted(tmp_path.glob("*.mcap"))
    assert (recorder.dropped, recorder.problem) == (0, None)
    assert sum(path.stat().st_size for path in parts) <= 512 * 1024
    assert parts[0].name[-11:] != "part01.mcap"
    assert len(parts) >= 4, "deleting one must not take half of what there is"
    records = [record for part in parts for record in McapDrive(part)]
    assert [record.frame for record in records if isinstance(record, Observation)] == list(range(3000 - len(records), 3000))
