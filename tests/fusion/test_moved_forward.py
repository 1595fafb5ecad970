"""Forward is learned again by those whose eyes are on the road, and by nobody else."""

from __future__ import annotations

from dataclasses import replace as replace_moment

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dms.fusion.fusion import Fusion
from dms.types import Cues, Observation, VehicleState
from tests.fusion.driver_story import CABIN, Moment, Story, at, first, frame_times

LEARNED_S = 80.0
END_S = 190.0
Angles = tuple[float, float]


def drive(
    story: Story,
    *,
    knock: Angles = (0.0, 0.0),
    knocked_at: float = LEARNED_S,
    fps: float = 10.0,
    shift_s: float = 0.0,
    until: float = END_S,
    assist: bool = False,
) -> tuple[Fusion, list[Cues]]:
    """The story on a straight road, with a camera that is turned by `knock` at that time."""
    fusion = Fusion(CABIN)
    cues: list[Cues] = []
    for frame, t in enumerate(frame_times(until, fps)):
        seen = story.observation(t, frame, shift_s)
        if t >= knocked_at:
            seen = turned(seen, knock)
        speed_kph = story.at(t).speed_kph
        fusion.vehicle(VehicleState(t=t + shift_s, speed_kph=speed_kph, steering_deg=0.0, assist_active=assist))
        found = fusion.observe(seen)
        assert found is not None
        cues.append(found)
    return fusion, cues


def turned(seen: Observation, by: Angles) -> Observation:
    """What a camera that was turned so far sees: head and gaze alike."""
    head, gaze = seen.head, seen.gaze
    if head is not None:
        head = replace(head, yaw_deg=head.yaw_deg + by[0], pitch_deg=head.pitch_deg + by[1])
    if gaze is not None:
        gaze = replace(gaze, yaw_deg=gaze.yaw_deg + by[0], pitch_deg=gaze.pitch_deg + by[1])
    return replace(seen, head=head, gaze=gaze)


def attentive() -> Story:
    """Mirrors and dials every ten seconds, and blinks."""
    story = Story().blinks(0, END_S)
    for k, look in enumerate([(39.0, -11.0), (-29.0, 14.0), (0.0, -23.0)] * 6):
        story.does(5.0 + 10.0 * k, 5.8 + 10.0 * k, gaze=look, head=(0.5 * look[0], 0.4 * look[1]))
    return story


def forward(fusion: Fusion) -> Angles:
    known = fusion.calibration
    assert known.forward_yaw_deg is not None
    assert known.forward_pitch_deg is not None
    return known.forward_yaw_deg, known.forward_pitch_deg


@pytest.mark.parametrize("knock", [(12.0, 0.0), (-18.0, 0.0), (0.0, 12.0), (0.0, -10.0), (10.0, -10.0), (-25.0, 8.0)])
def test_a_knocked_camera_is_noticed_and_forward_learned_again(knock: Angles) -> None:
    fusion, cues = drive(attentive(), knock=knock)
    assert forward(fusion) == pytest.approx(knock, abs=2.0)
    assert fusion.calibration.source == "learned"
    relearning = [cue.t for cue in cues if cue.calibration_source == "relearning"]
    assert relearning[0] == pytest.approx(LEARNED_S + 11.0, abs=2.0)
    assert relearning[-1] < LEARNED_S + 90.0
    assert not any(cue.calibrated or cue.calibration >= 1.0 for cue in cues if cue.calibration_source == "relearning")


def test_what_lies_away_from_the_old_forward_is_unknown_once_a_knock_is_likely() -> None:
    _, cues = drive(attentive(), knock=(28.0, 0.0))
    assert at(cues, LEARNED_S + 4).off_road is True
    assert at(cues, LEARNED_S + 14).off_road is None
    assert at(cues, LEARNED_S + 14).head_away_deg is None
    assert at(cues, LEARNED_S + 40).off_road is False


def test_eyes_that_close_are_seen_while_forward_is_unknown() -> None:
    _, cues = drive(Story().does(LEARNED_S + 15, LEARNED_S + 18, openness=0.05), knock=(18.0, 0.0))
    assert at(cues, LEARNED_S + 15.5).off_road is None
    assert at(cues, LEARNED_S + 17.5).eyes_closed_s == pytest.approx(2.5, abs=0.3)


def test_a_look_back_at_the_road_ends_the_doubt() -> None:
    story = Story().does(LEARNED_S, LEARNED_S + 15, looks=(20.0, 0.0))
    fusion, cues = drive(story)
    assert at(cues, LEARNED_S + 14).calibration_source == "relearning"
    assert at(cues, LEARNED_S + 17).calibration_source == "learned"
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=0.5)


