"""A covered lens, a dark night, the low sun, a frozen picture: each told from the other by the picture alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dms.perception.camera_health import LIMITS, CameraWatch, judge, measure
from dms.types import CameraHealth
from tests.perception.runtime.pictures import Picture, blurred, cabin, finger, night, noisy

SEEN: list[tuple[str, Picture, CameraHealth]] = [
    ("the cabin by day", noisy(cabin()), CameraHealth.OK),
    ("the cabin at dusk", noisy(cabin(light=0.25)), CameraHealth.OK),
    ("a wide camera with more pixels", noisy(cabin(1280, 800)), CameraHealth.OK),
    ("a small picture", noisy(cabin(160, 120)), CameraHealth.OK),
    ("a night with the face in infrared light", noisy(night()), CameraHealth.OK),
    ("a dim infrared lamp", noisy(night(60)), CameraHealth.OK),
    ("a face in front of a bright window", noisy(np.where(cabin() > 200, 255, cabin() * 0.5)), CameraHealth.OK),
    ("slightly soft focus", blurred(cabin(), 1.5), CameraHealth.OK),
    ("a finger on the lens", finger(), CameraHealth.COVERED),
    ("a finger in the sun", finger(200.0), CameraHealth.COVERED),
    ("grey tape", noisy(np.full((480, 640), 120)), CameraHealth.COVERED),
    ("black tape", noisy(np.zeros((480, 640))), CameraHealth.COVERED),
    ("a picture without any noise", np.zeros((480, 640), dtype=np.uint8), CameraHealth.COVERED),
    ("paper that lets light through", noisy(blurred(cabin(), 60) * 0.6 + 80.0), CameraHealth.COVERED),
    ("a cabin in which nothing can be made out", noisy(cabin(light=0.06)), CameraHealth.DARK),
    ("low sun into the lens", noisy(np.minimum(cabin() * 6.0, 255)), CameraHealth.OVEREXPOSED),
    ("a lens out of focus", blurred(cabin(), 9.0), CameraHealth.BLURRED),
    ("a lens out of focus, in colour of dusk", blurred(cabin(light=0.4), 9.0), CameraHealth.BLURRED),
]


@pytest.mark.parametrize(("what", "picture", "expected"), SEEN, ids=[what for what, _, _ in SEEN])
def test_one_picture_tells(what: str, picture: Picture, expected: CameraHealth) -> None:
    assert judge(measure(picture)) is expected, f"{what}: {measure(picture)}"


def watch_for(
    watch: CameraWatch, pictures: list[Picture], start_s: float, seconds: float, fps: float = 30.0
) -> list[CameraHealth]:
    steps = round(seconds * fps)
    return [watch.look(pictures[step % len(pictures)], start_s + step / fps) for step in range(steps)]


DAY = [noisy(cabin(), seed=seed) for seed in range(3)]
HAND = [noisy(finger(), seed=seed) for seed in range(3)]


@pytest.mark.parametrize("fps", [10.0, 30.0, 60.0])
def test_hand_over_the_lens_is_told_within_a_second_and_its_going_too(fps: float) -> None:
    watch = CameraWatch()
    assert set(watch_for(watch, DAY, 0, 3, fps)) == {CameraHealth.OK}
    covered = watch_for(watch, HAND, 3, 2, fps)
    assert covered[0] is CameraHealth.OK
    assert covered[round(fps)] is CameraHealth.COVERED
    seen_again = watch_for(watch, DAY, 5, 2, fps)
    assert seen_again[round(fps)] is CameraHealth.OK


def test_hand_that_passes_by_changes_nothing() -> None:
    watch = CameraWatch()
    watch_for(watch, DAY, 0, 1)
    assert set(watch_for(watch, HAND, 1, 0.3) + watch_for(watch, DAY, 1.3, 1)) == {CameraHealth.OK}


def test_frozen_picture_is_stale_after_a_second_and_good_with_the_first_new_one() -> None:
    watch = CameraWatch()
    watch_for(watch, DAY, 0, 1)
    frozen = watch_for(watch, DAY[:1], 1, 2)
    assert frozen[0] is CameraHealth.OK
    assert frozen[round(30 * LIMITS.stale_after_s) + 1] is CameraHealth.STALE
    assert watch.look(DAY[1], 3.0) is CameraHealth.OK


def test_dark_and_still_night_is_not_stale() -> None:
    watch = CameraWatch()
    nights = [noisy(night(), sigma=1.0, seed=seed) for seed in range(2)]
    assert set(watch_for(watch, nights, 0, 3)) == {CameraHealth.OK}


def test_frame_whose_time_does_not_advance_is_stale() -> None:
    watch = CameraWatch()
    watch.look(DAY[0], 10.0)
    assert watch.look(DAY[1], 9.0) is CameraHealth.STALE
    assert watch.look(DAY[2], 10.0) is CameraHealth.STALE
    assert watch.look(DAY[2], 10.1) is CameraHealth.OK


def test_state_does_not_flicker_at_its_limit() -> None:
    sharpness = [measure(blurred(cabin(), sigma)).sharpness for sigma in np.linspace(2, 9, 40)]
    nearest = int(np.argmin(np.abs(np.array(sharpness) - LIMITS.sharpness)))
    at_limit = [blurred(cabin(), sigma) for sigma in (np.linspace(2, 9, 40)[nearest] + np.array([-0.15, 0.15, 0.0])).tolist()]
    seen = watch_for(CameraWatch(), [picture for picture in at_limit for _ in range(20)], 0, 10)
    changes = sum(earlier is not later for earlier, later in itertools.pairwise(seen))
    assert changes <= 1
