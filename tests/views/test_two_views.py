"""Two perceptions as one: what a fault of one costs, and what is said of both."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
import pytest

from dms.capture import Silence
from dms.types import CameraHealth, Frame, Observation, Views
from dms.views.joining import Joiner
from dms.views.pairs import pair_of
from dms.views.perception import TwoViews
from tests.views.seats import PLACE_DEG, Driver, seen, unseen

PICTURE = np.zeros((4, 4), np.uint8)
STEP_S = 1 / 30


class Eyes:
    """Sees the driver from one place; some pictures it cannot take."""

    def __init__(self, *, from_second: bool) -> None:
        self.faults: Mapping[str, int] = {"eye.gaze": 1}
        self.model_hashes: Mapping[str, str] = {"face": "aa"}
        self.camera_note: str | None = None
        self.is_broken = False
        self.drives = 1
        self.yaws_deg: tuple[float, ...] = (Driver().yaw_deg,)
        self._from_second = from_second

    def observe(self, frame: Frame) -> Observation:
        if self.is_broken:
            raise ValueError("a picture of no use")
        yaw_deg = self.yaws_deg[int(frame.t) % len(self.yaws_deg)]
        return seen(Driver(yaw_deg), frame.t, frame.index, from_second=self._from_second)

    def observe_silence(self, t: float) -> Observation:
        return unseen(t, -1, CameraHealth.STALE)

    def new_drive(self) -> None:
        self.drives += 1


class Ride:
    """Both cameras on the way."""

    def __init__(self) -> None:
        self.first, self.second = Eyes(from_second=False), Eyes(from_second=True)
        self.both = TwoViews(("/dev/one", "/dev/two"), (self.first, self.second), Joiner())
        self.index = 0

    def drive(self, seconds: float, *, second_is_silent: bool = False) -> Observation:
        observation = None
        for _ in range(round(seconds / STEP_S)):
            t = self.index * STEP_S
            frame = Frame(t, self.index, PICTURE)
            silence = Silence(t, -1, 1.0, "/dev/two: no such camera")
            observation = self.both.observe(pair_of(self.index, frame, silence if second_is_silent else frame))
            self.index += 1
        assert observation is not None
        return observation


def test_a_picture_that_one_camera_cannot_take_costs_that_view_alone_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    ride = Ride()
    ride.drive(3.0)
    ride.second.is_broken = True
    observation = ride.drive(1.0)
    assert observation.camera is CameraHealth.OK
    assert observation.views == Views(CameraHealth.OK, CameraHealth.STALE, "first", "first", "first")
    assert ride.both.faults == {"eye.gaze": 2, "picture.second": 30}
    assert caplog.text.count("/dev/two: frame 90 could not be read") == 1
    assert "frame 91" not in caplog.text
    assert ride.both.cameras()[1].note == "its picture could not be read: a picture of no use"
    ride.second.is_broken = False
    ride.drive(STEP_S)
    assert ride.both.cameras()[1].note is None


def test_pictures_that_neither_can_take_are_an_error_for_the_pipeline_to_count() -> None:
    ride = Ride()
    ride.first.is_broken = ride.second.is_broken = True
    with pytest.raises(RuntimeError, match="neither"):
        ride.drive(STEP_S)


def test_health_names_the_camera_that_is_away_and_why_and_knows_where_it_stands() -> None:
    ride = Ride()
    ride.drive(3.0)
    ride.drive(1.0, second_is_silent=True)
    first, second = ride.both.cameras()
    assert (first.source, first.state, first.note) == ("/dev/one", CameraHealth.OK, None)
    assert (second.source, second.state, second.note) == ("/dev/two", CameraHealth.STALE, "/dev/two: no such camera")
    assert (second.yaw_deg, second.pitch_deg) == pytest.approx(PLACE_DEG, abs=0.1)


def test_while_both_are_away_nobody_is_seen() -> None:
    ride = Ride()
    ride.drive(3.0)
    observation = ride.both.observe_silence(4.0)
    assert observation.camera is CameraHealth.STALE
    assert observation.face is None


def test_the_log_says_once_where_the_second_camera_stands(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Ride().drive(5.0)
    assert caplog.text.count("/dev/two stands at yaw_deg: 46, pitch_deg: 3 from the first camera") == 1


def test_a_turned_second_camera_is_told_which_setting_helps() -> None:
    ride = Ride()
    ride.second.camera_note = "upright if turned clockwise by 90 degrees: camera.rotate"
    ride.drive(STEP_S)
    assert ride.both.cameras()[1].note == "upright if turned clockwise by 90 degrees: second_camera.rotate"


def test_another_driver_is_another_for_both() -> None:
    ride = Ride()
    ride.both.new_drive()
    assert (ride.first.drives, ride.second.drives) == (2, 2)


def test_a_second_camera_that_sees_another_head_is_told_in_log_and_health(caplog: pytest.LogCaptureFixture) -> None:
    ride = Ride()
    ride.second.yaws_deg = (-30.0, 20.0, 60.0)
    ride.drive(6.0)
    assert caplog.text.count("/dev/two and the first camera read heads that do not fit together") == 1
    assert ride.both.cameras()[1].note == "it does not see the same head as the first: it is not used"
