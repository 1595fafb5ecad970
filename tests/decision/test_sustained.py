"""Stories of rules that count how long something has lasted."""

from __future__ import annotations

import pytest

from dms.decision.pack_loader import load_pack
from dms.types import Phase
from tests.decision.cue_script import AWAY, CLOSED, COVERED, HIDDEN, NO_FACE, Journey, pack_of, raises, story

LOOKING_AWAY = """
away:
  kind: sustained
  alert: distraction.long
  when: {cue: off_road, is: true}
  ladder: [{level: advisory, after_s: 2}, {level: warning, plus_s: 1}]
  clear: {for_s: 1}
"""
FALLING_ASLEEP = """
asleep:
  kind: sustained
  alert: fatigue.sleep
  when: {cue: eyes_closed, is: true}
  ladder: [{level: urgent, after_s: 3}]
  carry_on: {when: {cue: face_missing, is: true}, after_s: 0.5}
"""


@pytest.fixture
def journey() -> Journey:
    return Journey(pack_of(LOOKING_AWAY))


def test_driver_who_looks_away_is_warned_in_steps_and_cleared_a_second_after_looking_back(journey: Journey) -> None:
    journey.go(5)
    journey.go(4, AWAY)
    journey.go(3)
    assert story(journey.alerts) == [("raise", "advisory", 7.0), ("escalate", "warning", 8.0), ("clear", "warning", 10.0)]
    assert {alert.onset for alert in journey.alerts} == {5.0}


def test_a_flicker_of_the_gaze_neither_restarts_the_count_nor_ends_the_alert(journey: Journey) -> None:
    journey.go(1.5, AWAY)
    journey.go(0.1)
    assert story(journey.go(1.7, AWAY)) == [("raise", "advisory", 2.1), ("escalate", "warning", 3.1)]
    journey.go(0.5)
    journey.go(0.1, AWAY)
    assert story(journey.go(2))[0][0] == "clear"


def test_a_real_return_to_the_road_starts_the_count_afresh(journey: Journey) -> None:
    for _ in range(5):
        journey.go(1.8, AWAY)
        journey.go(0.25)
    assert journey.alerts == []


def test_what_cannot_be_seen_counts_neither_for_nor_against(journey: Journey) -> None:
    journey.go(1.5, AWAY)
    assert journey.go(5, COVERED) == []
    assert story(journey.go(1, AWAY)) == [("raise", "advisory", 7.0)]


def test_a_blink_during_a_glance_counts_as_glance(journey: Journey) -> None:
    journey.go(1, AWAY)
    journey.go(0.2, HIDDEN)
    assert story(journey.go(1, AWAY)) == [("raise", "advisory", 2.0)]


def test_hiding_after_a_warning_does_not_clear_it(journey: Journey) -> None:
    journey.go(4, AWAY)
    assert journey.go(60, NO_FACE) == []
    assert [alert.level for alert in journey.engine.active] == ["warning"]
    assert story(journey.go(2)) == [("clear", "warning", 65.0)]


def test_an_old_glance_is_forgotten_when_the_driver_was_out_of_sight_for_long(journey: Journey) -> None:
    journey.go(1.9, AWAY)
    journey.go(40, COVERED)
    assert journey.go(1.5, AWAY) == []


def test_frames_that_did_not_come_are_time_of_which_nothing_is_known(journey: Journey) -> None:
    journey.go(1.5, AWAY)
    journey.t += 10.0
    assert journey.go(0.4, AWAY) == []
    assert raises(journey.go(0.3, AWAY)) == [("distraction.long", "advisory")]


def test_a_camera_that_falls_silent_is_told_in_time_even_in_a_replay() -> None:
    journey = Journey(load_pack("default"))
    journey.go(5)
    journey.t += 15.0
    journey.go(2)
    assert raises(journey.alerts) == [("system.degraded", "advisory")]
    assert journey.alerts[0].t == pytest.approx(13.0, abs=0.1)
    assert journey.alerts[0].cause["degraded"] == "camera_stale"
    assert journey.engine.active == ()


def test_sleeper_whose_head_drops_out_of_the_picture_is_still_asleep() -> None:
    journey = Journey(pack_of(FALLING_ASLEEP))
    journey.go(1, CLOSED)
    assert story(journey.go(3, NO_FACE)) == [("raise", "urgent", 3.0)]


def test_driver_who_leaves_the_picture_in_mid_blink_is_not_asleep() -> None:
    journey = Journey(pack_of(FALLING_ASLEEP))
    journey.go(0.2, CLOSED)
    assert journey.go(10, NO_FACE) == []


def test_time_to_the_alert_may_depend_on_the_speed() -> None:
    rules = """
away:
  kind: sustained
  alert: assist.eyes_on_request
  when: {cue: off_road, is: true}
  ladder: [{level: advisory, after_s: {cue: speed_kph, points: [[60, 5], [130, 3.5]]}}, {level: warning, plus_s: 3}]
"""
    for speed_kph, expected in ((20, 5.0), (60, 5.0), (95, 4.25), (130, 3.5), (180, 3.5), (None, 3.5)):
        journey = Journey(pack_of(rules))
        journey.go(10, {**AWAY, "speed_kph": speed_kph})
        assert [alert.t for alert in journey.alerts] == pytest.approx([expected, expected + 3.0], abs=0.001), speed_kph


