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