LAP = {"gaze": (-4.0, -40.0), "head": (-2.0, -16.0), "openness": 0.7}
PASSENGER = {"gaze": (-70.0, -4.0), "head": (-50.0, -2.0)}
SUNK = {"gaze": (0.0, -30.0), "head": (0.0, -12.0), "openness": 0.45}


@pytest.mark.parametrize(
    ("story", "why"),
    [
        (Story().every(5.5, 4.0, LEARNED_S, END_S, **LAP), "a phone in the lap, over and over"),
        (Story().does(LEARNED_S, END_S, **LAP), "a phone in the lap to the last"),
        (Story().does(LEARNED_S, END_S, phone="handheld", looks=(10.0, -14.0)), "a phone in the hand"),
        (Story().every(7.0, 5.0, LEARNED_S, END_S, **PASSENGER), "talking to a passenger"),
        (Story().does(LEARNED_S, END_S, **PASSENGER), "staring at a passenger"),
        (Story().every(5.5, 4.0, LEARNED_S, END_S, looks=(-30.0, -18.0)), "a screen, the head turned all the way"),
        (Story().does(LEARNED_S, END_S, head=(20.0, -5.0)), "the head at the window, the gaze on the road"),
        (Story().does(LEARNED_S, END_S, **SUNK), "gaze and lids low"),
        (Story().does(LEARNED_S, END_S, looks=(8.0, -12.0), openness=0.5), "head and gaze sunk behind low lids"),
        (Story().does(LEARNED_S, END_S, looks=(10.0, -20.0), openness=0.04), "asleep"),
        (Story().does(LEARNED_S, END_S, head=(20.0, 0.0), gaze=None), "eyes that cannot be read"),
        (Story().does(LEARNED_S, END_S, looks=(20.0, 0.0), speed_kph=20.0), "looking about in a queue"),
        (Story().does(LEARNED_S, END_S, looks=(20.0, 0.0), speed_kph=0.0), "standing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_does_not_look_at_the_road_moves_nothing(story: Story, why: str) -> None:
    fusion, cues = drive(story)
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=0.5), why
    assert "relearning" not in {cue.calibration_source for cue in cues}, why


ON_THE_WHEEL = {"looks": (3.0, -22.0), "openness": 0.7}


def test_who_stares_at_a_phone_for_half_a_minute_and_more_moves_nothing() -> None:
    """Ten seconds of it were told of before forward is doubted at all, and a stare is not looking ahead."""
    fusion, cues = drive(Story().does(LEARNED_S, LEARNED_S + 60, **ON_THE_WHEEL))
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=0.5)
    away = [cue.t for cue in cues if LEARNED_S < cue.t < LEARNED_S + 60 and cue.off_road]
    assert away[-1] - away[0] > 9.0
    assert at(cues, LEARNED_S + 64).off_road is False


def test_glances_back_at_the_road_are_no_looks_about() -> None:
    story = (
        Story().does(LEARNED_S, LEARNED_S + 60, **ON_THE_WHEEL).every(9.0, 0.4, LEARNED_S + 5, LEARNED_S + 60, looks=(0.0, 0.0))
    )
    fusion, _ = drive(story)
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=0.5)


def without_eyes(story: Story) -> Story:
    """The same with eyes that nobody can read from the start."""
    return Story(
        usual=replace_moment(story.usual, gaze=None),
        acts={
            second: [(begin, end, {**changes, "gaze": None}) for begin, end, changes in acts]
            for second, acts in story.acts.items()
        },
    )


def test_by_the_head_alone_it_takes_longer() -> None:
    fusion, cues = drive(without_eyes(attentive()), knock=(18.0, 0.0))
    assert forward(fusion) == pytest.approx((18.0, 0.0), abs=2.0)
    relearning = [cue.t for cue in cues if cue.calibration_source == "relearning"]
    assert relearning[0] > LEARNED_S + 18.0
    assert relearning[-1] < LEARNED_S + 100.0


def test_a_leaning_head_that_was_learned_is_forgotten_when_it_comes_up() -> None:
    story = attentive().does(LEARNED_S, LEARNED_S + 75, head=(18.0, 0.0))
    for k in range(8):
        story.does(LEARNED_S + 4 + 9 * k, LEARNED_S + 5 + 9 * k, head=(30.0, -6.0))
    fusion, cues = drive(without_eyes(story), until=260)
    assert at(cues, LEARNED_S + 20).head_yaw_deg == pytest.approx(18.0, abs=2.0)
    assert at(cues, LEARNED_S + 72).head_yaw_deg == pytest.approx(0.0, abs=2.0)
    assert at(cues, LEARNED_S + 100).head_yaw_deg == pytest.approx(0.0, abs=2.0)
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=2.0)


