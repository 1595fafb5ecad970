"""Trip summaries: what is said of a drive every five minutes and when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.replay import replay
from dms.monitor.monitor import Monitor
from dms.recording.drive import open_drive
from dms.trip.stretch import MAX_COURSE
from dms.trip.summary import TripSummary
from dms.trip.trip import TripMeter, TripWatch
from dms.types import Alert, AlertKind, CueEvent, CueEventKind, Cues, Level, Phase
from tests.drives.drive_making import story, write_jsonl

ATTENTIVE: dict[str, Any] = {"calibrated": True, "off_road": False, "openness": 0.95, "eyes_closed": False, "speed_kph": 72.0}


def drive(length_s: float, *acts: tuple[float, float, dict[str, Any]], fps: float = 30.0, start: float = 0.0) -> Iterator[Cues]:
    """Cues of an attentive driver at 72 km/h, except where `acts` (from, to, what) say otherwise."""
    for index in range(round(length_s * fps) + 1):
        t = start + index / fps
        changes: dict[str, Any] = {}
        for begins, ends, change in acts:
            if begins <= t - start + 1e-9 < ends:
                changes |= change
        yield Cues(t, **{**ATTENTIVE, **changes})


def with_events(cues: Iterable[Cues], *events: tuple[CueEventKind, float, float]) -> Iterator[Cues]:
    """The same cues with events, each told at the first moment after it ended."""
    waiting = sorted((CueEvent(kind, onset, end) for kind, onset, end in events), key=lambda event: event.end)
    for each in cues:
        over = tuple(event for event in waiting if event.end <= each.t)
        waiting = waiting[len(over) :]
        yield replace(each, events=over)


def summed_up(cues: Iterable[Cues], period_s: float = 300.0) -> tuple[list[TripSummary], TripSummary]:
    """The periods of the drive, and the drive."""
    meter = TripMeter(period_s)
    periods = [meter.step(each) for each in cues]
    periods.append(meter.finish())
    assert meter.total is not None
    return [period for period in periods if period is not None], meter.total


def an_alert(kind: AlertKind, level: Level, phase: Phase = Phase.RAISE) -> Alert:
    return Alert(10.0, kind, level, phase, 9.0, "rule", "default", {})


def test_seven_minutes_are_a_period_of_five_and_one_of_two_and_a_drive() -> None:
    periods, whole = summed_up(drive(420.0, start=100.0))
    assert [(period.kind, period.t, period.end, period.complete) for period in periods] == [
        ("period", 100.0, 400.0, True),
        ("period", 400.0, 520.0, True),
    ]
    assert (whole.kind, whole.t, whole.end, whole.complete) == ("drive", 100.0, 520.0, True)
    assert [(entry.t, entry.end) for entry in periods[0].course] == [(100.0 + 60 * k, 160.0 + 60 * k) for k in range(5)]
    assert [entry.t for entry in whole.course] == [100.0 + 60 * k for k in range(7)]
    assert whole.distance_km == pytest.approx(420.0 * 72.0 / 3600.0, abs=0.01)
    assert whole.availability == 1.0


def test_looks_away_from_the_road_are_shares_and_glances() -> None:
    away = [(10.0, 11.0), (20.0, 20.5), (30.0, 33.0), (40.0, 40.5)]
    acts = [(onset, end, {"off_road": True}) for onset, end in away]
    _, whole = summed_up(with_events(drive(100.0, *acts), *[("glance", onset, end) for onset, end in away]))
    attention = whole.attention
    assert attention.off_road_s == pytest.approx(5.0, abs=0.01)
    assert attention.eyes_on_road == pytest.approx(0.95, abs=0.001)
    assert (attention.glances, attention.glance_total_s, attention.glance_longest_s) == (4, 5.0, 3.0)
    assert attention.glance_mean_s == 1.25
    assert attention.glance_p85_s == pytest.approx(3.0, abs=0.05)
    assert attention.glances_over_2_s == 0.25


def test_what_the_driver_looks_at_in_front_of_a_red_light_is_nobodys_business() -> None:
    stands = (20.0, 60.0, {"speed_kph": 0.0})
    cues = with_events(drive(100.0, stands, (30.0, 50.0, {"off_road": True})), ("glance", 30.0, 50.0))
    _, whole = summed_up(cues)
    assert (whole.attention.glances, whole.attention.off_road_s, whole.attention.eyes_on_road) == (0, 0.0, 1.0)
    assert whole.attention.known_s == pytest.approx(60.0, abs=0.1)
    assert whole.moving_s == pytest.approx(60.0, abs=0.1)


def test_without_a_speed_every_look_counts() -> None:
    _, whole = summed_up(drive(100.0, (0.0, 101.0, {"speed_kph": None}), (30.0, 50.0, {"off_road": True})))
    assert whole.attention.eyes_on_road == pytest.approx(0.8, abs=0.001)
    assert (whole.moving_s, whole.distance_km) == (0.0, None)


def test_a_tiring_driver_shows_in_the_course() -> None:
    tired = {"perclos_60s": 0.12, "kss": 8.0, "kss_sigma": 1.3}
    cues = drive(120.0, (0.0, 60.0, {"perclos_60s": 0.02, "kss": 3.0, "kss_sigma": 1.6}), (60.0, 121.0, tired))
    events: list[tuple[CueEventKind, float, float]] = [("yawn", 70.0, 74.0), ("long_blink", 80.0, 80.7), ("nod", 90.0, 91.0)]
    events += [("closure", 90.0, 91.5), ("closure", 100.0, 102.5), *(("blink", float(k), k + 0.2) for k in range(0, 120, 4))]
    _, whole = summed_up(with_events(cues, *events))
    seen = whole.drowsiness
    assert (seen.yawns, seen.long_blinks, seen.nods, seen.closures, seen.blinks) == (1, 1, 1, 2, 30)
    assert seen.closure_longest_s == 2.5
    assert seen.blinks_per_min == pytest.approx(15.0, abs=0.01)
    assert (seen.perclos_mean, seen.perclos_max) == (pytest.approx(0.07, abs=0.001), 0.12)
    assert (seen.kss_mean, seen.kss_max, seen.kss_sigma) == (pytest.approx(5.5, abs=0.01), 8.0, pytest.approx(1.45, abs=0.01))
    assert [(entry.perclos, entry.kss) for entry in whole.course] == [(0.02, 3.0), (0.12, 8.0)]


def test_too_few_pictures_or_eyes_say_nothing_about_blinks() -> None:
    blinks: list[tuple[CueEventKind, float, float]] = [("blink", float(k), k + 0.2) for k in range(0, 60, 4)]
    _, slow = summed_up(with_events(drive(60.0, fps=10.0), *blinks))
    _, hidden = summed_up(with_events(drive(60.0, (20.0, 61.0, {"openness": None})), *blinks))
    assert [summary.drowsiness.blinks_per_min for summary in (slow, hidden)] == [None, None]


def test_every_second_is_usable_degraded_or_paused() -> None:
    hidden, nobody = {"degraded": "eyes_unreadable"}, {"degraded": "no_face", "off_road": None, "openness": None}
    cues = drive(100.0, (10.0, 15.0, hidden), (40.0, 60.0, nobody), (60.0, 80.0, {"paused": True}))
    _, whole = summed_up(each for each in cues if not 90.0 < each.t < 95.0)
    assert whole.degraded_s == {
        "eyes_unreadable": pytest.approx(5.0, abs=0.01),
        "no_face": pytest.approx(20.0, abs=0.01),
        "no_observation": pytest.approx(5.0, abs=0.05),
    }
    assert whole.paused_s == pytest.approx(20.0, abs=0.01)
    assert whole.usable_s + sum(whole.degraded_s.values()) + whole.paused_s == pytest.approx(100.0, abs=0.005)
    assert whole.availability == pytest.approx(50.0 / 80.0, abs=0.001)


def test_a_driver_who_is_learned_again_is_not_judged_in_full() -> None:
    cues = drive(100.0, (10.0, 30.0, {"calibrated": False, "calibration_source": "relearning", "off_road": None}))
    _, whole = summed_up(cues)
    assert whole.degraded_s == {"relearning": pytest.approx(20.0, abs=0.01)}
    assert whole.availability == pytest.approx(0.8, abs=0.001)


def test_alerts_are_counted_by_kind_and_level_as_the_driver_was_told() -> None:
    meter = TripMeter()
    (cues, *_) = drive(1.0)
    long, sleep = AlertKind.DISTRACTION_LONG, AlertKind.FATIGUE_SLEEP
    meter.step(cues, [an_alert(long, Level.ADVISORY), an_alert(long, Level.WARNING, Phase.ESCALATE)])
    meter.step(cues, [an_alert(long, Level.WARNING, Phase.CLEAR), an_alert(sleep, Level.EMERGENCY, Phase.SUPPRESS)])
    meter.step(cues, [an_alert(long, Level.ADVISORY)])
    assert meter.total is not None
    assert meter.total.alerts == {"distraction.long": {"advisory": 2, "warning": 1}}


def test_a_drive_that_was_never_seen_has_no_summary() -> None:
    meter = TripMeter()
    assert (meter.finish(), meter.total, meter.running) == (None, None, None)


def test_a_drive_of_a_day_is_summed_up_in_little_room() -> None:
    _, day = summed_up(drive(24 * 3600.0, fps=0.1))
    assert len(day.course) <= MAX_COURSE
    assert (day.course[0].t, day.course[-1].end) == (0.0, 86_400.0)
    assert all(before.end == after.t for before, after in zip(day.course, day.course[1:], strict=False))
    assert len(msgspec.json.encode(day)) < 32_000


def test_a_period_that_was_slept_through_is_not_made_up() -> None:
    cues = [*drive(10.0), *drive(10.0, start=4000.0)]
    periods, whole = summed_up(cues)
    assert [(period.t, period.end) for period in periods] == [(0.0, 4000.0), (4000.0, 4010.0)]
    assert whole.degraded_s == {"no_observation": pytest.approx(3990.0, abs=0.1)}


def test_a_replayed_drive_is_summed_up_with_its_alerts(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "drive.jsonl", story(90, turned=[(40, 44)], asleep=[(52, 55)]))
    watch = TripWatch(period_s=60.0)
    result = replay(open_drive(path), Monitor(load_pack("default"), load_cabin()), [watch])
    whole = watch.total
    assert whole is not None
    assert len(watch.periods) == 2
    assert sum(sum(levels.values()) for levels in whole.alerts.values()) == sum(
        alert.phase in (Phase.RAISE, Phase.ESCALATE) for alert in result.alerts
    )
    assert whole.drowsiness.closures == 1
    assert whole.drowsiness.closure_longest_s == pytest.approx(3.0, abs=0.1)
    assert whole.attention.off_road_s == pytest.approx(4.0, abs=0.2)


@st.composite
def acts_of_a_drive(draw: st.DrawFn) -> list[tuple[float, float, dict[str, Any]]]:
    """What a driver does in two minutes, to tenths of a second so that the same frames can show it at every rate."""
    changes: list[dict[str, Any]] = [
        {"off_road": True},
        {"off_road": None, "openness": None, "degraded": "no_face"},
        {"perclos_60s": 0.2, "kss": 7.5, "kss_sigma": 1.3},
        {"paused": True},
        {"speed_kph": 0.0},
        {"speed_kph": None},
    ]
    acts = []
    for change in draw(st.lists(st.sampled_from(changes), max_size=6)):
        onset = draw(st.integers(0, 1100)) / 10
        acts.append((onset, onset + draw(st.integers(2, 300)) / 10, change))
    return acts


def additive(summary: TripSummary) -> dict[str, float]:
    """The figures of which the drive's are the sum."""
    values = {
        "usable_s": summary.usable_s,
        "paused_s": summary.paused_s,
        "moving_s": summary.moving_s,
        "distance_km": summary.distance_km or 0.0,
        "known_s": summary.attention.known_s,
        "off_road_s": summary.attention.off_road_s,
        "glances": summary.attention.glances,
        "glance_total_s": summary.attention.glance_total_s,
        "eyes_readable_s": summary.drowsiness.eyes_readable_s,
        "blinks": summary.drowsiness.blinks,
        "closures": summary.drowsiness.closures,
        "duration_s": summary.end - summary.t,
    }
    return values | {f"degraded {reason}": lost_s for reason, lost_s in summary.degraded_s.items()}


