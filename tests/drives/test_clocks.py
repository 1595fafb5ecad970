"""Recorders whose clock is not that of one drive in seconds: each is told of in one message that says what to do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.replay import Replay, replay
from dms.errors import DriveError
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.types import DriveRecord
from tests.drives.drive_making import story, write_jsonl


def replayed(path: Path) -> Replay:
    return replay(open_drive(path), Monitor(load_pack("default"), load_cabin()))


def changed(change: Callable[[float], float]) -> Iterator[DriveRecord]:
    return (replace(record, t=change(record.t)) for record in story(20))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t * 1000, r"look like milliseconds.*divide every `t`"),
        (lambda t: t * 1e6, r"look like microseconds"),
        (lambda t: t + 1_790_000_000, r"seconds since"),
    ],
)
def test_times_in_another_unit_are_recognised(change: Callable[[float], float], message: str, tmp_path: Path) -> None:
    with pytest.raises(DriveError, match=message):
        replayed(write_jsonl(tmp_path / "drive.jsonl", changed(change)))


def test_a_clock_that_begins_again_is_told_of_and_the_way_out_makes_two_sound_drives(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "drive.jsonl", changed(lambda t: t if t < 12 else t - 12))
    with pytest.raises(DriveError, match=r"the clock goes back from 11.97 s to 0.00 s: these are two drives") as told:
        replayed(path)
    first, second = str(told.value).split("`")[1::2]
    for command in (first, second):
        subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    assert replayed(tmp_path / "first.jsonl").duration_s == pytest.approx(12, abs=0.1)
    assert replayed(tmp_path / "second.jsonl").duration_s == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("fps", [4, 30, 120])
def test_an_ordinary_clock_is_none_of_these_at_any_rate(fps: int, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "drive.jsonl", changed(lambda t: 500.0 + t * 30 / fps))
    assert replayed(path).rejected == 0


def test_single_times_that_are_wrong_are_left_out_and_the_drive_goes_on(tmp_path: Path) -> None:
    wrong = {5.0: 4.0, 8.0: 90_000.0, 9.0: 0.0}
    result = replayed(write_jsonl(tmp_path / "drive.jsonl", changed(lambda t: wrong.get(t, t))))
    assert 0 < result.rejected <= 6
    assert result.end_s == pytest.approx(20, abs=0.1)
