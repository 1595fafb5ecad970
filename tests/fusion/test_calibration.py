"""Learning a driver's forward direction and open eye on the way."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from typing import Any

import pytest
from msgspec.structs import replace

from dms.config.cabin import Camera
from dms.fusion.calibration import Calibration
from dms.fusion.fusion import Fusion
from dms.types import Cues, DriverInput, VehicleState
from tests.fusion.driver_story import CABIN, KNOWN, Moment, Story, at, first


def busy_driver(forward: tuple[float, float], seed: int, until: float) -> Story:
    """Looks about as drivers do: a glance every few seconds, and blinks."""
    chance = random.Random(seed)
    story = Story(forward=forward, usual=Moment(openness=0.85)).blinks(0, until)
    t = 2.0
    while t < until:
        length = chance.uniform(0.5, 1.5)
        story.does(t, t + length, looks=chance.choice([(39.0, -11.0), (0.0, -25.0), (-29.0, 16.0), (-33.0, -20.0)]))
        t += length + chance.uniform(1.5, 5.0)
    return story


@pytest.mark.parametrize("forward", [(0.0, 0.0), (30.0, 8.0), (-25.0, -16.0)])
def test_forward_is_learned_wherever_the_camera_sits(forward: tuple[float, float]) -> None:
    fusion = Fusion(CABIN)
    cues = busy_driver(forward, 3, 100).cues(100, fps=15, fusion=fusion, knows=None)
    learned = fusion.calibration
    assert (learned.forward_yaw_deg, learned.forward_pitch_deg) == pytest.approx(forward, abs=0.5)
    assert learned.open_eye == pytest.approx(0.85, abs=0.02)
    assert learned.source == "learned"
    assert cues[-1].calibrated
    assert cues[-1].calibration == 1.0
    progress = [cue.calibration for cue in cues]
    assert progress == sorted(progress)


def test_a_camera_far_to_the_side_alarms_nobody_in_the_first_seconds() -> None:
    cues = Story(forward=(30.0, 5.0)).cues(30, knows=None)
    assert at(cues, 5).head_away_deg is None
    assert at(cues, 5).off_road is None
    known = first(cues, lambda cue: cue.head_away_deg is not None)
    assert known == pytest.approx(8.0, abs=1.2)
    assert max(cue.head_away_deg or 0.0 for cue in cues) < 1.0


def test_a_known_mounting_serves_from_the_first_frame() -> None:
    camera = Camera(forward_yaw_deg=30.0, forward_pitch_deg=5.0)
    cabin = CABIN.model_copy(update={"camera": camera})
    cues = Story(forward=(33.0, 5.0)).does(2, 6, looks=(-40.0, 0.0)).cues(30, knows=None, cabin=cabin)
    assert at(cues, 3).head_away_deg == pytest.approx(37.0, abs=1.0)
    assert at(cues, 29).head_away_deg == pytest.approx(0.0, abs=0.5)


def test_a_forward_far_from_the_mounting_is_not_learned() -> None:
    cabin = CABIN.model_copy(update={"camera": Camera(forward_yaw_deg=0.0, forward_pitch_deg=0.0, tolerance_deg=20.0)})
    fusion = Fusion(cabin)
    Story(forward=(45.0, 0.0)).cues(90, fusion=fusion, knows=None)
    assert fusion.calibration.forward_yaw_deg == 0.0
    assert fusion.calibration.source == "prior"


def test_a_driver_who_slowly_tires_moves_nothing() -> None:
    story = Story(usual=Moment(openness=0.95))
    for minute in range(2, 12):
        story.does(minute * 60.0, (minute + 1) * 60.0, looks=(0.0, -1.0 * minute), openness=0.95 - 0.04 * minute)
    fusion = Fusion(CABIN)
    cues = story.cues(660, fps=6, fusion=fusion, knows=None)
    assert fusion.calibration.forward_pitch_deg == pytest.approx(0.0, abs=0.1)
    assert cues[-1].head_pitch_deg == pytest.approx(-10.0, abs=0.2)
    assert cues[-1].openness == pytest.approx(0.55 / 0.95, abs=0.02)


def test_a_drowsy_start_teaches_nothing_about_the_open_eye() -> None:
    """Scenario D07: tired from the first second; what was learned then is refused, and the drowsiness shows."""
    story = Story(usual=Moment(openness=0.6)).every(4.0, 0.7, 0, 300, openness=0.03)
    fusion = Fusion(CABIN)
    cues = story.cues(300, fps=10, fusion=fusion, knows=None)
    assert fusion.calibration.source == "rejected"
    assert fusion.calibration.open_eye == 1.0
    assert not cues[-1].calibrated
    assert first(cues, lambda cue: (cue.perclos_60s or 0) >= 0.15 and (cue.perclos_180s or 0) >= 0.10) is not None
    assert at(cues, 200).head_away_deg == pytest.approx(0.0, abs=0.1)
    awake = Story().cues(500, start=300, fps=10, fusion=fusion)
    assert awake[-1].calibrated


def test_a_parked_car_teaches_nothing() -> None:
    fusion = Fusion(CABIN)
    cues = Story(forward=(10.0, 0.0), usual=Moment(speed_kph=0.0)).cues(90, fps=10, fusion=fusion, knows=None)
    assert fusion.calibration == Calibration()
    assert cues[-1].head_away_deg is None


def test_without_a_vehicle_it_learns_all_the_same() -> None:
    fusion = Fusion(CABIN)
    Story(forward=(10.0, 0.0), usual=Moment(speed_kph=None)).cues(90, fps=10, fusion=fusion, knows=None)
    assert fusion.calibration.source == "learned"


def test_sunglasses_do_not_keep_a_drive_uncalibrated() -> None:
    fusion = Fusion(CABIN)
    Story(forward=(10.0, 0.0), usual=Moment(visible=0.1, gaze=None)).cues(90, fps=10, fusion=fusion, knows=None)
    assert fusion.calibration.source == "learned"
    assert fusion.calibration.forward_yaw_deg == pytest.approx(10.0)


def test_what_was_learned_survives_a_restart_as_json() -> None:
    fusion = Fusion(CABIN)
    story = Story(forward=(20.0, -5.0))
    story.cues(90, fps=10, fusion=fusion, knows=None)
    restored = Calibration(**json.loads(json.dumps(asdict(fusion.calibration))))
    assert restored == fusion.calibration
    cues = story.cues(2, knows=None, fusion=Fusion(CABIN, calibration=restored))
    assert cues[0].calibrated
    assert cues[0].calibration_source == "restored"
    assert cues[0].head_away_deg == pytest.approx(0.0, abs=0.1)


def test_another_driver_in_the_same_seat_is_learned_anew() -> None:
    fusion = Fusion(CABIN, calibration=KNOWN)
    cues = Story(forward=(18.0, 0.0)).cues(90, fps=10, fusion=fusion, knows=None)
    assert at(cues, 5).head_away_deg == pytest.approx(18.0, abs=0.1)
    assert at(cues, 35).head_away_deg == pytest.approx(0.0, abs=0.1)
    assert at(cues, 89).calibration_source == "learned"


def test_a_new_drive_begins_afresh_from_what_is_known_of_the_seat() -> None:
    fusion = Fusion(CABIN)
    story = Story(forward=(20.0, -5.0)).every(4.0, 0.7, 60, 180, openness=0.03)
    cues = story.cues(180, fps=10, fusion=fusion, knows=None)
    assert cues[-1].perclos_60s == pytest.approx(0.175, abs=0.02)
    fusion.driver(DriverInput(180.0, "new_drive"))
    after = story.cues(185, start=180, fps=10, fusion=fusion, knows=None)
    assert after[0].perclos_60s is None
    assert after[0].calibration_source == "restored"
    assert after[0].head_away_deg == pytest.approx(0.0, abs=0.1)


def test_glances_at_a_turn_and_telephone_calls_teach_nothing() -> None:
    fusion = Fusion(CABIN)
    story = Story().does(0, 30, phone="handheld", looks=(0.0, -20.0))
    story.cues(60, fps=10, fusion=fusion, knows=None)
    assert fusion.calibration.forward_pitch_deg == pytest.approx(0.0)


def test_what_is_forgotten_on_request_is_learned_anew() -> None:
    fusion = Fusion(CABIN, calibration=KNOWN)
    story = Story(forward=(14.0, 0.0))
    story.cues(5, fps=10, fusion=fusion, knows=None)
    fusion.driver(DriverInput(5.0, "forget_calibration"))
    cues = story.cues(100, start=5, fps=10, fusion=fusion, knows=None)
    assert (cues[0].calibration_source, cues[0].head_away_deg) == ("prior", None)
    assert (cues[-1].calibration_source, cues[-1].head_away_deg) == ("learned", pytest.approx(0.0, abs=0.1))


def test_a_calibration_that_the_cameras_mounting_rules_out_is_not_restored() -> None:
    moved = CABIN.model_copy(update={"camera": Camera(forward_yaw_deg=25.0, forward_pitch_deg=0.0, tolerance_deg=20.0)})
    fusion = Fusion(moved, calibration=KNOWN)
    assert (fusion.calibration.source, fusion.calibration.forward_yaw_deg) == ("prior", 25.0)


def test_a_drowsy_start_leaves_the_restored_open_eye_as_it_was() -> None:
    fusion = Fusion(CABIN, calibration=KNOWN)
    drowsy = Story(usual=Moment(openness=0.6)).every(5.0, 1.2, 0, 90, openness=0.03)
    cues = drowsy.cues(90, fps=15, fusion=fusion, knows=None)
    assert cues[-1].calibration_source == "rejected"
    assert fusion.calibration.open_eye == KNOWN.open_eye


def test_a_new_drive_remembers_nothing_but_the_calibration() -> None:
    """So that its recording, which begins there, replays to the same bytes."""
    story = Story(forward=(20.0, -5.0)).does(150, 153, looks=(30.0, 0.0)).blinks(100, 170)
    live = Fusion(CABIN)
    story.cues(123.4, fps=30, fusion=live, knows=None)
    live.driver(DriverInput(123.4, "new_drive"))
    again = Fusion(CABIN, calibration=live.calibration)
    later = [story.cues(170, start=123.4, fps=30, fusion=fusion, knows=None) for fusion in (live, again)]
    assert later[0] == later[1]


def test_a_frame_of_the_drive_before_is_no_part_of_the_new_one() -> None:
    fusion = Fusion(CABIN)
    Story().cues(10, fps=10, fusion=fusion)
    fusion.driver(DriverInput(10.0, "new_drive"))
    assert fusion.observe(Story().observation(9.0)) is None
    assert fusion.observe(Story().observation(10.0)) is not None


def test_the_eyes_of_another_driver_are_not_held_against_this_one() -> None:
    wide_eyed = Fusion(CABIN, calibration=KNOWN)
    narrow = Moment(openness=0.7)
    Story(forward=(18.0, 0.0), usual=narrow).cues(100, fps=15, fusion=wide_eyed, knows=None)
    assert wide_eyed.calibration.open_eye == pytest.approx(0.7, abs=0.02)
    same_place = Fusion(CABIN, calibration=KNOWN)
    Story(usual=narrow).cues(100, fps=15, fusion=same_place, knows=None)
    assert same_place.calibration.open_eye == pytest.approx(0.9 * KNOWN.open_eye)


@pytest.mark.parametrize("reason", [{"phone": "handheld"}, {"phone": "at_ear"}], ids=["in the hand", "at the ear"])
def test_a_drive_that_begins_with_a_phone_is_judged_by_a_guess_until_it_ends(reason: dict[str, Any]) -> None:
    story = Story(forward=(12.0, -4.0)).does(0, 60, **reason).does(30, 34, looks=(0.0, -40.0))
    fusion = Fusion(CABIN)
    cues = story.cues(90, fps=10, fusion=fusion, knows=None)
    assert first(cues, lambda cue: cue.off_road is not None) == pytest.approx(8.0, abs=1.2)
    assert at(cues, 32).off_road is True
    assert (at(cues, 50).off_road, at(cues, 50).calibration_source, at(cues, 50).calibrated) == (False, "provisional", False)
    assert (at(cues, 50).calibration, cues[-1].calibration) == (0.0, pytest.approx(0.5, abs=0.05))


def test_a_drive_that_begins_with_an_indicator_left_on_is_judged_all_the_same() -> None:
    fusion = Fusion(CABIN)
    story = Story(forward=(12.0, -4.0)).does(20, 25, looks=(80.0, 0.0))
    seen: list[Cues] = []
    for frame in range(300):
        fusion.vehicle(VehicleState(frame / 10, speed_kph=30.0, turn_signal="left"))
        cue = fusion.observe(story.observation(frame / 10, frame))
        assert cue is not None
        seen.append(cue)
    assert [at(seen, t).off_road for t in (10, 22, 28)] == [False, True, False]
    assert at(seen, 22).gaze_zone == "window_driver"


def test_whoever_crawls_in_traffic_is_judged_by_a_guess() -> None:
    fusion = Fusion(CABIN)
    cues = Story(forward=(10.0, 0.0), usual=Moment(speed_kph=6.0)).cues(30, fps=10, fusion=fusion, knows=None)
    assert cues[-1].head_away_deg == pytest.approx(0.0, abs=0.1)
    assert (cues[-1].calibration_source, cues[-1].calibration) == ("provisional", 0.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_who_is_busy_with_a_display_from_the_start_looks_at_it_and_not_at_the_road_beside_it(seed: int) -> None:
    """Two seconds on the display and one on the road, again and again: the road is where the head keeps coming up to."""
    chance = random.Random(seed)
    story = Story(forward=(-15.0, 5.0)).every(3.0, 2.0, 0, 90, looks=(-33.0, -20.0))
    fusion = Fusion(CABIN)
    for frame in range(900):
        seen = story.observation(frame / 10, frame)
        assert seen.head is not None
        head = replace(seen.head, yaw_deg=chance.gauss(seen.head.yaw_deg, 1.5), pitch_deg=chance.gauss(seen.head.pitch_deg, 1.5))
        fusion.vehicle(VehicleState(frame / 10, speed_kph=80.0))
        fusion.observe(replace(seen, head=head))
    learned = fusion.calibration
    assert (learned.forward_yaw_deg, learned.forward_pitch_deg) == pytest.approx((-15.0, 5.0), abs=1.0)
