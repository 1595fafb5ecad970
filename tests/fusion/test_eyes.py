"""Closures, blinks and PERCLOS: the stories behind microsleep, sleep and drowsiness."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from dms.fusion.fusion import Fusion
from dms.types import CameraHealth, Eye, Eyes
from tests.fusion.driver_story import CABIN, KNOWN, Story, at, events, first, frame_times


def longest_closure(story: Story, until: float, **options: object) -> float:
    return max(cue.eyes_closed_s for cue in story.cues(until, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("fps", [5.0, 10.0, 15.0, 30.0, 60.0])
@pytest.mark.parametrize("onset", [10.0, 10.07, 10.13])
def test_a_microsleep_is_timed_the_same_at_any_frame_rate(fps: float, onset: float) -> None:
    cues = Story().does(onset, onset + 4.0, openness=0.05).cues(20, fps=fps)
    (closure,) = events(cues, "closure")
    assert closure.onset == pytest.approx(onset, abs=0.5 / fps + 0.018)
    assert closure.end == pytest.approx(onset + 4.0, abs=0.5 / fps + 0.018)
    running = [cue for cue in cues if cue.eyes_closed]
    assert all(cue.eyes_closed_s == pytest.approx(cue.t - closure.onset, abs=1e-5) for cue in running)


def test_ordinary_blinks_are_blinks_and_nothing_else() -> None:
    story = Story().blinks(0, 240)
    for onset in (60.0, 100.0, 140.0):
        story.does(onset - 1.0, onset + 2.0, openness=0.95).does(onset, onset + 0.6, openness=0.05)
    cues = story.cues(240)
    assert len(events(cues, "long_blink")) == 3
    assert len(events(cues, "blink")) == pytest.approx(68, abs=5)
    assert events(cues, "closure") == []
    assert max(cue.perclos_60s or 0.0 for cue in cues) < 0.04
    assert at(cues, 230).blink_rate_per_min == pytest.approx(17, abs=1)
    assert at(cues, 230).blink_duration_s == pytest.approx(0.15, abs=0.02)


def test_blink_statistics_are_withheld_at_low_frame_rates() -> None:
    cues = Story().blinks(0, 120).cues(120, fps=10)
    assert {cue.blink_rate_per_min for cue in cues} == {None}


def test_a_glance_at_the_cluster_is_no_microsleep() -> None:
    story = Story().does(20, 20.3, head=(0.0, -5.0)).does(20.3, 21.0, head=(0.0, -10.0))
    story.does(20.1, 21.1, openness=0.25, gaze=(0.0, -25.0))
    cues = story.cues(25)
    assert not any(cue.eyes_closed for cue in cues)
    assert [(glance.value, round(glance.duration_s, 1)) for glance in events(cues, "glance")] == [("cluster", 1.0)]


def test_a_glance_at_the_cluster_is_logged_even_if_only_the_head_and_the_lids_tell() -> None:
    story = Story().does(20, 21.0, head=(0.0, -10.0), openness=0.25, gaze=None)
    (glance,) = events(story.cues(25), "glance")
    assert glance.value == "cluster"


@pytest.mark.parametrize("gaze", [(0.0, -50.0), None], ids=["gaze read", "lids too low for that"])
@pytest.mark.parametrize("openness", [0.35, 0.25, 0.18])
def test_reading_a_telephone_in_the_lap_is_not_sleep(openness: float, gaze: tuple[float, float] | None) -> None:
    story = Story().does(20, 26, head=(0.0, -20.0), gaze=gaze, openness=openness)
    assert longest_closure(story, 30) == 0.0


def test_eyes_that_close_while_the_head_drops_are_closed_all_the_same() -> None:
    story = Story().does(20, 26, openness=0.03).does(20.3, 26, head=(0.0, -20.0))
    assert longest_closure(story, 30) == pytest.approx(6.0, abs=0.1)


def test_a_flicker_of_the_reading_does_not_wake_a_sleeper() -> None:
    story = Story().does(20, 24, openness=0.05).every(0.7, 0.05, 20.3, 24, openness=0.6)
    assert longest_closure(story, 30) == pytest.approx(4.0, abs=0.1)


def test_noise_of_the_reading_does_not_end_a_closure() -> None:
    noise = random.Random(5)
    story = Story()
    for k in range(120):
        story.does(20 + k / 30, 20 + (k + 1) / 30, openness=max(0.0, noise.gauss(0.1, 0.04)))
    assert longest_closure(story, 30) == pytest.approx(4.0, abs=0.1)


def test_opening_the_eyes_ends_a_closure_at_the_opening() -> None:
    cues = Story().does(20, 21.45, openness=0.05).cues(25)
    assert max(cue.eyes_closed_s for cue in cues) < 1.5
    assert first(cues, lambda cue: cue.t > 21.0 and cue.eyes_closed_s == 0.0) == pytest.approx(21.72, abs=0.04)


def test_lids_that_flutter_in_a_sleep_do_not_begin_it_anew() -> None:
    story = Story().does(20, 24, openness=0.05).does(22.4, 22.6, openness=0.6)
    cues = story.cues(26)
    assert max(cue.eyes_closed_s for cue in cues) == pytest.approx(4.0, abs=0.1)
    assert not any(cue.eyes_closed is False for cue in cues if 20.1 < cue.t < 23.9)


def test_who_blinks_on_the_way_down_to_the_lap_in_low_sun_is_awake() -> None:
    low = {"openness": 0.17, "gaze": (-5.0, -45.0), "head": (-2.0, -17.0)}
    story = Story().does(10, 40, openness=0.33).does(20, 25, **low).does(20, 20.2, openness=0.02)
    assert max(cue.eyes_closed_s for cue in story.cues(30)) < 0.8


def in_low_sun(openness: float, until: float) -> Story:
    """From the 10th second; a blink every three and a half seconds."""
    return Story().does(10, until, openness=openness).blinks(0, until, per_minute=17.0, length=0.15)


@pytest.mark.parametrize("openness", [0.14, 0.17, 0.2, 0.23])
def test_who_squints_into_the_sun_and_blinks_is_awake_from_the_second_blink_on(openness: float) -> None:
    cues = in_low_sun(openness, 60).cues(60)
    assert max(cue.eyes_closed_s for cue in cues if cue.t > 18) < 0.5
    assert max(cue.perclos_60s or 0.0 for cue in cues) < 0.12


@pytest.mark.parametrize("openness", [0.04, 0.14, 0.18])
def test_who_falls_asleep_does_not_blink(openness: float) -> None:
    assert longest_closure(Story().does(20, 26, openness=openness), 30) == pytest.approx(6.0, abs=0.1)


def test_a_noisy_reading_of_a_sleeper_is_no_blink() -> None:
    noise = random.Random(7)
    story = Story()
    for k in range(240):
        story.does(20 + k / 30, 20 + (k + 1) / 30, openness=max(0.0, noise.gauss(0.14, 0.04)))
    assert longest_closure(story, 34) == pytest.approx(8.0, abs=0.2)


def test_who_squints_and_then_falls_asleep_is_seen_to() -> None:
    cues = in_low_sun(0.22, 40).does(40, 46, openness=0.03).does(46, 60, openness=0.95).cues(60)
    assert max(cue.eyes_closed_s for cue in cues if cue.t > 40) == pytest.approx(6.0, abs=0.4)


def test_a_sleeper_whose_head_sinks_behind_lids_that_are_nearly_down_stays_asleep() -> None:
    story = Story().does(20, 26, openness=0.17)
    for k in range(10):
        story.does(20.6 + 0.1 * k, 26, head=(0.0, -1.6 * k), gaze=None)
    assert max(cue.eyes_closed_s for cue in story.cues(28)) > 5.5


def test_a_sleeper_who_slumps_out_of_view_goes_on_sleeping() -> None:
    cues = Story().does(20, 21, openness=0.05).does(21, 60, face=False).cues(60)
    assert first(cues, lambda cue: cue.eyes_closed_s >= 3.0) == pytest.approx(23.0, abs=0.04)
    assert at(cues, 30).eyes_closed
    assert at(cues, 30).openness is None
    assert at(cues, 45).eyes_closed_s == 0.0


def nods(story: Story, begin: float, end: float, depth_deg: float = 16.0) -> Story:
    """The head sinks within a second and comes up at `end`."""
    for k in range(11):
        story.does(begin + 0.1 * k, end, head=(0.0, -0.1 * depth_deg * k), gaze=None)
    return story


def test_a_sleeper_whose_head_nods_until_nobody_can_read_the_eyes_goes_on_sleeping() -> None:
    story = nods(Story().does(20, 31, openness=0.02).does(21.2, 25, visible=0.1), 20.6, 31)
    cues = story.cues(40)
    assert at(cues, 24).eyes_closed
    assert at(cues, 24).openness is None
    assert first(cues, lambda cue: cue.eyes_closed_s >= 3.0) == pytest.approx(23.1, abs=0.2), "what falls before the nod pauses"
    assert max(cue.eyes_closed_s for cue in cues) > 10.0
    assert at(cues, 32).eyes_closed is False


@pytest.mark.parametrize(
    ("before", "depth_deg", "why"),
    [
        ({"closed": (20.9, 21.2)}, 40.0, "a blink on the way into the lap"),
        ({"closed": (20.2, 21.2)}, 6.0, "a head that hardly moves"),
    ],
)
def test_eyes_that_cannot_be_read_are_not_asleep_for_that(
    before: dict[str, tuple[float, float]], depth_deg: float, why: str
) -> None:
    story = nods(Story().does(*before["closed"], openness=0.02).does(21.2, 30, visible=0.1), 20.6, 30, depth_deg)
    assert longest_closure(story, 32) < 1.1, why


def test_a_head_that_stays_low_after_a_nod_makes_no_sleeper_of_who_is_awake() -> None:
    story = nods(Story().does(20, 21.6, openness=0.02), 20.6, 60)
    story.does(40, 40.6, openness=0.02).does(40.6, 45, visible=0.1)
    cues = story.cues(60)
    assert max(cue.eyes_closed_s for cue in cues if cue.t > 30) < 0.8
    assert [event.kind for cue in cues for event in cue.events if event.kind == "nod"] == ["nod"]


def test_lids_at_a_tenth_behind_a_head_that_sinks_are_closed_lids() -> None:
    """The sun blinds the camera as it begins, so nobody saw the lids fall before the head."""
    story = nods(Story().does(20, 26, openness=0.11).does(18, 21.2, visible=0.1), 21.0, 26, 12.0)
    assert max(cue.eyes_closed_s for cue in story.cues(30)) > 4.0


def test_a_nod_before_a_camera_that_is_covered_goes_on_for_nobody() -> None:
    story = nods(Story().does(20, 30, openness=0.02).does(22, 30, camera=CameraHealth.COVERED), 20.6, 30)
    assert max(cue.eyes_closed_s for cue in story.cues(29)) == pytest.approx(2.0, abs=0.1)


def test_a_blink_on_the_way_to_a_shoulder_check_is_no_sleep() -> None:
    story = Story().does(20, 20.2, openness=0.05, looks=(60.0, 0.0)).does(20.2, 23, face=False)
    assert longest_closure(story, 30) < 0.3


def test_a_covered_camera_pauses_a_closure() -> None:
    story = Story().does(20, 23, openness=0.05).does(21, 22, camera=CameraHealth.COVERED)
    cues = story.cues(30)
    assert at(cues, 21.5).eyes_closed is None
    assert at(cues, 21.5).eyes_closed_s == pytest.approx(1.0, abs=0.07)
    assert max(cue.eyes_closed_s for cue in cues) == pytest.approx(2.0, abs=0.1)


def test_one_closed_frame_after_a_long_silence_is_one_closed_frame() -> None:
    story = Story().does(20, 40, openness=0.05)
    times = [t for t in frame_times(31, 30) if t < 21 or t >= 30]
    cues = story.cues(31, times=times)
    assert at(cues, 30.0).eyes_closed_s == 0.0
    assert at(cues, 30.9).eyes_closed_s == pytest.approx(0.9, abs=0.05)


def test_an_eye_that_cannot_be_read_is_left_out() -> None:
    story = Story()
    fusion = Fusion(CABIN, calibration=KNOWN)
    seen = story.observation(1.0)
    one_eye = replace(seen, eyes=Eyes(Eye(0.05, 0.2), Eye(0.95, 0.9)))
    no_eye = replace(seen, t=1.1, eyes=Eyes(Eye(0.05, 0.2), None))
    assert fusion.observe(one_eye).openness == pytest.approx(1.0)
    assert fusion.observe(no_eye).openness is None
    assert fusion.observe(replace(no_eye, t=1.2)).eyes_closed is None


def test_slow_closures_reach_the_drowsy_shares_when_they_should() -> None:
    """Scenario D01: closures of 0.7 s every 4 s after three alert minutes."""
    cues = Story().every(4.0, 0.7, 180, 300, openness=0.05).cues(300)
    advisory = first(cues, lambda cue: (cue.perclos_60s or 0.0) >= 0.08)
    drowsy = first(cues, lambda cue: (cue.perclos_60s or 0.0) >= 0.15 and (cue.perclos_180s or 0.0) >= 0.10)
    assert advisory is not None
    assert drowsy is not None
    assert 204.6 - 1e-6 <= advisory <= 206.0
    assert 280.5 - 1e-6 <= drowsy <= 283.0


def test_perclos_waits_for_enough_usable_time_after_one_closed_frame() -> None:
    cues = Story().does(0, 2, openness=0.05).cues(100, fps=10)
    assert first(cues, lambda cue: cue.perclos_60s is not None) == pytest.approx(30.0, abs=0.26)
    assert first(cues, lambda cue: cue.perclos_180s is not None) == pytest.approx(90.0, abs=0.26)


def test_time_without_eyes_is_not_in_perclos() -> None:
    story = Story().does(40, 43, openness=0.05)
    covered = Story().does(40, 43, openness=0.05).does(50, 70, camera=CameraHealth.COVERED)
    sunglasses = Story().does(40, 43, openness=0.05).does(50, 70, visible=0.1, gaze=None)
    assert at(story.cues(75, fps=15), 74).perclos_60s == pytest.approx(3 / 60, abs=0.002)
    for hidden in (covered, sunglasses):
        assert at(hidden.cues(75, fps=15), 74).perclos_60s == pytest.approx(3 / 40, abs=0.003)
    assert at(story.cues(75, times=[t for t in frame_times(75, 15) if not 50 <= t < 70]), 74).perclos_60s == pytest.approx(
        3 / 40, abs=0.003
    )


def test_a_nod_needs_closed_eyes() -> None:
    falls_asleep = Story().does(20, 21.5, openness=0.03).does(20.5, 21.5, head=(0.0, -16.0), gaze=(0.0, -16.0))
    looks_down = Story().does(20.5, 21.5, head=(0.0, -16.0), gaze=(0.0, -30.0), openness=0.6)
    (nod,) = events(falls_asleep.cues(25), "nod")
    assert (nod.onset, nod.end) == pytest.approx((20.5, 21.5), abs=0.1)
    assert events(looks_down.cues(25), "nod") == []


def squinting(story: Story, start: float, end: float, openness: float = 0.25) -> Story:
    """Low sun from `start` to `end`: lids nearly down, blinking all the while."""
    return story.does(start, end, openness=openness).blinks(start + 0.5, end)


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize("openness", [0.23, 0.25, 0.28])
def test_whoever_blinks_in_the_low_sun_is_awake(openness: float, fps: float) -> None:
    cues = squinting(Story(), 20, 140, openness).cues(150, fps=fps)
    assert events(cues, "closure") == []
    assert max(cue.eyes_closed_s for cue in cues) < 1.0
    assert max(cue.perclos_60s or 0.0 for cue in cues) < 0.05


def test_a_sleeper_in_the_low_sun_is_asleep_all_the_same() -> None:
    story = squinting(Story(), 20, 79).does(79, 90, openness=0.25).does(80, 84, openness=0.03)
    cues = story.cues(100)
    assert first(cues, lambda cue: cue.eyes_closed_s >= 1.5) == pytest.approx(81.5, abs=0.05)
    assert [round(closure.duration_s, 1) for closure in events(cues, "closure")] == [4.0]


def test_lids_that_sink_slowly_and_flicker_are_closed() -> None:
    """A drowsy driver's lids go down in seconds, and come up a little now and then without staying up."""
    story = Story()
    for tenth in range(30):
        story.does(20 + tenth / 10, 20.1 + tenth / 10, openness=0.95 - 0.3 * tenth / 10)
    story.does(23, 29, openness=0.06).every(1.0, 0.25, 23.5, 29, openness=0.26)
    cues = story.cues(35)
    assert longest_closure(story, 35) == pytest.approx(6.4, abs=0.3)
    assert all(cue.eyes_closed for cue in cues if 23 < cue.t < 29)


