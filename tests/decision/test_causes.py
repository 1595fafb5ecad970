"""What an alert says of itself: where the driver looked, what gave more time, and what excused it, each with its values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dms.decision.pack_loader import pack_names
from dms.decision.reason_text import why_text
from dms.types import Alert, CauseValue, Phase
from dms.wire import to_json
from tests.decision.cue_script import CLOSED, NO_FACE, Journey, pack_of
from tests.decision.driving_script import Script, cached_pack

LAP = {
    "off_road": True,
    "gaze_zone": "lap",
    "gaze_source": "eye",
    "gaze_away_deg": 50.0,
    "gaze_pitch_deg": -50.0,
    "head_away_deg": 5.0,
}
MIRROR = {**LAP, "gaze_zone": "mirror_left", "gaze_away_deg": 40.0, "gaze_yaw_deg": 39.0, "gaze_pitch_deg": -11.0}


def first(alerts: list[Alert], kind: str, phase: Phase = Phase.RAISE) -> Alert:
    return next(alert for alert in alerts if alert.kind == kind and alert.phase is phase)


def under_default(*stretches: tuple[float, dict[str, Any]]) -> list[Alert]:
    journey = Journey(cached_pack("default"))
    journey.go(5)
    for seconds, changes in stretches:
        journey.go(seconds, changes)
    return journey.alerts


def has(alert: Alert, **values: CauseValue) -> None:
    assert {name: alert.cause.get(name) for name in values} == values


def test_a_glance_into_the_lap_says_what_was_looked_at_and_how_far_from_the_road_it_is() -> None:
    alert = first(under_default((4, LAP)), "distraction.long")
    has(alert, gaze_zone="lap", gaze_source="eye", gaze_away_deg=50.0, gaze_pitch_deg=-50.0, held_s=3.0, after_s=3.0)
    assert why_text(alert.cause) == (
        "looking at the lap, 50° from the road (50° down), read from the eyes; for 3.00 s, due after 3 s; at 80 km/h"
    )


def test_a_head_that_leans_aside_says_that_the_eyes_are_on_the_road() -> None:
    leaning = {"head_away_deg": 17.0, "head_yaw_deg": 17.0, "gaze_source": "eye", "off_road": False, "gaze_zone": "road"}
    alert = first(under_default((3, leaning)), "distraction.head_away")
    assert why_text(alert.cause).startswith(
        "head 17° from the road (17° left); looking at the road, read from the eyes; for 2.00 s"
    )


def test_a_gaze_that_was_read_from_the_head_says_so() -> None:
    alert = first(under_default((4, {**LAP, "gaze_source": "head", "non_nominal": True})), "distraction.long")
    has(alert, gaze_source="head", non_nominal=True)
    assert "read from the head" in why_text(alert.cause)


def test_a_look_into_a_mirror_says_how_much_more_time_it_had_and_for_what() -> None:
    alert = first(under_default((5, MIRROR)), "distraction.long")
    has(alert, after_s=3.8, more_time_s=0.8, more_time_for="driving task target", gaze_zone="mirror_left")
    assert 'due after 3.8 s, 0.8 s of them more time while "driving task target"' in why_text(alert.cause)


def test_a_look_that_an_indicator_excuses_says_its_side_and_for_how_long_at_most() -> None:
    window = {**MIRROR, "gaze_zone": "window_driver", "gaze_yaw_deg": 80.0, "gaze_away_deg": 80.0, "indicated_side": "left"}
    alert = first(under_default((4, window)), "distraction.long", Phase.SUPPRESS)
    has(alert, reason="turn_signal", excused_by="looking where the indicator says", at_most_s=5.0, indicated_side="left")
    assert why_text(alert.cause).startswith(
        'reason turn_signal: "looking where the indicator says", for 5 s at most (a manoeuvre to the left is announced); '
    )


def test_in_a_bend_the_alert_says_where_the_road_goes() -> None:
    alert = first(under_default((4, {**LAP, "road_yaw_deg": -18.0, "steering_deg": -70.0})), "distraction.long")
    has(alert, road_yaw_deg=-18.0, steering_deg=-70.0)
    assert "the road goes 18° to the right (steering wheel 70° right)" in why_text(alert.cause)


def test_on_a_straight_road_and_forwards_nothing_is_said_of_the_wheel_or_the_gear() -> None:
    alert = first(under_default((4, {**LAP, "road_yaw_deg": 0.2, "steering_deg": 1.0, "gear": "D"})), "distraction.long")
    assert not {"road_yaw_deg", "steering_deg", "gear"} & set(alert.cause)


def test_without_a_speed_the_alert_says_why_it_comes_late_and_softly() -> None:
    journey = Journey(cached_pack("default"))
    journey.go(6, {**LAP, "speed_kph": None, "speed_status": "never_told"})
    alert = first(journey.alerts, "distraction.long")
    has(alert, speed_status="never_told", times_as_long=1.7, level_at_most="advisory", after_s=5.1)
    assert "speed never told, so times are 1.7 times as long, advisory at most" in why_text(alert.cause)


def test_glances_that_add_up_say_where_they_went() -> None:
    looks = [(2.2, LAP), (1.0, {}), (2.2, {**MIRROR, "gaze_zone": "centre_display"}), (1.0, {})]
    alert = first(under_default(*looks, *looks, *looks), "distraction.cumulative")
    has(alert, stretches=5, needed_s=10.0, looked_at="the lap 5.6 s, the centre display 4.4 s")
    assert "in all at the lap 5.6 s, the centre display 4.4 s; 10.0 of the last 30 s in 5 stretches (10 s needed)" in why_text(
        alert.cause
    )


def test_a_sleeper_who_slumps_out_of_sight_is_told_of_by_what_was_seen_before() -> None:
    alert = first(under_default((1.0, CLOSED), (4.0, {**NO_FACE, "eyes_closed": None})), "fatigue.sleep")
    has(alert, carried_on_by="face lost")


def test_an_alert_about_another_alert_names_it() -> None:
    alert = first(under_default((8, LAP)), "driver.unresponsive")
    has(alert, raised="distraction.long warning")


def test_counts_say_what_was_counted_and_how_many_it_takes() -> None:
    rules = """
