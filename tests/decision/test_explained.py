# ruff: noqa: E501 - a line of the timeline is one line
"""`dms replay --explain` as somebody reads it who wants to know why an alert came, or did not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dms.decision.engine import RuleStatus
from dms.decision.runner import Hindrance, RuleState
from dms.drives.replaying.explain import Timeline
from dms.types import AlertKind
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
        "0.00 s  cue     learning the driver for",
        "70.00 s  rule    long_glance: counts for 3.00 s, then asks for its alert",
        "70.00 s  event   glance (lap) of 4.00 s",
        "73.00 s  alert   raise distraction.long warning since 70.00 s by rule long_glance: looking at the lap, 50° from the road (50° down), read from the eyes; for 3.00 s, due after 3 s; at 80 km/h",
        "75.00 s  alert   clear distraction.long warning by rule long_glance: reason over",
        '81.00 s  alert   suppress distraction.long warning since 78.00 s by rule long_glance: reason turn_signal: "looking where the indicator says"',
        '78.00 s  glance  the driver\'s window (80° left, 5° down) for 3.50 s: distraction.head_away advisory held back for turn_signal ("looking where the indicator says", as a manoeuvre to the left was announced)',
        "88.50 s  rule    head_away: paused, as what it looks at is unknown, for 10.00 s",
        "86.50 s  rule    repeated_glances: counts for 17.00 s, then starts afresh",
        "88.97 s  cue     degraded (camera_covered) for",
        "96.97 s  alert   raise system.degraded advisory",
        "106.50 s  rule    sleep: counts for 3.00 s, then asks for its alert",
        "109.50 s  alert   raise fatigue.sleep urgent since 106.50 s by rule sleep: eyes closed; for 3.00 s",
        "109.50 s  alert   suppress fatigue.microsleep urgent since 109.50 s by rule microsleep: reason fatigue.sleep sounds",
        "115.50 s  rule    long_glance: not in force at this speed until the end",
        "115.50 s  glance  the lap (50° down) for 4.00 s: did not count, as no rule on looks aside is in force at 15 km/h",
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


STANDING_COUNTS = """\
pack: strict
title: Whoever stands drives
rules:
  look:
    kind: sustained
    alert: distraction.long
    when: {cue: off_road, is: true}
    speed: {from_kph: 1, hysteresis_kph: 1}
    standing: counts
    ladder: [{level: warning, after_s: 30}]
"""


def excuses(folder: Path, script: Script, pack: str = "default") -> list[str]:
    """What is said of looks that were excused, without their times."""
    told = Replays(folder).told("excused", lambda: script, pack, "--explain")
    return [line.split("  glance  ")[1] for line in told.splitlines() if "  glance  " in line]


def test_a_look_along_the_bend_is_on_the_road_and_says_by_how_much_the_wheel_is_turned(tmp_path: Path) -> None:
    script = Script(80).attentive(70).vehicle(steering_deg=-70, speed_kph=45).state(5, head=(-25, 0), gaze=(-32, 0))
    assert excuses(tmp_path, script.vehicle(steering_deg=0, speed_kph=80).attentive(3)) == [
        "the windscreen beside the road (32° right) for 5.00 s: on the road, which goes 18° to the right here (steering wheel 70° right)"
    ]


def test_what_the_road_takes_in_because_the_gaze_is_uncertain_is_no_excuse_of_the_bend(tmp_path: Path) -> None:
    script = Script(80).attentive(70).vehicle(steering_deg=-4, speed_kph=60).state(5, head=(-8, -5), gaze=(-2, -13.0))
    assert excuses(tmp_path, script.vehicle(steering_deg=0).attentive(3)) == []


def test_a_rule_that_counts_and_is_not_armed_yet_has_one_line_for_both_at_the_end(tmp_path: Path) -> None:
    script = Script(80).attentive(20).close_eyes(1.2).attentive(3)
    told = Replays(tmp_path).told("unarmed", lambda: script, "default", "--explain")
    lines = [line.strip() for line in told.splitlines() if "  drowsiness: " in line and "until the end" in line]
    assert lines == ["0.00 s  rule    drowsiness: not armed yet until the end; counts from 21.60 s on all the same"]


@pytest.mark.parametrize(
    ("unarmed_s", "counts_s", "line"),
    [
        (0.0, 0.0, "drowsiness: counts until the end, but cannot speak: not armed yet"),
        (7.0, 5.0, "drowsiness: counts until the end, but cannot speak from 7.00 s on: not armed yet"),
        (5.0, 7.0, "drowsiness: not armed yet until the end; counts from 7.00 s on all the same"),
    ],
)
def test_of_a_rule_that_counts_but_is_not_armed_the_line_says_that_it_cannot_speak(
    unarmed_s: float, counts_s: float, line: str
) -> None:
    told = Timeline()
    for t in sorted({unarmed_s, counts_s}):
        state: RuleState = "counting" if t >= counts_s else "idle"
        hindrance: Hindrance | None = "arming" if t >= unarmed_s else None
        told._follow_rule(t, RuleStatus("drowsiness", AlertKind.FATIGUE_DROWSINESS, state, hindrance, None))
    assert [entry.text for entry in told.entries] == [line]


def test_a_mirror_look_that_got_more_time_says_so_for_the_rule_and_for_the_look(tmp_path: Path) -> None:
    script = Script(80).attentive(70).look("mirror_left", 3.5).attentive(3)
    [look] = excuses(tmp_path, script)
    assert look.endswith('rule long_glance gave 0.8 s more than usual, due after 3.8 s, while "driving task target"')
    told = Replays(tmp_path).told("excused", lambda: script, "default", "--explain")
    assert '67 s, then starts afresh; 0.8 s more than usual, due after 3.8 s, while "driving task target"' in told


def test_looks_at_a_red_light_did_not_count_and_ordinary_ones_need_no_excuse(tmp_path: Path) -> None:
    script = Script(80).attentive(70).look("lap", 1.5).attentive(2).vehicle(speed_kph=0.0).look("lap", 8).attentive(2)
    assert excuses(tmp_path, script) == ["the lap (50° down) for 8.00 s: did not count, as the car stood"]


def test_where_standing_counts_as_driving_it_is_no_excuse(tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text(STANDING_COUNTS)
    script = Script(80).attentive(70).vehicle(speed_kph=0.0).look("lap", 8).attentive(2)
    assert excuses(tmp_path, script, str(tmp_path / "strict.yaml")) == []


def test_a_drive_without_speed_is_explained_although_its_hint_is_told_once(tmp_path: Path) -> None:
    [look] = excuses(tmp_path, Script(None).attentive(70).look("lap", 4.5).attentive(3))
    assert look.endswith("rule long_glance gave 2.1 s more than usual, due after 5.1 s, while nobody tells the speed")
