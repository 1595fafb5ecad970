"""A head that leans on a window says nothing of the eyes; one that turns to look does."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dms.fusion.fusion import Fusion
from dms.types import Cues, VehicleState
from tests.fusion.driver_story import CABIN, KNOWN, Moment, Story, at, frame_times


def with_roll(head: tuple[float, float], roll_deg: float, *, gaze: tuple[float, float] | None = None) -> list[Cues]:
    """From the 5th second the head is so, and tilted."""
    story = Story(usual=Moment(gaze=gaze)).does(5, 20, head=head)
    fusion, cues = Fusion(CABIN, calibration=KNOWN), []
    for frame, t in enumerate(frame_times(20, 15)):
        seen = story.observation(t, frame)
        if t >= 5.0 and seen.head is not None:
            seen = replace(seen, head=replace(seen.head, roll_deg=roll_deg))
        fusion.vehicle(VehicleState(t, 80.0))
        found = fusion.observe(seen)
        assert found is not None
        cues.append(found)
    return cues


@pytest.mark.parametrize(
    ("head", "roll_deg", "leans"),
    [
        ((17.0, 0.0), -9.0, True),  # on the window to the left
        ((-15.0, -3.0), 10.0, True),  # on a hand to the right
        ((17.0, 0.0), 0.0, False),  # turned, and upright
        ((17.0, 0.0), 9.0, False),  # tilted the other way: looking round something
        ((45.0, 0.0), -9.0, False),  # out of the window
        ((-20.0, -25.0), 9.0, False),  # down into the footwell
    ],
)
def test_a_head_leans_if_it_is_tilted_to_where_it_is_turned_a_little(
    head: tuple[float, float], roll_deg: float, leans: bool
) -> None:
    assert at(with_roll(head, roll_deg), 12.0).head_leans is leans


def test_without_eyes_a_leaning_head_is_taken_to_look_ahead_and_a_turned_one_is_not() -> None:
    leaning, turned = at(with_roll((28.0, 0.0), -9.0), 12.0), at(with_roll((28.0, 0.0), 0.0), 12.0)
    assert (leaning.gaze_source, leaning.off_road) == ("head", False)
    assert (turned.gaze_source, turned.off_road) == ("head", True)
    assert leaning.head_away_deg == pytest.approx(28.0, abs=0.1)


def test_eyes_that_can_be_read_decide_whatever_the_head_does() -> None:
    assert at(with_roll((17.0, 0.0), -9.0, gaze=(0.0, -45.0)), 12.0).off_road is True
