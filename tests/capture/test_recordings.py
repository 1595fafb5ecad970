"""Recorded drives: every frame is delivered with its own time, and damage is named."""

from __future__ import annotations

import itertools
import shutil
import time
from pathlib import Path

import cv2
import pytest

from dms.capture import CaptureSettings, open_source
from dms.capture.pictures import picture_files
from dms.errors import SourceError
from dms.types import Frame
from tests.capture.conftest import number_of, numbered_picture


def test_video_delivers_every_frame_with_its_time(video: Path) -> None:
    with open_source(video) as source:
        frames = list(source)
        assert not source.live
        assert source.size == (160, 120)
        assert source.fps == 20.0
        assert source.dropped == 0
        assert source.take_events() == []
    assert [number_of(frame.image) for frame in frames] == list(range(20))
    assert [frame.index for frame in frames] == list(range(20))
    assert [frame.t for frame in frames] == pytest.approx([index / 20 for index in range(20)], abs=0.001)


def test_time_advances_with_every_frame_of_any_container(tmp_path: Path) -> None:
    path = tmp_path / "drive.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 29.97, (160, 120))
    for number in range(12):
        writer.write(numbered_picture(number))
    writer.release()
    times = [frame.t for frame in open_source(path)]
    assert len(times) == 12
    assert times[0] == 0.0
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


def test_truncated_video_delivers_what_it_holds_and_says_so(video: Path, tmp_path: Path) -> None:
    cut_off = tmp_path / "cut_off.avi"
    cut_off.write_bytes(video.read_bytes()[: video.stat().st_size * 3 // 4])
    with open_source(cut_off) as source:
        frames = list(source)
        events = source.take_events()
    assert 1 <= len(frames) <= 16
    assert [event.kind for event in events] == ["truncated"]
    assert events[0].is_fault
    assert "cut_off.avi" in events[0].message
    assert f"{len(frames)} of 20" in events[0].message


def test_reader_who_stops_early_is_not_told_that_the_video_is_truncated(video: Path) -> None:
    with open_source(video) as source:
        for frame in source:
            if frame.index == 3:
                source.close()
        assert source.take_events() == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"", "is empty"), (b"this is a shopping list\n" * 50, "not a video that can be decoded")],
)
def test_what_is_no_video_is_refused_by_name(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "trip.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=complaint) as refusal:
        open_source(path)
    assert "trip.mp4" in str(refusal.value)


def test_a_video_too_small_for_anybody_to_be_seen_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "stamp.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (8, 40))
    writer.write(numbered_picture(1, (8, 40)))
    writer.release()
    with open_source(path) as source, pytest.raises(SourceError, match=r"stamp\.avi: 8 by 40 pixels; nobody can be seen in less"):
        next(iter(source))


def test_missing_file_is_named() -> None:
    with pytest.raises(SourceError, match=r"nowhere/drive\.mp4: no such video"):
        open_source("nowhere/drive.mp4")


def test_folder_of_pictures_is_read_in_natural_order(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        cv2.imwrite(str(tmp_path / f"frame{number}.png"), numbered_picture(number))
    (tmp_path / "notes.txt").write_text("not a picture")
    with open_source(tmp_path, CaptureSettings(recorded_fps=10.0)) as source:
        frames = list(source)
    assert [number_of(frame.image) for frame in frames] == [1, 2, 10]
    assert [frame.t for frame in frames] == pytest.approx([0.0, 0.1, 0.2])


def test_picture_that_cannot_be_decoded_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    for number in range(4):
        cv2.imwrite(str(tmp_path / f"{number}.png"), numbered_picture(number))
    (tmp_path / "1.png").write_bytes(b"\x89PNG broken")
    cv2.imwrite(str(tmp_path / "3.png"), numbered_picture(3, (15, 80)))
    with open_source(tmp_path, CaptureSettings(recorded_fps=30.0)) as source:
        frames = list(source)
        events = source.take_events()
    assert [frame.index for frame in frames] == [0, 2]
    assert [event.kind for event in events] == ["undecodable", "undecodable"]
    assert "1.png" in events[0].message
    assert "3.png: 15 by 80 pixels" in events[1].message


def test_folder_without_pictures_and_folder_without_good_ones_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no picture"):
        open_source(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(SourceError, match="none of its 1 pictures"):
        list(open_source(tmp_path))


def test_one_picture_is_a_source_too(tmp_path: Path) -> None:
    path = tmp_path / "driver.PNG"
    shutil.copy(_written(tmp_path / "x.png", 7), path)
    (frame,) = open_source(path)
    assert number_of(frame.image) == 7
    assert picture_files(path) == [path]


def _written(path: Path, number: int) -> Path:
    cv2.imwrite(str(path), numbered_picture(number))
    return path


def test_paced_recording_keeps_back_frames_until_they_are_due(video: Path) -> None:
    began = time.monotonic()
    with open_source(video, paced=True) as source:
        for frame in itertools.islice(source, 6):
            assert isinstance(frame, Frame)
            assert time.monotonic() - began >= frame.t
        assert source.fps == 20.0
