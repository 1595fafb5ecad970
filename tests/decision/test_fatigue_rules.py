"""Tired drivers under the packs that ship: closures that come again and again, drowsiness in town, heads that only lean."""

from __future__ import annotations

import pytest

from dms.decision.pack_loader import load_pack
from dms.types import CueEvent
from tests.decision.cue_script import AWAY, CLOSED, HIDDEN, Journey, pack_of, raises

LEANING = {"head_away_deg": 17.0, "head_yaw_deg": 17.0, "gaze_source": "eye"}
DROWSY = "fatigue.drowsiness"


def nods_off(journey: Journey, closed_s: float, every_s: float, for_s: float, speed_kph: float | None = 80.0) -> None:
    """The eyes fall shut for `closed_s` every `every_s` seconds; fusion's event comes when they open again."""
    for _ in range(round(for_s / every_s)):
        onset = journey.t
        journey.go(closed_s, {**CLOSED, "speed_kph": speed_kph})
        ended = (CueEvent("closure", onset, journey.t),) if closed_s >= 1.0 else ()
        journey.go(0.1, {"speed_kph": speed_kph, "events": ended})
        journey.go(every_s - closed_s - 0.1, {"speed_kph": speed_kph})


def levels(journey: Journey) -> list[str]:
    return [level for kind, level in raises(journey.alerts) if kind == DROWSY]


@pytest.mark.parametrize(
    ("pack", "speed_kph"), [("default", 80.0), ("default", 15.0), ("default", None), ("euroncap-2026-inspired", 80.0)]
)
def test_closures_too_short_for_a_microsleep_are_told_when_they_come_again_and_again(pack: str, speed_kph: float | None) -> None:
    journey = Journey(load_pack(pack), fps=10)
    nods_off(journey, 1.3, 30.0, 180, speed_kph)
    assert levels(journey) == ["warning"]
    assert 90 < journey.alerts[0].t < 95


def test_a_driver_whose_eyes_fall_shut_every_twenty_seconds_is_told_urgently() -> None:
    journey = Journey(load_pack("default"), fps=10)
    nods_off(journey, 1.3, 20.0, 280)
    assert levels(journey) == ["warning", "urgent"]


def test_three_closures_in_five_minutes_and_long_blinks_at_any_number_are_not_told_of() -> None:
    journey = Journey(load_pack("default"), fps=10)
    nods_off(journey, 1.3, 110.0, 1100)
    nods_off(journey, 0.6, 30.0, 600)
    assert raises(journey.alerts) == []


def test_five_good_minutes_make_up_for_closures() -> None:
    journey = Journey(load_pack("default"), fps=10)
    nods_off(journey, 1.3, 30.0, 120)
    journey.go(310)
    assert journey.engine.active == ()


@pytest.mark.parametrize(
    ("speed_kph", "share", "told"), [(45, 0.25, True), (15, 0.25, True), (45, 0.16, False), (4, 0.30, False)]
)
def test_strong_drowsiness_is_told_in_town_and_in_a_jam(speed_kph: float, share: float, told: bool) -> None:
    journey = Journey(load_pack("default"), fps=10)
    journey.go(90, {"speed_kph": 60.0})
    nods_off(journey, 0.75, 0.75 / share, 180, speed_kph)
    assert ("warning" in levels(journey)) is told


@pytest.mark.parametrize("fps", [7.0, 8.0, 10.0, 12.0])
def test_blinks_that_a_slow_camera_sees_twice_are_no_closures(fps: float) -> None:
    rule = """
drowsiness:
  kind: ratio
  alert: fatigue.drowsiness
  when: {cue: eyes_closed, is: true}
  at_least_s: 0.25
  windows: {minute: {window_s: 60, usable_s: 30}}
  ladder: [{level: advisory, share: {minute: 0.02}}]
  clear: {share_below: {minute: 0.01}, for_s: 1}
"""
    journey = Journey(pack_of(rule), fps=fps)
    for _ in range(60):
        journey.go(2 / fps, CLOSED)
        journey.go(2.0)
    assert journey.alerts == []
    for _ in range(10):
        journey.go(5 / fps, CLOSED)
        journey.go(2.0)
    assert raises(journey.alerts) == [(DROWSY, "advisory")]


def test_a_head_that_leans_while_the_eyes_are_on_the_road_is_an_advisory() -> None:
    journey = Journey(load_pack("default"))
    journey.go(60, LEANING)
    assert raises(journey.alerts) == [("distraction.head_away", "advisory")]
    journey.go(2)
    assert journey.engine.active == ()


@pytest.mark.parametrize(
    "unseen",
    [{"gaze_source": "head", "off_road": False, "non_nominal": True}, {**HIDDEN, "head_away_deg": 17.0, "gaze_source": None}],
)
def test_a_head_that_stays_away_is_warned_of_when_nobody_knows_where_the_eyes_are(unseen: dict[str, object]) -> None:
    journey = Journey(load_pack("default"))
    journey.go(7, {**LEANING, **unseen})
    assert raises(journey.alerts)[:2] == [("distraction.head_away", "advisory"), ("distraction.head_away", "warning")]
    assert [alert.t for alert in journey.alerts if alert.kind == "distraction.head_away"] == pytest.approx([2.0, 5.0], abs=0.1)
    journey.go(3, {"gaze_source": "head", "non_nominal": True})
    assert not any(alert.kind == "distraction.head_away" for alert in journey.engine.active)


def test_a_head_and_eyes_that_are_away_are_warned_of() -> None:
    journey = Journey(load_pack("default"))
    journey.go(4, {**AWAY, "gaze_source": "eye"})
    assert ("distraction.long", "warning") in raises(journey.alerts)