def test_poor_readings_get_more_time_and_the_reason_is_in_the_alert() -> None:
    rules = LOOKING_AWAY + "  more_time: [{when: {cue: non_nominal, is: true}, add_s: 1.5}]\n"
    journey = Journey(pack_of(rules))
    (first, *_) = journey.go(6, {**AWAY, "non_nominal": True})
    assert first.t == pytest.approx(3.5)
    assert first.cause["non_nominal"] is True


class TestSpeed:
    RULES = LOOKING_AWAY + "  speed: {from_kph: 20, hysteresis_kph: 2}\n"

    def test_slow_driver_is_left_alone_and_warned_as_soon_as_the_speed_is_reached(self) -> None:
        journey = Journey(pack_of(self.RULES))
        assert journey.go(5, {**AWAY, "speed_kph": 19.9}) == []
        assert raises(journey.go(0.1, {**AWAY, "speed_kph": 20.0})) == [("distraction.long", "warning")]

    def test_an_alert_stays_just_below_the_gate_and_ends_below_its_hysteresis(self) -> None:
        journey = Journey(pack_of(self.RULES))
        journey.go(4, {**AWAY, "speed_kph": 21.0})
        assert journey.go(1, {**AWAY, "speed_kph": 18.5}) == []
        (clear,) = journey.go(1, {**AWAY, "speed_kph": 17.0})
        assert (clear.phase, clear.cause["reason"]) == ("clear", "speed")

    def test_unknown_speed_is_taken_as_fast(self) -> None:
        journey = Journey(pack_of(self.RULES))
        assert raises(journey.go(2.5, {**AWAY, "speed_kph": None})) == [("distraction.long", "advisory")]

    def test_the_timer_is_shared_by_the_bands_of_a_speed(self) -> None:
        bands = """
slow:
  kind: sustained
  alert: distraction.long
  when: {cue: off_road, is: true}
  speed: {from_kph: 20, below_kph: 50}
  ladder: [{level: warning, after_s: 6}]
fast:
  kind: sustained
  alert: distraction.long
  when: {cue: off_road, is: true}
  speed: {from_kph: 50}
  ladder: [{level: warning, after_s: 3.5}]
"""
        journey = Journey(pack_of(bands))
        assert journey.go(5, {**AWAY, "speed_kph": 45.0}) == []
        assert raises(journey.go(0.1, {**AWAY, "speed_kph": 55.0})) == [("distraction.long", "warning")]

    @pytest.mark.parametrize(("speed_kph", "due_s"), [(19.0, None), (20.0, 6.0), (48.5, 6.0), (49.9, 6.0), (50.0, 3.5)])
    def test_a_drive_may_begin_at_any_speed_and_is_in_one_of_the_bands(self, speed_kph: float, due_s: float | None) -> None:
        journey = Journey(load_pack("eu-addw-inspired"))
        journey.go(65, {"speed_kph": speed_kph})
        told = [alert.t - 65.0 for alert in journey.go(7, {**AWAY, "speed_kph": speed_kph}) if alert.phase is Phase.RAISE]
        assert told == ([] if due_s is None else [pytest.approx(due_s, abs=0.04)])


def test_a_rule_waits_until_it_is_armed() -> None:
    journey = Journey(pack_of(LOOKING_AWAY + "  arm: [{when: {cue: speed_kph, at_least: 10}, for_s: 60}]\n"))
    journey.go(30, {"speed_kph": 5.0})
    journey.go(30)
    assert journey.go(5, AWAY) == []
    journey.go(30)
    assert raises(journey.go(2.5, AWAY)) == [("distraction.long", "advisory")]


def test_a_rule_for_the_assistance_is_silent_without_it_and_without_news_of_it() -> None:
    rules = LOOKING_AWAY + "  only_while: {cue: assist_active, is: true}\n"
    for assist_active in (False, None):
        journey = Journey(pack_of(rules))
        assert journey.go(10, {**AWAY, "assist_active": assist_active}) == []
    journey = Journey(pack_of(rules))
    assert raises(journey.go(2.5, {**AWAY, "assist_active": True})) == [("distraction.long", "advisory")]


def test_a_long_distraction_is_prompted_again_until_the_driver_looks_back() -> None:
    journey = Journey(pack_of(LOOKING_AWAY + "  rewarn_s: 4\n"))
    journey.go(12.5, AWAY)
    journey.go(10)
    repeats = [(alert.t, alert.cause["repeat"]) for alert in journey.alerts if "repeat" in alert.cause]
    assert repeats == [(pytest.approx(7.0), 1), (pytest.approx(11.0), 2)]


def test_degraded_is_told_even_if_no_frames_come_in_between() -> None:
    rules = """
degraded:
  kind: sustained
  alert: system.degraded
  when: {cue: degraded, present: true}
  gaps_count: true
  ladder: [{level: advisory, after_s: 8}]
"""
    journey = Journey(pack_of(rules), fps=1.0)
    journey.go(5)
    assert [alert.kind for alert in journey.go(10, COVERED)] == ["system.degraded"]
