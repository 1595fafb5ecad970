"""The road is where the car goes: in bends to the inside, in reverse behind; and the indicator says where it will go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.config.cabin import Steering, load_cabin
from dms.fusion.fusion import Fusion
from dms.fusion.road import RoadAhead
from dms.fusion.settings import FusionSettings
from dms.types import Cues, VehicleState
from tests.fusion.driver_story import KNOWN, Story

CAR = load_cabin().steering
SETTINGS = FusionSettings()


def road(speed_kph: float | None, steering_deg: float | None, car: Steering = CAR) -> RoadAhead:
    ahead = RoadAhead(car, SETTINGS)
    ahead.update(VehicleState(1.0, speed_kph=speed_kph, steering_deg=steering_deg))
    return ahead


def road_deg(speed_kph: float | None, steering_deg: float, car: Steering = CAR) -> float:
    yaw_deg = road(speed_kph, steering_deg, car).yaw_deg
    assert yaw_deg is not None
    return yaw_deg


def driving(looks: tuple[float, float], *, until: float = 8.0, **vehicle: object) -> list[Cues]:
    """The cues of a driver who looks there while the vehicle says this."""
    fusion = Fusion(load_cabin(), calibration=KNOWN)
    story = Story().does(0.0, until, looks=looks, speed_kph=None)
    cues = []
    for frame in range(round(until * 30)):
        t = frame / 30
        fusion.vehicle(VehicleState(t, **vehicle))  # type: ignore[arg-type]
        seen = fusion.observe(story.observation(t, frame))
        assert seen is not None
        cues.append(seen)
    return cues


@pytest.mark.parametrize(
    ("where", "speed_kph", "steering_deg", "least_deg", "most_deg"),
    [
        ("a lane on a motorway, the wheel never still", 120, 2, 0, 1.5),
        ("a wide bend of a country road", 80, 15, 4, 9),
        ("a ramp", 45, 70, 15, 25),
        ("a roundabout", 25, 180, 25, 35),
        ("a hairpin", 22, 250, 30, 45),
        ("a car that stands with its wheel turned", 0, 400, 0, 0),
        ("a wheel read wrongly on a motorway", 120, 400, 5, 15),
        ("a bend at a speed that nobody tells", None, 180, 15, 30),
    ],
)
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_road_goes_where_the_wheel_points(
    where: str, speed_kph: float | None, steering_deg: float, least_deg: float, most_deg: float, side: float
) -> None:
    assert least_deg <= side * road_deg(speed_kph, side * steering_deg) <= most_deg, where


def test_a_lorry_turns_less_than_a_small_car() -> None:
    lorry, small = Steering(ratio=20, wheelbase_m=6.0), Steering(ratio=14, wheelbase_m=2.4)
    assert road_deg(30, 90, lorry) < 0.5 * road_deg(30, 90, small)


def test_nothing_is_said_of_the_road_while_the_steering_is_unknown() -> None:
    assert road(80.0, None).yaw_deg is None
    assert road(80.0, None).beyond_deg(-40.0) == -40.0


@given(st.floats(-720, 720), st.none() | st.floats(0, 250), st.floats(-180, 180), st.floats(-60, 60))
def test_a_bend_never_takes_road_away_and_gives_none_on_its_outside(
    steering_deg: float, speed_kph: float | None, yaw_deg: float, pitch_deg: float
) -> None:
    ahead = road(speed_kph, steering_deg)
    beyond = ahead.beyond_deg(yaw_deg)
    assert abs(beyond) <= abs(yaw_deg)
    assert -60.0 <= (ahead.yaw_deg or 0.0) <= 60.0
    if yaw_deg * steering_deg <= 0.0:
        assert beyond == pytest.approx(yaw_deg)


@pytest.mark.parametrize(
    ("what", "looks", "steering_deg", "off_road"),
    [
        ("through the right bend of a ramp", (-28.0, -2.0), -70.0, False),
        ("through its mirror image", (28.0, -2.0), 70.0, False),
        ("to the outside of the bend", (28.0, -2.0), -70.0, True),
        ("the same way on a straight road", (-28.0, -2.0), 0.0, True),
        ("at a phone in the lap in the bend", (-20.0, -45.0), -70.0, True),
        ("at the passenger in the bend", (-78.0, -3.0), -70.0, True),
        ("straight on in the bend", (0.0, 0.0), -70.0, False),
    ],
)
def test_a_driver_on_a_ramp_looks(what: str, looks: tuple[float, float], steering_deg: float, off_road: bool) -> None:
    last = driving(looks, until=2.0, speed_kph=45.0, steering_deg=steering_deg)[-1]
    assert last.off_road is off_road, what


def test_the_head_is_away_from_the_bend_not_from_straight_ahead() -> None:
    in_bend = driving((-18.0, 0.0), until=2.0, speed_kph=45.0, steering_deg=-70.0)[-1]
    assert in_bend.head_away_deg == pytest.approx(0.0, abs=0.1)
    assert in_bend.road_yaw_deg == pytest.approx(-20.0, abs=4.0)
    assert in_bend.head_yaw_deg == pytest.approx(-18.0, abs=0.1)
    outside = driving((18.0, 0.0), until=2.0, speed_kph=45.0, steering_deg=-70.0)[-1]
    assert outside.head_away_deg == pytest.approx(18.0, abs=0.1)


def test_in_reverse_the_road_is_behind() -> None:
    over_the_shoulder, mirror, lap = (-115.0, -5.0), (39.0, -11.0), (0.0, -50.0)
    for looks, forwards, backwards in ((over_the_shoulder, True, False), (mirror, True, False), (lap, True, True)):
        assert driving(looks, until=1.0, speed_kph=5.0, gear="D")[-1].off_road is forwards
        assert driving(looks, until=1.0, speed_kph=5.0, gear="R")[-1].off_road is backwards
    assert driving(over_the_shoulder, until=1.0, speed_kph=5.0, gear="R")[-1].head_away_deg == 0.0


def sides(*stretches: tuple[float, dict[str, object]], step_s: float = 0.1) -> list[str | None]:
    """The announced side at the end of each stretch of (seconds, vehicle)."""
    fusion = Fusion(load_cabin(), calibration=KNOWN)
    story, t = Story(), 0.0
    found: list[str | None] = []
    for seconds, vehicle in stretches:
        end = t + seconds
        while t < end - 1e-9:
            fusion.vehicle(VehicleState(t, **vehicle))  # type: ignore[arg-type]
            cues = fusion.observe(story.observation(t))
            t += step_s
        assert cues is not None
        found.append(cues.indicated_side)
    return found


def going(speed_kph: float, signal: str, steering_deg: float = 0.0) -> dict[str, object]:
    return {"speed_kph": speed_kph, "turn_signal": signal, "steering_deg": steering_deg}


def test_hazard_lights_announce_nothing() -> None:
    assert sides((5, going(90, "hazard")), (5, going(90, "off")), (5, {"speed_kph": 90.0})) == ["none", "none", None]


def test_an_indicator_that_is_forgotten_announces_nothing_until_it_is_used_again() -> None:
    forgotten = [(20.0, going(100, "left")), (20.0, going(100, "left"))]
    assert sides(*forgotten, (1, going(100, "off")), (1, going(100, "left"))) == ["left", "none", "none", "left"]
    assert sides(*forgotten, (1, going(100, "right")))[-1] == "right"


def test_who_waits_to_turn_has_not_forgotten_it() -> None:
    assert sides((5, going(30, "left")), (90, going(0, "left")), (5, going(15, "left"))) == ["left"] * 3


@pytest.mark.parametrize(("signal", "side"), [("left", 1.0), ("right", -1.0)])
def test_a_turn_ends_it_as_the_wheel_comes_back(signal: str, side: float) -> None:
    turn = [(3, going(25, signal)), (2.5, going(20, signal, side * 180)), (1, going(20, signal)), (3, going(40, signal))]
    assert sides(*turn) == [signal, signal, "none", "none"]
    assert sides((3, going(25, signal)), (1.0, going(20, signal, -side * 30)), (1, going(20, signal)))[-1] == signal


def test_a_lane_change_ends_it_and_a_long_bend_does_not() -> None:
    over = [(3, going(110, "left")), (2, going(110, "left", 4)), (2, going(110, "left", -4)), (2, going(110, "left"))]
    assert sides(*over) == ["left", "left", "none", "none"]
    assert sides((3, going(110, "left")), (8, going(110, "left", 4))) == ["left", "left"]