yawns:
  kind: count
  alert: fatigue.yawning
  of: [{becomes: {cue: yawning, is: true}}]
  within_s: 60
  ladder: [{level: info, at_least: 2}]
"""
    journey = Journey(pack_of(rules))
    for _ in range(2):
        journey.go(2, {"yawning": False})
        journey.go(2, {"yawning": True})
    has(journey.alerts[0], count=2, needed=2, counted="times at which it comes about that the driver yawns")


def test_an_alert_that_waits_for_its_cooldown_says_how_long() -> None:
    phone = {"phone": "at_ear"}
    alert = first(under_default((5, phone), (3, {}), (5, phone)), "distraction.phone", Phase.SUPPRESS)
    has(alert, reason="cooldown", cooldown_s=10.0)
    assert alert.cause["cooldown_left_s"] == pytest.approx(2.0, abs=0.2)


def test_an_alert_that_ends_as_the_car_stops_says_the_speed() -> None:
    alert = first(under_default((4, LAP), (1, {**LAP, "speed_kph": 0.0})), "distraction.long", Phase.CLEAR)
    assert alert.cause["speed_kph"] == 0.0


def test_whatever_no_phrase_knows_is_said_by_its_name() -> None:
    cause = {"off_road": None, "kss": 8.125, "standing_s": 3.0, "calm": False, "pack_sha256": "ab", "note": "new"}
    assert why_text(cause) == "off road unknown; kss 8.12; standing 3 s; calm no; note new"
    assert why_text({}) == ""


@pytest.fixture(scope="module")
def eventful() -> Script:
    script = Script(80, assist_active=True).attentive(70)
    for place in ("lap", "mirror_left", "centre_display", "window_driver"):
        script.look(place, 4.5).attentive(2).vehicle(turn_signal="left").look(place, 3.5).vehicle(turn_signal="off").attentive(1)
    script.vehicle(steering_deg=-70, speed_kph=45).look("lap", 5).vehicle(steering_deg=0, speed_kph=80).attentive(3)
    return script.close_eyes(8).leave(4).attentive(3).state(8, phone="at_ear").attentive(2).cover_camera(12).attentive(5)


@pytest.mark.parametrize("pack", pack_names())
def test_messages_stay_small(pack: str, eventful: Script) -> None:
    alerts = eventful.alerts(pack, fps=15.0)
    assert alerts
    for alert in alerts:
        assert len(alert.cause) <= 30
        assert len(to_json(alert)) <= 1200
        json.loads(to_json(alert))
