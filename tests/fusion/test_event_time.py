"""Which times are taken, and what a gap is."""

from __future__ import annotations

import math

import pytest

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings


def timeline_at(*times: float) -> EventTime:
    timeline = EventTime(FusionSettings())
    for t in times:
        assert timeline.advance(t)
    return timeline


@pytest.mark.parametrize("t", [5.0, 4.9, 0.0, -1.0, -math.inf, math.inf, math.nan, 1.1e7])
def test_a_time_that_cannot_be_is_refused_and_changes_nothing(t: float) -> None:
    timeline = timeline_at(4.9667, 5.0)
    assert not timeline.advance(t)
    assert timeline.t == pytest.approx(0.0333)
    assert timeline.advance(5.0333)
    assert timeline.held_s == pytest.approx(0.0333)


@pytest.mark.parametrize("t", [-0.001, math.nan, math.inf])
def test_the_first_time_may_not_be_anything_either(t: float) -> None:
    assert not EventTime(FusionSettings()).advance(t)


def test_a_drive_may_begin_anywhere() -> None:
    timeline = timeline_at(86_400.0)
    assert timeline.t == 0.0
    assert timeline.clock_s(timeline.t) == 86_400.0


@pytest.mark.parametrize(("step_s", "held_s"), [(0.0333, 0.0333), (0.2, 0.2), (0.3, 0.3), (0.31, 0.0), (12.0, 0.0)])
def test_a_long_silence_is_unknown_time(step_s: float, held_s: float) -> None:
    assert timeline_at(10.0, 10.0 + step_s).held_s == pytest.approx(held_s)


def test_one_wild_time_does_not_make_every_later_one_the_past() -> None:
    timeline = timeline_at(100.0)
    assert not timeline.advance(9e6)
    assert timeline.advance(100.0333)


def test_a_clock_that_really_jumped_is_followed_from_its_second_word() -> None:
    timeline = timeline_at(100.0)
    assert not timeline.advance(50_000.0)
    assert timeline.advance(50_000.0333)
    assert timeline.held_s == 0.0


@pytest.mark.parametrize("fps", [5.0, 10.0, 15.0, 30.0, 60.0])
def test_the_frame_rate_is_measured(fps: float) -> None:
    timeline = timeline_at(*(k / fps for k in range(round(3 * fps))))
    assert timeline.fps == pytest.approx(fps, rel=0.02)


def test_a_change_is_placed_as_a_30_hz_camera_would_see_it() -> None:
    assert timeline_at(1.0, 1.0 + 1 / 30).edge == pytest.approx(1 / 30, abs=2e-6)
    assert timeline_at(1.0, 1.2).edge == pytest.approx(0.1 + 1 / 60, abs=2e-6)
