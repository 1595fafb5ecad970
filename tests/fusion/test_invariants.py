"""What must hold for every drive: nothing depends on the clock's origin or on the frame rate, and nonsense never gets in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from dms.fusion.fusion import Fusion
from dms.types import CameraHealth, Cues, DriverInput, Eye, Eyes, Face, Gaze, Head, Mouth, Observation, VehicleState
from tests.fusion.driver_story import CABIN, KNOWN, Story, at, events, frame_times, irregular_times

DRIVE_S = 20.0
ACTS: list[dict[str, Any]] = [
    {"openness": 0.04},
    {"openness": 0.25},
    {"looks": (39.0, -11.0)},
    {"looks": (0.0, -45.0), "openness": 0.5},
    {"gaze": (-33.0, -20.0)},
    {"mouth": 0.7},
    {"face": False},
    {"camera": CameraHealth.COVERED},
    {"visible": 0.1, "gaze": None},
]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Half a minute of a driver who does something now and then."""
    story = Story()
    t = draw(st.floats(2.0, 4.0))
    while t < DRIVE_S - 4.0:
        length = draw(st.floats(0.3, 5.0))
        story.does(t, t + length, **dict(draw(st.sampled_from(ACTS))))
        t += length + draw(st.floats(1.0, 6.0))
    return story


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, abs_tol=1e-9)
    return bool(left == right)


def numbers_of(cues: Cues) -> Iterable[float]:
    for field in fields(cues):
        value = getattr(cues, field.name)
        if isinstance(value, float):
            yield value


@settings(max_examples=8, deadline=None)
@given(stories(), st.sampled_from([0.125, 1000.0]))
def test_shifting_time_changes_nothing(story: Story, shift: float) -> None:
    usual, later = story.cues(DRIVE_S, fps=10), story.cues(DRIVE_S, fps=10, shift=shift)
    ignored = {"t", "events"}
    for before, after in zip(usual, later, strict=True):
        names = [field.name for field in fields(Cues) if field.name not in ignored]
        assert [name for name in names if not same(getattr(before, name), getattr(after, name))] == []
    assert [event.kind for event in events(usual)] == [event.kind for event in events(later)]


@settings(max_examples=8, deadline=None)
@given(stories(), st.sampled_from([5.0, 10.0, 15.0, 60.0]))
def test_the_frame_rate_changes_no_duration_by_more_than_a_frame(story: Story, fps: float) -> None:
    reference, other = story.cues(DRIVE_S, fps=30), story.cues(DRIVE_S, fps=fps)
    for second in range(1, int(DRIVE_S)):
        left, right = at(reference, second), at(other, second)
        if left.eyes_closed and right.eyes_closed and min(left.eyes_closed_s, right.eyes_closed_s) > 0.5:
            assert left.eyes_closed_s == pytest.approx(right.eyes_closed_s, abs=1.0 / fps + 0.04)


@pytest.mark.parametrize("lost", [0.0, 0.2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_irregular_and_lost_frames_change_little(lost: float, seed: int) -> None:
    story = Story().does(10, 14, openness=0.04).does(20, 23, looks=(0.0, -45.0)).does(30, 35, mouth=0.7).blinks(37, 45)
    regular, irregular = story.cues(45), story.cues(45, times=irregular_times(45, seed, lost=lost))
    for kind in ("closure", "glance", "yawn"):
        (left,), (right,) = events(regular, kind), events(irregular, kind)
        assert (left.onset, left.end) == pytest.approx((right.onset, right.end), abs=0.15)
        assert left.value == right.value


@settings(max_examples=8, deadline=None)
@given(stories())
def test_a_drive_played_twice_is_the_same_to_the_last_bit(story: Story) -> None:
    assert story.cues(DRIVE_S, fps=10) == story.cues(DRIVE_S, fps=10)


@settings(max_examples=8, deadline=None)
@given(stories(), st.floats(4.0, 10.0), st.floats(1.0, 8.0))
def test_a_silence_counts_for_nothing(story: Story, start: float, length: float) -> None:
    times = [t for t in frame_times(DRIVE_S, 10) if not start <= t < start + length]
    cues = story.cues(DRIVE_S, times=times)
    for before, after in pairwise(cues):
        if after.t - before.t > 0.3:
            assert after.eyes_closed_s <= before.eyes_closed_s + 1e-9
            assert after.face_missing_s <= before.face_missing_s + 1e-9
    assert (cues[-1].off_road_minute_s or 0.0) <= len(times) / 10 + 0.2


ANY_NUMBER = st.one_of(st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308]))


