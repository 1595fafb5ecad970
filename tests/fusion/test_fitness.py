"""Degradation, a missing face, availability, and the estimate of sleepiness."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dms.fusion.drowsiness import DrowsinessEstimator
from dms.fusion.fusion import Fusion
from dms.fusion.settings import FusionSettings
from dms.types import BLINDING, CameraHealth, DriverInput
from tests.fusion.driver_story import CABIN, KNOWN, Moment, Story, at, first


def test_a_covered_camera_degrades_and_recovers_within_a_second() -> None:
    """Scenario E08."""
    cues = Story().does(20, 50, camera=CameraHealth.COVERED).cues(60)
    assert at(cues, 30).degraded == "camera_covered"
    assert at(cues, 30).degraded_s == pytest.approx(10.0, abs=0.05)
    assert at(cues, 30).face_missing is None
    assert at(cues, 30).eyes_closed is None
    assert at(cues, 30).head_away_deg is None
    assert first(cues, lambda cue: cue.t > 50 and cue.degraded is None) == pytest.approx(50.6, abs=0.1)
    assert max(cue.perclos_60s or 0.0 for cue in cues) == 0.0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"camera": CameraHealth.DARK}, "camera_dark"),
        ({"camera": CameraHealth.STALE}, "camera_stale"),
        ({"camera": CameraHealth.NOISY}, "camera_noisy"),
        ({"camera": CameraHealth.TORN}, "camera_torn"),
        ({"camera": CameraHealth.FROZEN}, "camera_frozen"),
        ({"camera": CameraHealth.TURNED}, "camera_turned"),
        ({"face": False}, "no_face"),
        ({"visible": 0.2, "gaze": None}, "eyes_unreadable"),
        ({"gaze": None}, "gaze_unreadable"),
        ({"openness": 0.03, "gaze": None}, None),
    ],
)
def test_every_reason_has_a_name(changes: dict[str, object], reason: str | None) -> None:
    assert at(Story().does(5, 15, **changes).cues(15), 14).degraded == reason


@pytest.mark.parametrize("camera", sorted(BLINDING))
def test_nothing_is_read_from_a_picture_that_blinds_whatever_was_found_in_it(camera: CameraHealth) -> None:
    cues = Story().does(20, 50, camera=camera, openness=0.02, head=(60.0, 0.0), gaze=(60.0, 0.0)).cues(60)
    blind = [cue for cue in cues if 21 < cue.t < 50]
    assert {cue.degraded for cue in blind} == {f"camera_{camera}"}
    assert {(cue.eyes_closed, cue.head_away_deg, cue.face_missing) for cue in blind} == {(None, None, None)}


def test_a_reading_now_and_then_does_not_hide_that_most_are_missing() -> None:
    cues = Story(usual=Moment(visible=0.2, gaze=None)).every(1.0, 0.2, 0, 30, visible=0.9).cues(30)
    assert first(cues, lambda cue: cue.degraded_s >= 8.0) == pytest.approx(8.2, abs=0.3)


def test_too_few_pictures_are_a_reason_too() -> None:
    cues = Story().cues(30, fps=2)
    assert cues[-1].degraded == "low_frame_rate"
    assert cues[-1].degraded_s > 20
    assert Story().cues(30, fps=5)[-1].degraded is None


def test_a_missing_face_is_timed_without_the_silences() -> None:
    story = Story().does(5, 20, face=False)
    times = [k / 10 for k in range(200) if not 80 <= k < 140]
    cues = story.cues(20, times=times)
    assert at(cues, 7.9).face_missing_s == pytest.approx(2.9, abs=0.1)
    assert at(cues, 14.0).face_missing_s == pytest.approx(2.9, abs=0.2)
    assert at(cues, 19.9).face_missing_s == pytest.approx(8.8, abs=0.2)


def test_a_driver_who_is_watched_but_shows_nothing_is_less_and_less_available() -> None:
    """Scenario E09: the eyes cannot be read for 30 s, only the head moves."""
    story = Story().blinks(0, 60).does(60, 95, visible=0.1, gaze=None)
    story.every(5.0, 1.0, 0, 95, head=(12.0, 0.0))
    cues = story.cues(95, fps=15)
    assert at(cues, 20).availability_30s is None
    assert at(cues, 59).availability_30s == 3
    assert first(cues, lambda cue: cue.t > 60 and (cue.availability_30s or 0) < 2) == pytest.approx(90.0, abs=0.2)


def test_touching_a_control_counts_for_thirty_seconds() -> None:
    fusion = Fusion(CABIN, calibration=KNOWN)
    story = Story(usual=Moment(visible=0.1, gaze=None))
    before = story.cues(40, fps=10, fusion=fusion)[-1]
    fusion.driver(DriverInput(40.0, "interaction"))
    after = story.cues(80, start=40, fps=10, fusion=fusion)
    assert before.availability_30s == 0
    assert at(after, 65).availability_30s == 1
    assert at(after, 71).availability_30s == 0


def test_the_estimate_of_sleepiness_follows_the_literature() -> None:
    def kss(perclos: float, *blinks_s: float) -> float | None:
        estimator = DrowsinessEstimator(FusionSettings())
        return [estimator.estimate(perclos if blink == blinks_s[-1] else 0.01, blink)[0] for blink in blinks_s][-1]

    estimator = DrowsinessEstimator(FusionSettings())
    assert estimator.estimate(None, 0.1) == (None, None)
    assert estimator.estimate(0.01, None)[0] == pytest.approx(2.75)
    assert estimator.estimate(0.075, None)[0] == pytest.approx(6.0)
    assert estimator.estimate(0.125, None)[0] == pytest.approx(8.3)
    assert estimator.estimate(0.5, None)[0] == pytest.approx(9.0)
    longer, usual = kss(0.01, 0.110, 0.150), kss(0.01, 0.110, 0.1101)
    assert longer is not None
    assert usual is not None
    assert longer > usual + 1.0


def test_normal_blinks_do_not_outweigh_long_closures() -> None:
    estimator = DrowsinessEstimator(FusionSettings())
    estimator.estimate(0.01, 0.110)
    kss, sigma = estimator.estimate(0.16, 0.110)
    assert kss is not None
    assert kss >= 8.0
    assert sigma == pytest.approx(1.3)


def test_a_drive_grows_tired_on_the_scale() -> None:
    cues = Story().blinks(0, 200).every(4.0, 0.7, 200, 400, openness=0.03).cues(400, fps=10)
    assert (at(cues, 190).kss or 9) < 3.5
    assert (at(cues, 395).kss or 0) >= 8.0
    assert at(cues, 395).kss_sigma is not None


def test_one_long_sleep_is_not_read_as_sleepiness_for_minutes_after_the_driver_woke_up() -> None:
    cues = Story().blinks(0, 200).does(100, 113, openness=0.03).cues(200, fps=15)
    assert max(cue.kss or 0.0 for cue in cues if cue.t > 101) < 5.0
    assert at(cues, 112.9).perclos_60s == pytest.approx(12.9 / 60, abs=0.01)


def test_the_estimate_comes_down_as_a_sleepy_driver_recovers() -> None:
    cues = Story().every(4.0, 0.7, 100, 280, openness=0.03).cues(480, fps=10)
    falling = [at(cues, t).kss or 0.0 for t in (280, 320, 360, 400, 440, 470)]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 8.0
    assert falling[-1] < 4.0


def test_a_phone_is_in_the_hand_between_two_looks_of_its_detector() -> None:
    """Looked for twice a second: known all the time, and unknown a second after the last look."""
    story = Story().does(0, 20, phone=None)
    for half in range(20, 30):
        story.does(half / 2, half / 2 + 0.03, phone="handheld")
    cues = story.cues(20)
    assert {cue.phone for cue in cues if 10.0 <= cue.t <= 15.5} == {"handheld"}
    assert {cue.phone for cue in cues if cue.t > 15.6} == {None}


def test_a_phone_seen_while_the_face_is_turned_away_is_known_between_two_looks() -> None:
    story = Story().does(5, 10, face=False)
    for third in range(15, 30):
        story.does(third / 3, third / 3 + 0.03, phone="at_ear")
    cues = story.cues(14)
    assert {cue.phone for cue in cues if 5.0 <= cue.t <= 10.0} == {"at_ear"}
    assert {cue.phone for cue in cues if cue.t > 11.0} == {None}


def test_a_phone_seen_beside_a_face_is_unknown_while_the_face_is_gone() -> None:
    story = Story().does(0, 5, phone="at_ear").does(5, 10, face=False)
    assert {cue.phone for cue in story.cues(9) if cue.t > 5.01} == {None}


def test_a_covered_lens_shows_no_hands() -> None:
    story = Story().does(5, 10, camera=CameraHealth.COVERED, phone="at_ear")
    assert {cue.phone for cue in story.cues(9)} == {None}


def test_smoke_and_drink_pass_through() -> None:
    fusion = Fusion(CABIN, calibration=KNOWN)
    seen = [
        fusion.observe(replace(Story().observation(t), smoking=said, drinking=said))
        for t, said in ((1.0, None), (1.1, True), (1.2, None))
    ]
    assert [cue and cue.smoking for cue in seen] == [None, True, True]
    assert [cue and cue.drinking for cue in seen] == [None, True, True]
