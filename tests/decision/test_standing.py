"""Time at a standstill is not driving time: nothing that happened at a red light is held against who drives on."""

from __future__ import annotations

from typing import Any

import pytest

from dms.decision.pack_loader import load_pack
from tests.decision.cue_script import AWAY, CLOSED, Journey, pack_of, raises

STANDING = {"speed_kph": 0.0}
SLOW = {"speed_kph": 15.0}
GLANCE = """
glance:
  kind: sustained
  alert: distraction.long
  when: {cue: off_road, is: true}
  speed: {from_kph: 20}
  ladder: [{level: warning, after_s: 3.0}]
"""
SUM = """
sum:
  kind: cumulative
  alert: distraction.cumulative
  when: {cue: off_road, is: true}
  speed: {from_kph: 20}
  window_s: 30.0
  ladder: [{level: warning, total_s: 10.0}]
"""
SHARE = """
share:
  kind: ratio
  alert: fatigue.drowsiness
  when: {cue: eyes_closed, is: true}
  speed: {from_kph: 20}
  windows: {minute: {window_s: 60.0, usable_s: 10.0}}
  ladder: [{level: warning, share: {minute: 0.3}}]
  clear: {share_below: {minute: 0.1}, for_s: 1.0}
"""
BUDGET = """
buffer:
  kind: budget
  alert: distraction.long
  capacity_s: 5.0
  drain: [{when: {cue: off_road, is: true}, free_s: 1.0}]
  refill: {rate_full: 1.0, rate_empty: 1.0}
  speed: {from_kph: 20}
  ladder: [{level: warning, spent_s: 3.0}]
"""
COUNT = """
closures:
  kind: count
  alert: fatigue.drowsiness
  of: [{becomes: {cue: eyes_closed, is: true}}]
  within_s: 60.0
  speed: {from_kph: 20}
  ladder: [{level: warning, at_least: 3}]
"""


def counting(rule: str) -> str:
    return rule.rstrip("\n") + "\n  standing: counts\n"


def going(speed: dict[str, Any], what: dict[str, Any]) -> dict[str, Any]:
    return {**what, **speed}


def test_a_look_that_goes_on_counts_from_when_the_car_moves() -> None:
    journey = Journey(pack_of(GLANCE))
    journey.go(10)
    assert not journey.go(20, going(STANDING, AWAY))
    (alert,) = journey.go(5, AWAY)
    assert (alert.onset, alert.t) == (pytest.approx(30.0, abs=0.05), pytest.approx(33.0, abs=0.05))


def test_while_the_car_creeps_a_look_counts_and_is_told_once_the_gate_opens() -> None:
    journey = Journey(pack_of(GLANCE))
    journey.go(10)
    assert not journey.go(10, going(STANDING, AWAY))
    assert not journey.go(5, going(SLOW, AWAY))
    assert journey.go(1, AWAY)[0].t == pytest.approx(25.0, abs=0.05)


def test_a_pack_may_say_that_standing_counts() -> None:
    journey = Journey(pack_of(counting(GLANCE)))
    journey.go(10)
    assert not journey.go(20, going(STANDING, AWAY))
    assert journey.go(1, AWAY)[0].t == pytest.approx(30.0, abs=0.05)


@pytest.mark.parametrize("away", [STANDING, SLOW])
def test_a_sum_leaves_out_what_was_too_slow_for_its_rule(away: dict[str, Any]) -> None:
    journey = Journey(pack_of(SUM))
    journey.go(10)
    journey.go(20, going(away, AWAY))
    assert not journey.go(9.5, AWAY)
    assert raises(journey.go(1, AWAY)) == [("distraction.cumulative", "warning")]


def test_what_was_gathered_before_a_stop_fades_with_the_window() -> None:
    soon, late = Journey(pack_of(SUM)), Journey(pack_of(SUM))
    for journey, stop_s in ((soon, 5.0), (late, 31.0)):
        journey.go(10)
        journey.go(8, AWAY)
        journey.go(stop_s, STANDING)
    assert raises(soon.go(3, AWAY)) == [("distraction.cumulative", "warning")]
    assert not late.go(3, AWAY)


def test_a_share_leaves_out_what_was_too_slow_for_its_rule() -> None:
    for pack, told in ((SHARE, False), (counting(SHARE), True)):
        journey = Journey(pack_of(pack))
        journey.go(30)
        journey.go(25, going(STANDING, CLOSED))
        assert bool(raises(journey.go(1, CLOSED))) is told
    assert raises(journey.go(0)) == []
    moving = Journey(pack_of(SHARE))
    moving.go(30)
    assert raises(moving.go(25, CLOSED)) == [("fatigue.drowsiness", "warning")]


def test_a_budget_is_not_spent_at_a_standstill() -> None:
    journey = Journey(pack_of(BUDGET))
    journey.go(10)
    journey.go(20, going(STANDING, AWAY))
    assert not journey.go(3.8, AWAY)
    assert raises(journey.go(0.5, AWAY)) == [("distraction.long", "warning")]


def test_closures_at_a_red_light_are_not_counted() -> None:
    standing, moving = Journey(pack_of(COUNT)), Journey(pack_of(COUNT))
    for journey, speed in ((standing, STANDING), (moving, {})):
        journey.go(10)
        for _ in range(3):
            journey.go(1, going(speed, CLOSED))
            journey.go(2, speed)
        journey.go(1)
    assert raises(standing.alerts) == []
    assert raises(moving.alerts) == [("fatigue.drowsiness", "warning")]


def test_an_alert_does_not_outlast_the_stop() -> None:
    journey = Journey(pack_of(GLANCE.replace("from_kph: 20", "from_kph: 0")))
    journey.go(10)
    assert raises(journey.go(4, AWAY)) == [("distraction.long", "warning")]
    (cleared,) = journey.go(5, going(STANDING, AWAY))
    assert (cleared.phase, cleared.cause["reason"]) == ("clear", "standing")


def test_a_rule_for_any_speed_knows_no_standstill() -> None:
    journey = Journey(pack_of(GLANCE.replace("  speed: {from_kph: 20}\n", "")))
    journey.go(10)
    assert raises(journey.go(4, going(STANDING, AWAY))) == [("distraction.long", "warning")]


def test_eyes_rested_at_a_red_light_are_no_microsleep_and_a_sleeper_who_rolls_is() -> None:
    rested, asleep = Journey(load_pack("default")), Journey(load_pack("default"))
    for journey in (rested, asleep):
        journey.go(80)
        journey.go(10, STANDING)
        journey.go(15, going(STANDING, CLOSED))
        journey.go(1.0, going({"speed_kph": 12.0}, CLOSED))
    rested.go(20)
    assert raises(rested.alerts) == []
    alerts = asleep.go(3, CLOSED)
    assert raises(alerts)[0] == ("fatigue.microsleep", "urgent")
    assert alerts[0].t - 105.0 == pytest.approx(1.5, abs=0.1)
