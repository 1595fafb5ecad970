"""A video is seen once: what was seen is kept beside it, and forgotten when video or weights change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dms.config.driver_region import driver_region
from dms.errors import DriveError
from dms.recording.drive import find_drives
from dms.recording.mcap_reader import McapDrive
from dms.types import Observation
from dms.videos.kept_observations import SUFFIX, Keeper, kept_path

WEIGHTS = {"face": "aa", "eye": "bb"}
SEEN = [Observation(index / 30, index) for index in range(100)]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "drive [1].mp4"
    path.write_bytes(b"pretend this is a video")
    return path


def keep(video: Path) -> Path:
    path = kept_path(video, WEIGHTS)
    keeper = Keeper(path, {})
    for observation in SEEN:
        keeper.write(observation)
    keeper.finish(video)
    return path


def test_what_was_kept_comes_back_and_is_no_drive_of_its_own(video: Path) -> None:
    path = keep(video)
    assert list(McapDrive(path)) == SEEN
    assert find_drives([video.parent]) == [video]


def test_other_weights_another_region_or_another_video_ask_for_another_file(video: Path) -> None:
    first = kept_path(video, WEIGHTS)
    assert kept_path(video, {**WEIGHTS, "eye": "cc"}) != first
    assert kept_path(video, WEIGHTS, region=driver_region("left")) != first
    assert kept_path(video, WEIGHTS, region=driver_region("any")) == first
    video.write_bytes(b"another video")
    assert kept_path(video, WEIGHTS) != first


def test_what_is_outdated_goes(video: Path) -> None:
    first = keep(video)
    video.write_bytes(b"another video")
    second = keep(video)
    assert sorted(video.parent.glob(f"*{SUFFIX}")) == [second] != [first]


def test_a_video_named_from_its_own_folder_is_kept_as_well(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`cd drives; dms replay drive.mp4`: what has just been kept is not what is outdated."""
    monkeypatch.chdir(video.parent)
    path = keep(Path(video.name))
    assert list(McapDrive(path)) == SEEN


def test_a_video_in_a_folder_behind_a_link_is_kept_as_well(video: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(video.parent)
    assert list(McapDrive(keep(tmp_path / "link" / video.name))) == SEEN


def test_what_a_crash_left_behind_goes_and_nobody_writes_into_anothers_file(video: Path) -> None:
    crashed = Keeper(kept_path(video, WEIGHTS), {})
    crashed.write(SEEN[0])
    (left_behind,) = (path for path in video.parent.iterdir() if path != video)
    left_behind.rename(left_behind.with_name(left_behind.name.replace(str(os.getpid()), "1")))
    path = keep(video)
    assert sorted(video.parent.iterdir()) == sorted([video, path])
    crashed.finish(video)
    assert list(McapDrive(path)) == SEEN


def test_what_was_not_finished_leaves_nothing_behind(video: Path) -> None:
    keeper = Keeper(kept_path(video, WEIGHTS), {})
    keeper.write(SEEN[0])
    keeper.give_up()
    assert list(video.parent.iterdir()) == [video]


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    video = tmp_path / "gone" / "drive.mp4"
    keeper = Keeper(video.with_name("drive.mp4.key.observations"), {})
    keeper.write(SEEN[0])
    keeper.finish(video)
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DriveError, match=r"gone\.mp4: No such file"):
        kept_path(tmp_path / "gone.mp4", WEIGHTS)


def test_what_two_cameras_saw_together_is_kept_beside_what_each_saw_alone(video: Path) -> None:
    second = video.with_name("second.mp4")
    second.write_bytes(b"pretend this is another")
    alone = keep(video)
    together = kept_path(video, WEIGHTS, second=second)
    assert together.name.startswith("drive [1].mp4+second.mp4.")
    keeper = Keeper(together, {})
    keeper.write(SEEN[0])
    keeper.finish(video, second)
    assert sorted(video.parent.glob(f"*{SUFFIX}")) == sorted([alone, together])
    second.write_bytes(b"yet another")
    assert kept_path(video, WEIGHTS, second=second) != together
