"""A look down holds together while the lids stay down, however unsure the gaze."""

from __future__ import annotations

from tests.fusion.driver_story import Moment, Story

LOW = {"head": (0.0, -11.0), "openness": 0.42}


def unsteady(story: Story, begin: float, end: float, **changes: object) -> Story:
    """A look at something 22 degrees down whose reading comes up to 12 every now and then."""
    story.does(begin, end, gaze=(0.0, -24.0), **changes)
    return story.every(0.9, 0.3, begin + 0.6, end, gaze=(0.0, -12.0))


def off_road_s(story: Story, begin: float, end: float) -> float:
    cues = [cue for cue in story.cues(until=end + 3.0, fps=15.0) if begin + 0.2 <= cue.t < end]
    return sum(bool(cue.off_road) for cue in cues) / 15.0


def test_a_gaze_that_seems_to_come_back_again_and_again_is_one_look() -> None:
    assert off_road_s(unsteady(Story(), 10.0, 15.0, **LOW), 10.0, 15.0) > 4.6


def test_the_look_is_over_when_the_lids_come_up() -> None:
    story = unsteady(Story(), 10.0, 12.0, **LOW)
    (back, *_) = [cue.t for cue in story.cues(until=14.0, fps=30.0) if cue.t > 12.0 and cue.off_road is False]
    assert back < 12.1


def test_narrow_eyes_that_look_ahead_are_not_taken_to_look_down() -> None:
    """The sun comes out during a look at the instruments, and the eyes stay narrow after it."""
    story = Story().does(10.0, 40.0, openness=0.42).does(10.0, 12.0, gaze=(0.0, -24.0), head=(0.0, -11.0))
    cues = story.cues(until=40.0, fps=15.0)
    assert not any(cue.off_road for cue in cues if cue.t > 12.5)


def test_eyes_alone_that_look_down_are_held_by_the_lids() -> None:
    assert off_road_s(unsteady(Story(usual=Moment()), 10.0, 15.0, openness=0.42), 10.0, 15.0) > 4.6