@st.composite
def wild_observations(draw: st.DrawFn) -> Observation:
    """Anything a broken sender could put into the fields."""
    number = lambda: draw(ANY_NUMBER)  # noqa: E731
    return Observation(
        t=0.0,
        frame=0,
        camera=draw(st.sampled_from(CameraHealth)),
        face=draw(st.sampled_from([None, Face(0.9, (0.0, 0.0, 1.0, 1.0))])),
        head=Head(number(), number(), number(), number()),
        eyes=Eyes(Eye(number(), number()), draw(st.sampled_from([None, Eye(0.9, 0.9)]))),
        gaze=Gaze(number(), number(), number()),
        mouth=Mouth(number(), number()),
        emotion={"neutral": number(), "anger": number()},
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(wild_observations(), min_size=1, max_size=20), ANY_NUMBER, ANY_NUMBER)
def test_nonsense_never_gets_past_fusion(wild: list[Observation], speed: float, steering: float) -> None:
    fusion = Fusion(CABIN)
    story = Story()
    for k in range(40):
        usual = story.observation(k / 30)
        seen = replace(wild[k % len(wild)], t=usual.t) if k % 2 else usual
        fusion.vehicle(VehicleState(usual.t, speed, "off", steering))
        cues = fusion.observe(seen)
        assert cues is not None
        assert all(math.isfinite(number) for number in numbers_of(cues))


@pytest.mark.parametrize("t", [math.nan, math.inf, -math.inf, -1.0, 1.0, 0.5, 2e7])
def test_impossible_times_are_refused_and_counted(t: float) -> None:
    fusion = Fusion(CABIN, calibration=KNOWN)
    story = Story()
    assert fusion.observe(story.observation(1.0)) is not None
    assert fusion.observe(replace(story.observation(1.0), t=t)) is None
    assert fusion.rejected == 1
    fusion.vehicle(VehicleState(math.nan, 80.0))
    assert fusion.rejected == 2


def test_every_cue_is_filled_in_and_frozen() -> None:
    cues = Story().cues(1)[-1]
    assert type(cues) is Cues
    assert [getattr(cues, field.name) for field in fields(Cues)]
    with pytest.raises(AttributeError):
        cues.t = 1.0  # type: ignore[misc]


def test_the_vehicle_counts_for_two_seconds() -> None:
    fusion = Fusion(CABIN)
    fusion.vehicle(VehicleState(0.0, 80.0, "left"))
    fusion.vehicle(VehicleState(1.0, 81.0))
    story = Story()
    seen = [fusion.observe(story.observation(t)) for t in (0.5, 1.9, 2.1, 3.0, 3.1)]
    assert [(cue.speed_kph, cue.turn_signal) for cue in seen if cue] == [
        (81.0, "left"),
        (81.0, "left"),
        (81.0, None),
        (81.0, None),
        (None, None),
    ]


def test_a_word_from_the_future_is_not_believed() -> None:
    fusion = Fusion(CABIN)
    fusion.vehicle(VehicleState(500.0, 80.0))
    cues = fusion.observe(Story().observation(1.0))
    assert cues is not None
    assert cues.speed_kph is None


def test_a_pause_is_unknown_time() -> None:
    story = Story().does(20, 40, openness=0.04)
    fusion = Fusion(CABIN, calibration=KNOWN)
    before = story.cues(21, fusion=fusion)
    fusion.driver(DriverInput(21.0, "pause"))
    paused = story.cues(35, start=21, fusion=fusion)
    fusion.driver(DriverInput(35.0, "resume"))
    after = story.cues(37, start=35, fusion=fusion)
    assert before[-1].eyes_closed_s == pytest.approx(1.0, abs=0.05)
    assert all(cue.paused and cue.eyes_closed is None and cue.head_away_deg is None for cue in paused)
    assert after[0].eyes_closed_s == 0.0
    assert not after[0].paused
    assert after[-1].eyes_closed_s == pytest.approx(2.0, abs=0.05)
