"""What two cameras see of one driver becomes one observation, in the angles of the first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from dms.types import CameraHealth, Eye, Eyes, Gaze, Observation, Views
from dms.views.joining import Joiner
from dms.wire import from_json, to_json
from tests.views.seats import PLACE_DEG, Driver, seen, unseen

FPS = 30.0
AHEAD = Driver()
LEFT = Driver(yaw_deg=84.0)  # 60 degrees to the left of ahead: the first camera loses the eyes, the second has them
RIGHT = Driver(yaw_deg=-36.0)  # 60 degrees to the right: the other way round
Sees = Callable[[float, int], Observation | None]


class Ride:
    """A drive in which both cameras deliver `FPS` frames a second, unless a test says otherwise."""

    def __init__(self, given_deg: tuple[float, float] | None = None) -> None:
        self.joiner = Joiner(given_deg=given_deg)
        self.index = 0

    def drive(self, seconds: float, driver: Driver = AHEAD, first: Sees | None = None, second: Sees | None = None) -> Observation:
        """Let the time pass. Returns what is seen at its end."""
        joined = None
        for _ in range(round(seconds * FPS)):
            t, index = self.index / FPS, self.index
            one = first(t, index) if first else seen(driver, t, index)
            other = second(t, index) if second else seen(driver, t, index, from_second=True)
            joined = self.joiner.join(t, index, one, other)
            self.index += 1
        assert joined is not None
        return joined


def views_of(observation: Observation) -> Views:
    assert isinstance(observation.views, Views)
    return observation.views


def parts(observation: Observation) -> tuple[str | None, str | None, str | None]:
    views = views_of(observation)
    return views.face, views.eyes, views.mouth


def test_a_driver_both_see_well_is_read_from_the_first() -> None:
    joined = Ride().drive(5.0)
    assert parts(joined) == ("first", "first", "first")
    assert joined.head == seen(AHEAD, 0.0, 0).head


def test_where_the_second_camera_stands_is_learned_from_heads_that_both_see() -> None:
    ride = Ride()
    ride.drive(1.5)
    assert ride.joiner.alignment.place_deg is None
    ride.drive(1.5)
    assert ride.joiner.alignment.place_deg == pytest.approx(PLACE_DEG, abs=0.01)


@pytest.mark.parametrize(("driver", "view"), [(LEFT, "second"), (RIGHT, "first")])
def test_a_head_turned_60_degrees_aside_is_read_by_the_camera_on_that_side(driver: Driver, view: str) -> None:
    ride = Ride()
    ride.drive(4.0)
    joined = ride.drive(1.0, driver)
    assert parts(joined) == (view, view, view)
    assert joined.head is not None
    assert joined.gaze is not None
    assert joined.eyes is not None
    assert joined.eyes.left is not None
    assert joined.eyes.left.visible > 0.9
    assert joined.head.yaw_deg == pytest.approx(driver.yaw_deg, abs=0.1)
    assert joined.head.pitch_deg == pytest.approx(driver.pitch_deg, abs=0.1)
    assert joined.head.roll_deg == pytest.approx(driver.roll_deg, abs=0.1)
    assert joined.gaze.yaw_deg == pytest.approx(driver.yaw_deg, abs=0.1)
    assert (joined.head.position_mm is None) is (view == "second")
    assert ride.drive(1.0).views == Views(CameraHealth.OK, CameraHealth.OK, "first", "first", "first")


def test_eyes_that_close_turned_away_from_the_first_camera_are_seen_to_close() -> None:
    ride = Ride()
    ride.drive(4.0)
    ride.drive(1.0, LEFT)
    joined = ride.drive(0.5, Driver(yaw_deg=84.0, openness=0.02))
    assert joined.eyes is not None
    assert joined.eyes.right is not None
    assert joined.eyes.right.openness < 0.05


def test_until_the_place_is_known_the_second_camera_tells_eyelids_and_no_direction() -> None:
    joined = Ride().drive(1.0, LEFT)
    assert joined.head is not None
    assert joined.head.yaw_deg == pytest.approx(LEFT.yaw_deg)
    assert views_of(joined).face == "first"
    assert views_of(joined).eyes == "second"
    assert joined.gaze is None


def test_a_place_that_was_measured_serves_at_once_and_is_corrected() -> None:
    ride = Ride(given_deg=(40.0, 0.0))
    joined = ride.drive(0.5, LEFT)
    assert joined.gaze is not None
    assert joined.gaze.yaw_deg == pytest.approx(LEFT.yaw_deg, abs=8.0)
    ride.drive(60.0)
    assert ride.joiner.alignment.place_deg == pytest.approx(PLACE_DEG, abs=0.5)


def test_noise_of_a_few_degrees_leaves_the_place_within_a_degree() -> None:
    noise, ride = np.random.default_rng(1), Ride()

    def noisy(observation: Observation) -> Observation:
        assert observation.head is not None
        yaw_deg, pitch_deg, roll_deg = (
            angle + noise.normal(0.0, 3.0)
            for angle in (observation.head.yaw_deg, observation.head.pitch_deg, observation.head.roll_deg)
        )
        return replace(observation, head=replace(observation.head, yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=roll_deg))

    ride.drive(
        20.0,
        first=lambda t, index: noisy(seen(AHEAD, t, index)),
        second=lambda t, index: noisy(seen(AHEAD, t, index, from_second=True)),
    )
    assert ride.joiner.alignment.place_deg == pytest.approx(PLACE_DEG, abs=1.0)
    assert ride.joiner.alignment.spread_deg == pytest.approx(5.0, abs=3.0)


def test_a_second_camera_that_watches_the_passenger_is_not_used() -> None:
    ride = Ride()
    looks_about = [Driver(yaw_deg=yaw_deg, phone="at_ear") for yaw_deg in (-30.0, 20.0, 60.0)]
    for passenger in looks_about * 4:
        ride.drive(1.0, second=lambda t, index, who=passenger: seen(who, t, index, from_second=True))  # type: ignore[misc]
    assert ride.joiner.alignment.agrees is False
    joined = ride.drive(1.0, LEFT, second=lambda t, index: seen(looks_about[0], t, index, from_second=True))
    assert parts(joined) == ("first", None, None)
    assert joined.phone is None
    nobody = ride.drive(
        1.0,
        first=lambda t, index: Observation(t, index),
        second=lambda t, index: seen(looks_about[0], t, index, from_second=True),
    )
    assert nobody.face is None


def test_a_gaze_that_the_second_camera_reads_wrongly_is_levelled_out() -> None:
    def off(t: float, index: int) -> Observation:
        view = seen(AHEAD, t, index, from_second=True)
        assert view.gaze is not None
        return replace(view, gaze=Gaze(view.gaze.yaw_deg + 6.0, view.gaze.pitch_deg, 4.0))

    ride = Ride()
    ride.drive(6.0, second=off)
    joined = ride.drive(0.5, first=lambda t, index: unseen(t, index, CameraHealth.COVERED), second=off)
    assert joined.gaze is not None
    assert joined.gaze.yaw_deg == pytest.approx(AHEAD.yaw_deg, abs=0.2)


def test_a_gaze_is_never_taken_beside_eyes_that_another_view_sees_closed() -> None:
    def half_turned(t: float, index: int) -> Observation:
        eye = Eye(0.6, 0.85)
        return replace(seen(AHEAD, t, index, from_second=True), eyes=Eyes(eye, eye), gaze=Gaze(-60.0, 0.0, 20.0))

    ride = Ride()
    ride.drive(4.0)
    joined = ride.drive(0.2, first=lambda t, index: replace(seen(AHEAD, t, index), gaze=None), second=half_turned)
    assert joined.gaze is None


@pytest.mark.parametrize("state", [CameraHealth.COVERED, CameraHealth.STALE, CameraHealth.FROZEN])
def test_a_camera_that_fails_is_named_and_the_other_goes_on(state: CameraHealth) -> None:
    ride = Ride()
    ride.drive(4.0)
    joined = ride.drive(1.0, first=lambda t, index: unseen(t, index, state))
    assert joined.camera is CameraHealth.OK
    assert joined.views == Views(state, CameraHealth.OK, "second", "second", "second")
    assert joined.head is not None
    assert joined.head.yaw_deg == pytest.approx(AHEAD.yaw_deg, abs=0.1)
    assert parts(ride.drive(1.0)) == ("first", "first", "first")


def test_both_cameras_fail() -> None:
    ride = Ride()
    ride.drive(3.0)
    joined = ride.drive(
        1.0,
        first=lambda t, index: unseen(t, index, CameraHealth.COVERED),
        second=lambda t, index: unseen(t, index, CameraHealth.DARK),
    )
    assert joined.camera is CameraHealth.DARK
    assert (joined.face, joined.head, joined.eyes, joined.gaze, joined.mouth) == (None,) * 5


def test_a_view_that_missed_a_frame_still_counts_for_50_ms() -> None:
    ride = Ride()
    ride.drive(4.0)
    ride.drive(1.0, LEFT)
    once = ride.drive(1 / FPS, LEFT, second=lambda t, index: None)
    assert views_of(once).eyes == "second"
    twice = ride.drive(1 / FPS, LEFT, second=lambda t, index: None)
    assert views_of(twice).eyes is None
    assert views_of(twice).second is CameraHealth.OK
    gone = ride.drive(1.5, LEFT, second=lambda t, index: None)
    assert views_of(gone).second is CameraHealth.STALE


def test_a_phone_counts_as_soon_as_one_camera_sees_it() -> None:
    ride = Ride()
    ride.drive(1.0)
    caller = Driver(phone="at_ear")
    joined = ride.drive(
        0.5,
        first=lambda t, index: replace(seen(AHEAD, t, index), phone="none"),
        second=lambda t, index: seen(caller, t, index, from_second=True),
    )
    assert joined.phone == "at_ear"
    between_looks = ride.drive(1 / FPS)
    assert between_looks.phone is None
    other_looks = ride.drive(1 / FPS, first=lambda t, index: replace(seen(AHEAD, t, index), phone="none"))
    assert other_looks.phone == "at_ear"
    both_looked = ride.drive(
        0.5,
        first=lambda t, index: replace(seen(AHEAD, t, index), phone="none"),
        second=lambda t, index: replace(seen(AHEAD, t, index, from_second=True), phone="none"),
    )
    assert both_looked.phone == "none"


def test_what_was_joined_travels_and_comes_back() -> None:
    joined = Ride().drive(3.0)
    assert from_json(to_json(joined)) == joined
    assert b"views" in to_json(joined)
    assert b"views" not in to_json(seen(AHEAD, 0.0, 0))