@pytest.mark.parametrize("squint", [0.22, 0.25, 0.29])
def test_a_closure_in_the_sun_is_as_long_as_it_was(squint: float) -> None:
    story = Story().does(20, 40, openness=squint).does(30, 31.2, openness=0.02)
    (closure,) = events(story.cues(45), "closure")
    assert closure.duration_s == pytest.approx(1.2, abs=0.05)


@pytest.mark.parametrize("fps", [7, 8, 10, 12, 13, 15, 30, 60])
@pytest.mark.parametrize("blink_s", [0.1, 0.15, 0.2])
def test_ordinary_blinks_are_in_no_share_whatever_the_frame_rate(blink_s: float, fps: float) -> None:
    cues = Story().blinks(0, 240, per_minute=24.7, length=blink_s).cues(240, fps=fps)
    assert max(cue.perclos_180s or 0.0 for cue in cues) <= 0.01
    assert max(cue.kss or 0.0 for cue in cues) <= 3.0


@pytest.mark.parametrize("fps", [5.5, 8, 10, 12, 15, 30])
def test_slow_closures_are_the_same_share_at_any_frame_rate(fps: float) -> None:
    cues = Story().every(4.03, 0.6, 0, 240, openness=0.05).cues(240, fps=fps)
    assert at(cues, 235).perclos_180s == pytest.approx(0.6 / 4.03, abs=0.012)