def test_a_driver_who_may_look_elsewhere_while_the_car_steers_moves_nothing() -> None:
    fusion, _ = drive(Story().does(LEARNED_S, END_S, looks=(-20.0, -5.0)), assist=True)
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=0.5)


def after_a_stop(empty_s: float, **usual: object) -> Story:
    """Stands from the 85th second, the seat empty for so long from the 90th; who sits there from the 130th drives off."""
    story = Story().does(85, 130, speed_kph=0.0).does(90, 90 + empty_s, face=False)
    return story.does(115, 210, **usual)


def test_another_driver_is_learned_from_the_start() -> None:
    fusion, cues = drive(after_a_stop(25, looks=(24.0, -6.0), openness=0.6), until=210)
    assert forward(fusion) == pytest.approx((24.0, -6.0), abs=2.0)
    assert fusion.calibration.open_eye == pytest.approx(0.6, abs=0.03)
    away = [cue.t for cue in cues if cue.t > 130 and cue.off_road]
    assert not away or away[-1] < 136
    known = first([cue for cue in cues if cue.t > 130], lambda cue: cue.off_road is False)
    assert known == pytest.approx(138.0, abs=3.0)


def test_the_same_driver_after_a_stop_is_known_at_once() -> None:
    story = after_a_stop(25).does(142, 148, looks=(-5.0, -30.0))
    fusion, cues = drive(story)
    assert {cue.calibration_source for cue in cues if cue.t > LEARNED_S} == {"learned"}
    assert at(cues, 145).off_road is True
    assert fusion.calibration.open_eye == pytest.approx(0.95, abs=0.02)


def test_another_driver_is_noticed_without_a_vehicle_too() -> None:
    story = Story(usual=Moment(speed_kph=None)).does(90, 112, face=False).does(112, 210, looks=(24.0, -6.0))
    fusion = Fusion(CABIN)
    cues = story.cues(210, fps=10.0, fusion=fusion)
    assert forward(fusion) == pytest.approx((24.0, -6.0), abs=2.0)
    assert not [cue.t for cue in cues if cue.t > 113 and cue.off_road]


@pytest.mark.parametrize("head", [(24.0, -6.0), (6.0, 0.0)])
def test_somebody_whose_eyes_are_read_elsewhere_as_well_is_judged_all_the_same(head: Angles) -> None:
    """Neither the old forward nor a rotation of it fits; nobody is left unknown for good."""
    fusion, cues = drive(after_a_stop(25, head=head, gaze=(head[0] + 11.0, head[1])), until=210)
    known = first([cue for cue in cues if cue.t > 130], lambda cue: cue.head_away_deg is not None)
    assert known is not None
    assert known < 165
    assert at(cues, 205).head_away_deg == pytest.approx(0.0, abs=8.0)
    assert fusion.calibration.source in {"learned", "relearning"}


def test_who_comes_back_and_looks_at_a_phone_on_the_wheel_is_seen_to() -> None:
    story = after_a_stop(25).does(133, 160, **ON_THE_WHEEL)
    fusion, cues = drive(story, until=210)
    assert forward(fusion) == pytest.approx((0.0, 0.0), abs=0.5)
    assert all(cue.off_road for cue in cues if 134 < cue.t < 142)


def test_a_knock_does_not_forget_the_eyes() -> None:
    fusion, _ = drive(Story(usual=Moment(openness=0.8)), knock=(15.0, 0.0))
    assert fusion.calibration.open_eye == pytest.approx(0.8, abs=0.02)


@settings(max_examples=8, deadline=None)
@given(
    yaw_deg=st.floats(-24, 24).filter(lambda deg: abs(deg) > 8),
    pitch_deg=st.floats(-10, 10),
    fps=st.sampled_from([6.0, 10.0, 15.0]),
    shift_s=st.floats(0, 5000),
)
def test_forward_after_a_knock_hangs_neither_on_the_frame_rate_nor_on_the_time(
    yaw_deg: float, pitch_deg: float, fps: float, shift_s: float
) -> None:
    fusion, cues = drive(attentive(), knock=(yaw_deg, pitch_deg), fps=fps, shift_s=shift_s, until=130)
    assert forward(fusion) == pytest.approx((yaw_deg, pitch_deg), abs=2.0)
    noticed = first(cues, lambda cue: cue.calibration_source == "relearning")
    assert noticed is not None
    assert noticed - shift_s == pytest.approx(LEARNED_S + 11.0, abs=2.5)
