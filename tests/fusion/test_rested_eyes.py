"""Eyes rested at a red light are no sign of sleepiness; eyes that close while driving are."""

from __future__ import annotations

import pytest

from tests.fusion.driver_story import Story, at


def closing_eyes(speed_kph: float | None) -> Story:
    """A minute and a half of driving, 40 s with eyes shut for half a minute of it at this speed, and on."""
    return Story().does(90, 130, speed_kph=speed_kph).does(95, 125, openness=0.03, gaze=None)


@pytest.mark.parametrize("minute", ["perclos_60s", "perclos_180s"])
def test_eyes_rested_at_a_standstill_leave_perclos_alone(minute: str) -> None:
    rested = closing_eyes(0.0).cues(200)
    assert max(getattr(cue, minute) or 0.0 for cue in rested) == 0.0
    assert max(cue.kss or 0.0 for cue in rested) < 3.5
    asleep = closing_eyes(80.0).cues(200)
    assert max(getattr(cue, minute) or 0.0 for cue in asleep) > 0.15
    unknown = closing_eyes(None).cues(200)
    assert max(getattr(cue, minute) or 0.0 for cue in unknown) > 0.15


def test_who_rolls_with_eyes_shut_has_them_shut_from_when_the_car_moves() -> None:
    story = Story().does(60, 90, speed_kph=0.0).does(70, 96, openness=0.03, gaze=None)
    cues = story.cues(120)
    assert at(cues, 89).eyes_closed is True
    assert at(cues, 89).perclos_60s in (None, 0.0)
    assert at(cues, 98).perclos_60s == pytest.approx(6.0 / 30.0, abs=0.01)  # of 22 s before the stop and 8 s after it


def mirrors() -> Story:
    """A look of 0.8 s every eight seconds of the first minute, and forty seconds at a light."""
    return Story().every(8.0, 0.8, 0.0, 60.0, gaze=(39.0, -11.0)).does(60, 100, speed_kph=0.0)


def test_looks_at_a_standstill_are_in_no_statistic_of_glances() -> None:
    cues = mirrors().does(65, 95, gaze=(-75.0, -3.0)).cues(125)
    assert at(cues, 120).glance_mean_s == pytest.approx(0.8, abs=0.05)
    assert at(cues, 120).glance_p85_s == pytest.approx(0.8, abs=0.05)
    assert max(cue.off_road_minute_s or 0.0 for cue in cues) < 7.0


def test_a_look_that_goes_on_as_the_car_pulls_off_counts_from_when_it_moves() -> None:
    cues = mirrors().does(95, 102, gaze=(-75.0, -3.0)).cues(125)
    assert at(cues, 120).glance_mean_s == pytest.approx((7 * 0.8 + 2.0) / 8, abs=0.05)
    (look,) = [event for cue in cues for event in cue.events if event.kind == "glance" and event.value == "passenger_face"]
    assert look.duration_s == pytest.approx(7.0, abs=0.1)
