"""A file that is written whole: whoever looks finds the old content or the new, and nothing else is left in the folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dms.durable import UNFINISHED, WholeFile, clear_leavings, write_whole


@pytest.mark.parametrize("before", [None, "old"])
def test_what_was_written_takes_the_place_of_what_was_there(tmp_path: Path, before: str | None) -> None:
    place = tmp_path / "labels.csv"
    if before is not None:
        place.write_text(before)
    write_whole(place, "größer\r\nneu\n")
    assert place.read_bytes() == "größer\r\nneu\n".encode()
    assert list(tmp_path.iterdir()) == [place]


def test_nobody_sees_a_file_in_progress_under_its_name(tmp_path: Path) -> None:
    place = tmp_path / "drive.mcap"
    place.write_text("old")
    with WholeFile(place) as file:
        file.path.write_text("half")
        assert place.read_text() == "old"
        assert file.path.name.endswith(UNFINISHED)
    assert place.read_text() == "half"


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "drive.mcap"
    place.write_text("old")
    with pytest.raises(TypeError), WholeFile(place) as file:
        file.path.write_text("half") + "a slip"  # type: ignore[operator]
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_place_that_cannot_be_taken_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "a folder"
    place.mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(place, "text")
    assert list(tmp_path.iterdir()) == [place]


def test_what_killed_processes_left_is_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    place, host = tmp_path / "calibration.json", socket.gethostname()
    left = tmp_path / f"calibration.json.{host}-{ended.pid}.unfinished"
    others = [
        place,
        tmp_path / f"calibration.json.{host}-{os.getpid()}.unfinished",
        tmp_path / f"calibration.json.another-machine-{ended.pid}.unfinished",
        tmp_path / f"other.json.{host}-{ended.pid}.unfinished",
    ]
    for path in (left, *others):
        path.write_text("half")
    assert clear_leavings(place) == [left]
    assert set(tmp_path.iterdir()) == set(others)
    assert clear_leavings(tmp_path / "missing" / "calibration.json") == []


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    place, target = tmp_path / "labels.csv", tmp_path / "disk" / "labels.csv"
    target.parent.mkdir()
    target.write_text("old")
    place.symlink_to(target)
    write_whole(place, "new")
    assert place.is_symlink()
    assert target.read_text() == "new"
    assert sorted(tmp_path.rglob("*")) == sorted([place, target, target.parent])


def test_a_device_is_written_into_and_never_replaced(null_device: Path) -> None:
    """`--csv /dev/stdout` as root."""
    write_whole(null_device, "text")
    assert null_device.is_char_device()


def test_what_is_packed_or_measured_does_not_take_the_place_of_a_pipe(tmp_path: Path) -> None:
    place = tmp_path / "pipe"
    os.mkfifo(place)
    with pytest.raises(FileExistsError, match="a device or a pipe"), WholeFile(place) as file:
        file.path.write_text("half")
    assert list(tmp_path.iterdir()) == [place]
    assert place.is_fifo()
