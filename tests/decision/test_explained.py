"""`dms replay --explain` as somebody reads it who wants to know why an alert came, or did not."""

from __future__ import annotations

import re

import pytest

from tests.decision.driving_script import Script
from tests.decision.replaying import Replays


def eventful() -> Script:
    """A long glance, one while indicating, one around a covered camera, a sleeper who slumps, and a glance while crawling."""
    script = Script(80).attentive(70).look("lap", 4).attentive(4)
    script.vehicle(turn_signal="left").look("window_driver", 3.5).vehicle(turn_signal="off").attentive(5)
    script.look("lap", 2).cover_camera(10).look("lap", 3).attentive(5)
    script.close_eyes(2).leave(3).attentive(4)
    return script.vehicle(speed_kph=15).look("lap", 4).attentive(2)


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> str:
    told = Replays(tmp_path_factory.mktemp("explained")).told("eventful", eventful, "default", "--explain")
    return told[told.index("timeline:") :]


@pytest.mark.parametrize(
    "line",
    [
        "0.00 s  rule    drowsiness: not armed yet for 60.00 s",
        "0.00 s  cue     the driver's forward is still being learned for",
        "70.00 s  rule    long_glance: counts for 3.00 s, then asks for its alert",
        "70.00 s  event   glance (lap) of 4.00 s",
        "73.00 s  alert   raise distraction.long warning since 70.00 s by rule long_glance: off_road yes, speed_kph 80",
        "75.00 s  alert   clear distraction.long warning by rule long_glance: reason over",
        "81.00 s  alert   suppress distraction.long warning since 78.00 s by rule long_glance: reason turn_signal",
        "88.50 s  rule    head_away: paused, as what it looks at is unknown, for 10.00 s",
        "86.50 s  rule    repeated_glances: counts for 17.00 s, then starts afresh",
        "88.97 s  cue     degraded (camera_covered) for",
        "96.97 s  alert   raise system.degraded advisory",
        "106.50 s  rule    sleep: counts for 3.00 s, then asks for its alert",
        "109.50 s  alert   raise fatigue.sleep urgent since 106.50 s by rule sleep: eyes_closed yes",
        "109.50 s  alert   suppress fatigue.microsleep urgent since 109.50 s by rule microsleep: reason fatigue.sleep sounds",
        "115.50 s  rule    long_glance: not in force at this speed until the end",
    ],
)
def test_what_armed_counted_paused_was_held_back_and_fired_has_its_line(line: str, timeline: str) -> None:
    assert line in timeline


def test_lines_come_in_order_of_time(timeline: str) -> None:
    times = [float(found) for found in re.findall(r"^ +([\d.]+) s  \w+ ", timeline, re.MULTILINE)]
    assert times == sorted(times)
    assert len(times) > 40


def test_a_rule_for_the_assistance_says_why_it_keeps_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    replays = Replays(tmp_path_factory.mktemp("unassisted"))
    told = replays.told("eventful", lambda: Script(80).attentive(20), "unece-r171-inspired", "--explain")
    assert "eyes_on: not in force, as what it is for is not the case until the end" in told
