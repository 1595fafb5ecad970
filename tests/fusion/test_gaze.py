"""Where the driver looks, and by which means that is known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dms.config.cabin import load_cabin
from dms.fusion.directions import Forward, direction
from dms.fusion.fusion import Fusion
from dms.fusion.road import RoadAhead
from dms.fusion.settings import FusionSettings
from dms.fusion.zones import ZoneFinder
from dms.perception.head_geometry import angles_from_rotation, rotation_from_angles
from tests.fusion.driver_story import CABIN, KNOWN, Moment, Story, at, events, first

CABINS = {"left_hand_drive": CABIN, "right_hand_drive": load_cabin("right_hand_drive")}
PLACES = [
    ("road", 0, 0),
    ("road", 15, 5),
    ("road", 0, 18),
    ("road", 0, -13),
    ("mirror_left", 39, -11),
    ("mirror_inside", -29, 16),
    ("mirror_right", -46, -6),
    ("cluster", 0, -25),
    ("centre_display", -33, -20),
    ("glovebox", -53, -23),
    ("passenger_face", -82, 0),
    ("window_driver", 80, 0),
    ("windscreen", -35, 5),
    ("window_passenger", -62, 10),
    ("sun_visor", 0, 32),
    ("roof", 0, 60),
    ("lap", 0, -50),
    ("lap", 5, -60),
    ("footwell", -45, -55),
    ("rear", -140, 0),
    ("rear", 150, -10),
]
AREAS = [
    ("none", 0, -29),
    ("none", 0, -30),
    ("area3", 0, -31),
    ("area3", -20, -45),
    ("area3", 54, -45),
    ("area1", 56, -45),
    ("area1", -56, -45),
    ("area2", 54, 0),
    ("area1", 56, 0),
    ("area2", 0, 0),
    ("area2", 0, -13),
    ("area1", 0, 60),
]


def zone_and_area(cabin_name: str, yaw: float, pitch: float, sigma: float = 4.0) -> tuple[str | None, str | None]:
    finder = ZoneFinder(CABINS[cabin_name], FusionSettings())
    finder.update(direction(yaw, pitch), sigma, RoadAhead(CABINS[cabin_name].steering, FusionSettings()))
    return finder.zone, finder.area


@pytest.mark.parametrize(("zone", "yaw", "pitch"), PLACES)
def test_places_have_names_on_both_sides_of_the_road(zone: str, yaw: float, pitch: float) -> None:
    assert zone_and_area("left_hand_drive", yaw, pitch)[0] == zone
    mirrored = {"mirror_left": "mirror_right", "mirror_right": "mirror_left"}.get(zone, zone)
    assert zone_and_area("right_hand_drive", -yaw, pitch)[0] == mirrored


@pytest.mark.parametrize(("area", "yaw", "pitch"), AREAS)
def test_areas_begin_where_the_regulation_says(area: str, yaw: float, pitch: float) -> None:
    assert zone_and_area("left_hand_drive", yaw, pitch)[1] == area
    assert zone_and_area("right_hand_drive", -yaw, pitch)[1] == area


def test_every_direction_has_a_zone_that_rules_can_name() -> None:
    for cabin_name, cabin in CABINS.items():
        found = {zone_and_area(cabin_name, yaw, pitch)[0] for yaw in range(-180, 181, 5) for pitch in range(-90, 91, 5)}
        assert found <= set(cabin.zones)


def test_an_uncertain_gaze_makes_the_road_wider_but_not_endless() -> None:
    assert zone_and_area("left_hand_drive", 0, -16, sigma=3.0)[0] == "cluster"
    assert zone_and_area("left_hand_drive", 0, -16, sigma=6.0)[0] == "road"
    assert zone_and_area("left_hand_drive", 0, -25, sigma=15.0)[0] == "cluster"


def test_noise_at_the_edge_of_a_zone_does_not_flicker() -> None:
    finder = ZoneFinder(CABIN, FusionSettings())
    zones = []
    for pitch in (0.0, -13.5, -14.5, -13.5, -15.5, -17.0, -15.5, -14.5):
        finder.update(direction(0.0, pitch), 3.0, RoadAhead(CABIN.steering, FusionSettings()))
        zones.append(finder.zone)
    assert zones == ["road"] * 5 + ["cluster"] * 3


def test_turning_the_frame_is_not_subtracting_angles() -> None:
    yaw, pitch, away = Forward(30.0, -10.0).relative(30.0, -10.0)
    assert (yaw, pitch, away) == pytest.approx((0.0, 0.0, 0.0), abs=1e-6)
    assert Forward(30.0, -10.0).relative(-60.0, 0.0)[2] == pytest.approx(90.0, abs=1e-6)
    level = angles_from_rotation(rotation_from_angles(20.0, -15.0, 12.0) @ rotation_from_angles(-40.0, -30.0, 0.0))
    assert Forward(20.0, -15.0, 12.0).relative(level[0], level[1])[:2] == pytest.approx((-40.0, -30.0))
    assert Forward(0.0, 0.0).relative(20.0, 0.0) == pytest.approx((20.0, 0.0, 20.0))


def test_a_mirror_check_is_one_glance_of_its_length() -> None:
    cues = Story().does(20, 21.1, looks=(39.0, -11.0)).cues(25)
    (glance,) = events(cues, "glance")
    assert (glance.value, glance.onset, glance.duration_s) == ("mirror_left", pytest.approx(20.0), pytest.approx(1.1))


def test_glances_add_up() -> None:
    cues = Story().every(5.0, 0.6, 10, 60, looks=(0.0, -25.0)).does(50, 52, looks=(0.0, -25.0)).cues(65)
    assert at(cues, 60).off_road_minute_s == pytest.approx(9 * 0.6 + 2.0, abs=0.1)
    assert at(cues, 64).glance_mean_s == pytest.approx((9 * 0.6 + 2.0) / 10, abs=0.02)
    assert at(cues, 64).glance_p85_s == pytest.approx(0.6, abs=0.04)


def test_a_blink_does_not_interrupt_a_glance_of_the_eyes_alone() -> None:
    story = Story().does(20, 24, gaze=(-33.0, -20.0)).does(21, 21.15, openness=0.05, gaze=(3.0, -2.0))
    cues = story.cues(30)
    assert {cue.gaze_zone for cue in cues if 20 <= cue.t < 23.99} == {"centre_display"}
    assert len(events(cues, "glance")) == 1


def just_below_the_road(sigma_deg: float | None) -> list[bool | None]:
    """Whether 16.5 degrees down are off the road, read with that standard error, through a blink."""
    story = Story().does(5, 7, gaze=(0.0, -16.5)).does(6.0, 6.12, openness=0.03)
    fusion = Fusion(CABIN, calibration=KNOWN)
    told: list[bool | None] = []
    for frame in range(7 * 30):
        seen = story.observation(frame / 30, frame)
        gaze = None if seen.gaze is None or story.at(seen.t).openness < 0.1 else replace(seen.gaze, sigma_deg=sigma_deg)
        cues = fusion.observe(replace(seen, gaze=gaze))
        assert cues is not None
        told += [cues.off_road] if seen.t > 5.5 else []
    return told


def test_a_gaze_that_is_held_through_a_blink_is_as_uncertain_as_it_was_read() -> None:
    assert set(just_below_the_road(6.0)) == {False}
    assert set(just_below_the_road(2.0)) == {True}


def test_a_gaze_of_which_nobody_says_how_far_it_errs_errs_as_usual() -> None:
    assert just_below_the_road(None) == just_below_the_road(FusionSettings().usual_gaze_sigma_deg)
    assert set(just_below_the_road(None)) == {False}


def test_closed_eyes_look_nowhere() -> None:
    cues = Story().does(20, 24, openness=0.03, looks=(0.0, -40.0)).cues(30)
    assert at(cues, 22).gaze_zone is None
    assert at(cues, 22).off_road is None


def test_sunglasses_leave_the_head_to_tell() -> None:
    hidden = Moment(visible=0.1, gaze=None)
    cues = Story(usual=hidden).does(20, 28, head=(0.0, -40.0)).cues(30)
    assert at(cues, 10).gaze_source == "head"
    assert at(cues, 10).non_nominal
    assert at(cues, 10).gaze_zone == "road"
    assert at(cues, 22).gaze_area == "area3"
    assert first(cues, lambda cue: cue.degraded_s >= 8.0) == pytest.approx(8.0, abs=0.1)
    assert at(cues, 22).degraded == "eyes_unreadable"


def test_a_camera_that_reads_heads_only_says_so_within_ten_seconds() -> None:
    cues = Story(usual=Moment(gaze=None)).does(20, 25, head=(3.0, 0.0)).cues(30)
    assert at(cues, 10).degraded == "gaze_unreadable"
    assert at(cues, 10).degraded_s > 9.0
    assert at(cues, 22).non_nominal


def test_a_moment_without_eyes_does_not_move_the_gaze_to_the_head() -> None:
    story = Story().does(20, 24, gaze=(-33.0, -20.0)).does(21, 21.15, visible=0.2, gaze=None)
    assert {cue.gaze_zone for cue in story.cues(30) if 20 <= cue.t < 23.99} == {"centre_display"}


def test_an_uncertain_head_is_unknown() -> None:
    seen = Story().observation(1.0)
    assert seen.head is not None
    vague = replace(seen, head=replace(seen.head, sigma_deg=30.0), gaze=None)
    cue = Fusion(CABIN, calibration=KNOWN).observe(vague)
    assert cue is not None
    assert cue.head_away_deg is None
    assert cue.off_road is None
