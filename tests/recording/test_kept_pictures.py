"""Pictures of a drive: which of them are kept, for how long, and what becomes of them when the driver wants none."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.recording.folder import RecordingLimits, keep_file
from dms.recording.image_message import CompressedPicture
from dms.recording.images import RecordedImage, images_of
from dms.recording.kept_pictures import VideoSettings
from dms.recording.mcap_reader import McapDrive
from dms.recording.picture_ring import PictureRing
from dms.recording.recorder import Recorder
from dms.types import Alert, AlertKind, DriveRecord, DriverInput, Frame, Level, Observation, Phase

EVENT = VideoSettings("event", before_s=3.0, after_s=2.0)
FPS = 10


def frame(index: int, width: int = 64, height: int = 48, colour: bool = True) -> Frame:
    """A dark picture with a bright bar whose place tells which picture it is."""
    image = np.zeros((height, width, 3) if colour else (height, width), np.uint8)
    image[:, index % width] = 250
    return Frame(index / FPS, index, image)


def alert(t: float, phase: Phase = Phase.RAISE) -> Alert:
    return Alert(t, AlertKind.FATIGUE_MICROSLEEP, Level.URGENT, phase, t - 1.5, "asleep", "default", {})


def film(
    folder: Path, video: VideoSettings, seconds: int, *happens: Alert | DriverInput, **options: Any
) -> tuple[Recorder, list[RecordedImage]]:
    """Record a drive in which something happens; the pictures that are in it."""
    due = sorted(happens, key=lambda event: event.t)
    with Recorder(folder, {}, video=video, **options) as recorder:
        for index in range(seconds * FPS):
            while recorder.backlog > 10:
                time.sleep(0.001)
            recorder.write(Observation(index / FPS, index))
            while due and due[0].t <= index / FPS:
                recorder.write(due.pop(0))
            recorder.picture(frame(index))
    assert recorder.pictures_dropped == 0
    images = [image for path in sorted(folder.glob("*.mcap")) for image in images_of(path, end_s=1e6)] if options else []
    return recorder, images or list(images_of(min(folder.glob("*.mcap"))))


def spans(images: list[RecordedImage]) -> list[tuple[float, float]]:
    """The stretches without a break that the pictures cover."""
    found: list[tuple[float, float]] = []
    for image in images:
        if found and image.t - found[-1][1] < 1.5 / FPS:
            found[-1] = (found[-1][0], image.t)
        else:
            found.append((image.t, image.t))
    return found


def test_without_being_asked_no_picture_is_kept(tmp_path: Path) -> None:
    _, images = film(tmp_path, VideoSettings(), 5, alert(2.0))
    assert images == []


def test_all_means_every_picture(tmp_path: Path) -> None:
    _, images = film(tmp_path, VideoSettings("all"), 5)
    assert [image.frame for image in images] == list(range(50))


def test_around_an_alert_the_pictures_before_and_after_it_are_kept(tmp_path: Path) -> None:
    _, images = film(tmp_path, EVENT, 20, alert(10.0))
    assert spans(images) == [(7.0, 12.0)]


def test_alerts_close_together_make_one_stretch_and_no_picture_twice(tmp_path: Path) -> None:
    _, images = film(tmp_path, EVENT, 30, alert(10.0), alert(11.0, Phase.ESCALATE), alert(14.5), alert(25.0))
    assert spans(images) == [(7.0, 16.5), (22.0, 27.0)]
    assert len({image.frame for image in images}) == len(images)


@pytest.mark.parametrize("phase", [Phase.CLEAR, Phase.SUPPRESS, Phase.ACKNOWLEDGE])
def test_the_end_of_an_alert_is_no_event(tmp_path: Path, phase: Phase) -> None:
    _, images = film(tmp_path, EVENT, 10, alert(5.0, phase))
    assert images == []


def test_a_mark_keeps_the_last_minute_whatever_was_kept_before(tmp_path: Path) -> None:
    recorder, images = film(tmp_path, EVENT, 100, alert(50.0), DriverInput(80.0, "mark", "nearly hit\na dog"))
    assert spans(images) == [(20.0, 82.0)]
    assert [image.t for image in images] == sorted(image.t for image in images)
    (path,) = tmp_path.glob("*.mcap")
    assert "marked at 80.0 s of the drive: nearly hit a dog" in keep_file(path).read_text()
    health = recorder.health()
    assert (health.marks, health.last_mark.problem) == (1, None)
    assert health.last_mark.files == (str(path),)
    assert DriverInput(80.0, "mark", "nearly hit\na dog") in list(McapDrive(path))


def test_a_minute_that_spans_two_files_protects_both_and_no_third(tmp_path: Path) -> None:
    with Recorder(tmp_path, {}, file_duration_s=50.0) as recorder:
        for index in range(180 * FPS):
            if index == 130 * FPS:
                recorder.write(DriverInput(130.0, "mark"))
            recorder.write(Observation(index / FPS, index))
    parts = sorted(tmp_path.glob("*.mcap"))
    assert [keep_file(path).exists() for path in parts] == [False, True, True, False]


def test_a_mark_just_after_a_restart_protects_what_was_recorded_before_it(tmp_path: Path) -> None:
    starts: list[list[DriveRecord]] = [[Observation(5.0, 0)], [Observation(3.0, 0), DriverInput(4.0, "mark")]]
    for records in starts:
        with Recorder(tmp_path, {}) as recorder:
            for record in records:
                recorder.write(record)
    assert len(list(tmp_path.glob("*.keep"))) == 2


def test_a_mark_while_nothing_can_be_recorded_says_so(tmp_path: Path) -> None:
    with Recorder(tmp_path, {}, limits=RecordingLimits(free_mib=1e9)) as recorder:
        recorder.write(Observation(0.0, 0))
        recorder.write(DriverInput(0.5, "mark"))
    mark = recorder.health().last_mark
    assert mark.files == ()
    assert mark.problem is not None
    assert "nearly full" in mark.problem
    assert recorder.dropped == 2


def test_while_the_driver_has_paused_monitoring_nobody_is_filmed(tmp_path: Path) -> None:
    happens: list[Alert | DriverInput] = [DriverInput(10.0, "pause"), alert(15.0), DriverInput(20.0, "resume"), alert(21.0)]
    _, images = film(tmp_path, replace(EVENT, before_s=30.0), 30, *happens)
    assert spans(images) == [(20.0, 23.0)]
    _, images = film(tmp_path / "all", VideoSettings("all"), 30, *happens[:3])
    assert spans(images) == [(0.0, 9.9), (20.0, 29.9)]


def test_the_driver_before_is_not_in_the_pictures_of_the_next_drive(tmp_path: Path) -> None:
    _, images = film(tmp_path, EVENT, 20, DriverInput(10.0, "new_drive"), alert(11.0), file_duration_s=3600.0)
    assert spans(images) == [(10.0, 13.0)]


def test_pictures_are_grey_no_larger_than_asked_and_as_sharp(tmp_path: Path) -> None:
    sizes: dict[int, int] = {}
    for quality in (30, 90):
        folder = tmp_path / str(quality)
        noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
        with Recorder(folder, {}, video=VideoSettings("all", quality=quality, width_px=320)) as recorder:
            recorder.write(Observation(0.0, 0))
            recorder.picture(Frame(0.0, 0, noise))
        (image,) = images_of(next(folder.glob("*.mcap")))
        picture = cv2.imdecode(np.frombuffer(image.jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
        assert picture is not None
        assert picture.shape == (240, 320) == (image.height, image.width)
        sizes[quality] = len(image.jpeg)
    assert sizes[30] < 0.6 * sizes[90]


def test_the_picture_that_comes_back_is_the_one_that_was_seen(tmp_path: Path) -> None:
    _, images = film(tmp_path, VideoSettings("all"), 3)
    for image in images:
        picture = cv2.imdecode(np.frombuffer(image.jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
        assert int(np.argmax(picture.mean(axis=0))) == image.frame % 64


def test_fewer_pictures_a_second_where_that_is_enough(tmp_path: Path) -> None:
    _, images = film(tmp_path, VideoSettings("all", fps=2.0), 10)
    assert len(images) == 20
    assert {round(later.t - earlier.t, 3) for earlier, later in pairwise(images)} == {0.5}


def test_a_frame_that_is_no_picture_is_counted_and_passed_over(tmp_path: Path) -> None:
    with Recorder(tmp_path, {}, video=VideoSettings("all")) as recorder:
        recorder.write(Observation(0.0, 0))
        recorder.picture(Frame(0.0, 0, np.zeros((0, 0), np.uint8)))
        recorder.picture(frame(1))
    assert [image.frame for image in images_of(next(tmp_path.glob("*.mcap")))] == [1]
    assert recorder.health().pictures_dropped == 1
    assert recorder.problem is None


def test_frames_that_come_faster_than_they_can_be_written_are_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()

    def slow(frame: Frame, width_px: int, quality: int) -> CompressedPicture:
        may_go_on.wait()
        return CompressedPicture(frame.t, frame.index, b"", 1, 1)

    monkeypatch.setattr("dms.recording.jpeg.grey_jpeg", slow)
    with Recorder(tmp_path, {}, video=VideoSettings("all")) as recorder:
        for index in range(100):
            recorder.write(Observation(index / FPS, index))
            recorder.picture(frame(index))
        may_go_on.set()
    assert recorder.pictures_dropped >= 54, "no more than a second and a half of them waits"
    assert recorder.pictures_dropped + recorder.health().pictures == 100
    assert sum(isinstance(record, Observation) for record in McapDrive(next(tmp_path.glob("*.mcap")))) == 100


@given(
    st.lists(st.tuples(st.floats(0.0, 2.0), st.integers(1, 400)), min_size=1, max_size=60),
    st.floats(0.5, 10.0),
    st.integers(500, 3000),
    st.floats(0.0, 12.0),
)
def test_the_ring_holds_the_newest_that_fit_and_gives_each_once(
    steps: list[tuple[float, int]], seconds: float, limit: int, back_s: float
) -> None:
    ring = PictureRing(seconds, limit)
    t = 0.0
    given_in: list[CompressedPicture] = []
    for step, size in steps:
        t += step
        given_in.append(CompressedPicture(t, len(given_in), bytes(size), 1, 1))
        ring.add(given_in[-1])
        assert 0 <= ring.bytes <= limit
    taken = ring.take_since(t - back_s)
    recent = [picture for picture in given_in if picture.t >= t - min(seconds, back_s)]
    assert taken == recent[len(recent) - len(taken) :]
    if sum(len(picture.jpeg) for picture in recent) <= limit:
        assert taken == recent
    assert ring.take_since(t - back_s) == []
