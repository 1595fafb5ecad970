"""A camera on its side or its head is told by where the networks find faces; a driver who slumps is not."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
import pytest

from dms.perception.crops import to_grey
from dms.perception.orientation import TURNS, UPRIGHT_LOST_FOR_S, OrientationWatch, upright_score
from dms.perception.reader import NetworkReader
from dms.perception.settings import DEFAULTS
from dms.types import Frame
from tests.perception.runtime.faults import Picture

FPS = 30.0
NAMED_WITHIN_S = 2.5


@pytest.fixture(scope="module")
def reader() -> NetworkReader:
    return NetworkReader(DEFAULTS)


@pytest.fixture(params=["day", "night"])
def pictures(request: pytest.FixtureRequest) -> list[Picture]:
    """Grey frames of a bundled drive."""
    frames: list[Frame] = request.getfixturevalue(request.param)
    return [to_grey(frame.image) for frame in frames]


def mounted(picture: Picture, turn_deg: int) -> Picture:
    """As a camera sees it whose picture needs that clockwise turn to be upright."""
    return np.ascontiguousarray(np.rot90(picture, turn_deg // 90))


@pytest.mark.parametrize("turn_deg", sorted(TURNS))
def test_the_turn_is_told_that_makes_the_picture_upright(turn_deg: int, reader: NetworkReader, pictures: list[Picture]) -> None:
    watch = OrientationWatch(partial(upright_score, reader))
    steps = range(round(NAMED_WITHIN_S * FPS))
    told = [watch.look(mounted(pictures[step % len(pictures)], turn_deg), step / FPS, None) for step in steps]
    assert set(told) == {0, turn_deg}
    righted = [watch.look(pictures[step % len(pictures)], NAMED_WITHIN_S + step / FPS, None) for step in steps]
    assert righted[-1] == 0, "once the camera is put right, so is its state"


def test_an_upright_picture_is_settled_and_then_not_looked_at_again(reader: NetworkReader, pictures: list[Picture]) -> None:
    looks = 0

    def counted(grey: Picture) -> float:
        nonlocal looks
        looks += 1
        return upright_score(reader, grey)

    watch = OrientationWatch(counted)
    for step in range(round(20 * FPS)):
        assert watch.look(pictures[step % len(pictures)], step / FPS, followed=1.0) == 0
    assert looks == 2 * len(TURNS)


class Cabin:
    """What the networks would say of a scene: the score of an upright face by the turn of the picture, 0 where there is none.
    Pictures are marked by a bright corner, which wanders as they are turned."""

    def __init__(self) -> None:
        self.looks = 0
        self.scores: dict[int, float] = {}
        self.picture = np.zeros((48, 64), dtype=np.uint8)
        self.picture[:8, :8] = 255

    def score(self, grey: Picture) -> float:
        self.looks += 1
        for turn_deg in (0, *TURNS):
            as_seen = self.picture if turn_deg == 0 else cv2.rotate(self.picture, TURNS[turn_deg])
            if np.array_equal(as_seen, grey):
                return self.scores.get(turn_deg, 0.0)
        raise AssertionError("looked at something else")


class Drive:
    """Seconds of one scene after the other, the followed face being the upright one."""

    def __init__(self) -> None:
        self.cabin = Cabin()
        self.watch = OrientationWatch(self.cabin.score)
        self.t = 0.0

    def goes_on(self, seconds: float, **scores: float) -> int:
        self.cabin.scores = {int(name.removeprefix("at_")): score for name, score in scores.items()}
        for _ in range(round(seconds * FPS)):
            followed = None if self.watch.turn_deg else self.cabin.scores.get(0, 0.0)
            self.watch.look(self.cabin.picture, self.t, followed)
            self.t += 1 / FPS
        return self.watch.turn_deg


def test_a_driver_who_slumps_sideways_has_not_turned_the_camera() -> None:
    drive = Drive()
    assert drive.goes_on(10.0, at_0=1.0) == 0
    assert drive.goes_on(60.0, at_90=1.0) == 0


def test_a_camera_that_comes_off_and_hangs_upside_down_is_told() -> None:
    drive = Drive()
    assert drive.goes_on(10.0, at_0=1.0) == 0
    assert drive.goes_on(UPRIGHT_LOST_FOR_S + 4.0, at_180=1.0) == 180
    assert drive.goes_on(2.0, at_0=1.0) == 0


def test_a_head_turned_aside_for_a_moment_at_the_start_settles_nothing() -> None:
    drive = Drive()
    assert drive.goes_on(0.6, at_270=0.99) == 0
    assert drive.goes_on(10.0, at_0=0.99) == 0


def test_an_empty_seat_is_looked_at_rarely_after_a_while() -> None:
    drive = Drive()
    drive.goes_on(60.0)
    before = drive.cabin.looks
    drive.goes_on(20.0)
    assert drive.cabin.looks - before <= 11


def test_faces_that_are_nowhere_sure_say_nothing() -> None:
    assert Drive().goes_on(30.0, at_0=0.7, at_90=0.8, at_180=0.9) == 0