EVENTS: list[tuple[CueEventKind, float, float]] = [("glance", 9.0, 12.0), ("blink", 59.9, 60.0), ("closure", 99.0, 101.0)]


@settings(max_examples=10, deadline=None)
@given(acts_of_a_drive(), st.sampled_from([7.0, 30.0, 60.0, 90.0, 119.9]))
def test_the_drive_is_the_sum_of_its_periods(acts: list[tuple[float, float, dict[str, Any]]], period_s: float) -> None:
    periods, whole = summed_up(with_events(drive(120.0, *acts, fps=10.0), *EVENTS), period_s)
    assert [period.t for period in periods[1:]] == [period.end for period in periods[:-1]]
    for name, value in additive(whole).items():
        assert sum(additive(period).get(name, 0.0) for period in periods) == pytest.approx(value, abs=0.02), name
    assert whole.usable_s + whole.paused_s + sum(whole.degraded_s.values()) == pytest.approx(whole.end - whole.t, abs=0.01)


@settings(max_examples=10, deadline=None)
@given(acts_of_a_drive(), st.sampled_from([10.0, 20.0, 60.0]))
def test_the_frame_rate_changes_nothing(acts: list[tuple[float, float, dict[str, Any]]], fps: float) -> None:
    _, usual = summed_up(with_events(drive(120.0, *acts, fps=30.0), *EVENTS))
    _, other = summed_up(with_events(drive(120.0, *acts, fps=fps), *EVENTS))
    expected = additive(usual)
    for name, value in additive(other).items():
        assert value == pytest.approx(expected.get(name, 0.0), abs=1.0 if name in ("glances", "glance_total_s") else 0.01), name
    assert other.drowsiness.kss_mean == pytest.approx(usual.drowsiness.kss_mean, abs=0.01)
    assert other.alerts == usual.alerts


@settings(max_examples=10, deadline=None)
@given(acts_of_a_drive(), st.floats(0.0, 5000.0))
def test_when_the_drive_began_changes_nothing(acts: list[tuple[float, float, dict[str, Any]]], start: float) -> None:
    _, usual = summed_up(drive(60.0, *acts, fps=10.0))
    _, later = summed_up(drive(60.0, *acts, fps=10.0, start=round(start, 1)))
    assert additive(later) == {name: pytest.approx(value, abs=0.002) for name, value in additive(usual).items()}
