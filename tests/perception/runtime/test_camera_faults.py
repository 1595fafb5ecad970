"""Faults of the sensor and of the way from it are named in time, and a picture that is well is never accused of one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from dms.perception.camera_health import LIMITS, CameraWatch, judge, measure
from dms.perception.crops import to_grey
from dms.types import CameraHealth, Frame
from tests.perception.runtime.faults import Fault, Picture, compressed, faint_noise, missing, white_noise, with_noise

FPS = 30.0
NAMED_WITHIN_S = 0.9
"""Half a second to believe what is seen; a look each fifth of a second, before it begins and when it is over."""

FAULTS: list[tuple[str, Fault, CameraHealth]] = [
    ("white noise", white_noise, CameraHealth.NOISY),
    ("faint noise", faint_noise, CameraHealth.NOISY),
    ("noise sent as a JPEG", compressed(white_noise), CameraHealth.NOISY),
    *((f"{part} half {content}", missing(part, content), CameraHealth.TORN) for part in ("lower", "right", "upper", "left")
      for content in ("black", "grey")),
    ("lower half repeats a row", missing("lower", "repeated"), CameraHealth.TORN),
    ("upper half repeats a row", missing("upper", "repeated"), CameraHealth.TORN),
    ("lowest third grey", missing("lowest third", "grey"), CameraHealth.TORN),
    ("lowest third black", missing("lowest third", "black"), CameraHealth.TORN),
    ("lower half black, sent as a JPEG", compressed(missing("lower", "black")), CameraHealth.TORN),
]  # fmt: skip


@pytest.fixture(scope="session", params=["day", "night"])
def pictures(request: pytest.FixtureRequest) -> list[Picture]:
    """Grey frames of a bundled drive."""
    frames: list[Frame] = request.getfixturevalue(request.param)
    return [to_grey(frame.image) for frame in frames[:60]]


def states(watch: CameraWatch, pictures: list[Picture], begin_s: float, *, face_seen: bool = True) -> list[CameraHealth]:
    return [watch.look(picture, begin_s + step / FPS, face_seen) for step, picture in enumerate(pictures)]


def repeated(picture: Picture, sigma: float, seconds: float) -> list[Picture]:
    """The same picture again and again, behind noise of 23 kinds in turn."""
    random = np.random.default_rng(0)
    noisy = [with_noise(picture, sigma, random) for _ in range(23)]
    return [noisy[step % len(noisy)] for step in range(round(seconds * FPS))]


def first(seen: list[CameraHealth], state: CameraHealth) -> float:
    """Seconds until a state is named."""
    return seen.index(state) / FPS if state in seen else np.inf


@pytest.mark.parametrize(("what", "fault", "expected"), FAULTS, ids=[what for what, _, _ in FAULTS])
def test_a_fault_is_named_in_time_and_its_end_too(
    what: str, fault: Fault, expected: CameraHealth, pictures: list[Picture]
) -> None:
    random = np.random.default_rng(0)
    watch = CameraWatch()
    assert set(states(watch, pictures, 0.0)) == {CameraHealth.OK}
    faulty = [fault(picture, random) for picture in pictures[:30]]
    seen = states(watch, faulty, 2.0)
    assert set(seen) == {CameraHealth.OK, expected}, measure(faulty[0])
    assert first(seen, expected) <= NAMED_WITHIN_S
    assert first(states(watch, pictures, 3.0), CameraHealth.OK) <= NAMED_WITHIN_S


def test_one_picture_on_its_own_tells_as_well(pictures: list[Picture]) -> None:
    random = np.random.default_rng(0)
    for what, fault, expected in FAULTS:
        assert judge(measure(fault(pictures[0], random))) is expected, what


def test_a_frame_that_is_torn_now_and_then_changes_nothing(pictures: list[Picture]) -> None:
    random = np.random.default_rng(0)
    torn = missing("lower", "grey")
    now_and_then = [torn(picture, random) if step % 10 == 0 else picture for step, picture in enumerate(pictures)]
    assert set(states(CameraWatch(), now_and_then, 0.0)) == {CameraHealth.OK}


@pytest.mark.parametrize("sigma", [1.0, 3.0, 8.0])
def test_a_frozen_picture_is_told_behind_a_sensors_noise(sigma: float, pictures: list[Picture]) -> None:
    watch = CameraWatch()
    states(watch, pictures, 0.0)
    seen = states(watch, repeated(pictures[-1], sigma, 8.0), 2.0)
    assert set(seen) == {CameraHealth.OK, CameraHealth.FROZEN}
    assert LIMITS.frozen_after_s <= first(seen, CameraHealth.FROZEN) <= LIMITS.frozen_after_s + NAMED_WITHIN_S
    random = np.random.default_rng(1)
    moving = [with_noise(picture, sigma, random) for picture in pictures[:30]]
    assert first(states(watch, moving, 10.0), CameraHealth.OK) <= NAMED_WITHIN_S


def test_a_frozen_picture_stays_frozen_although_nobody_looks_for_a_face_in_it(pictures: list[Picture]) -> None:
    watch = CameraWatch()
    frozen = repeated(pictures[0], 3.0, 7.0)
    assert states(watch, frozen, 0.0)[-1] is CameraHealth.FROZEN
    assert set(states(watch, frozen, 7.0, face_seen=False)) == {CameraHealth.FROZEN}


def test_a_cabin_without_a_driver_may_be_as_still(pictures: list[Picture]) -> None:
    still = repeated(pictures[0], 3.0, 8.0)
    assert set(states(CameraWatch(), still, 0.0, face_seen=False)) == {CameraHealth.OK}


def blinking(picture: Picture, seconds: float, every_s: float) -> list[Picture]:
    """A driver who sits like a statue, but for blinks of 0.2 s: the eyes, drawn over the picture, are 16 by 6 pixels each."""
    eyes = []
    for brightness in (60, 90):
        shown = picture.copy()
        for x in (300, 350):
            cv2.ellipse(shown, (x, 200), (8, 3), 0, 0, 360, brightness, cv2.FILLED)
        eyes.append(repeated(shown, 3.0, seconds))
    is_closed = [(step / FPS) % every_s < 0.2 for step in range(round(seconds * FPS))]
    return [eyes[closed][step] for step, closed in enumerate(is_closed)]


def test_a_driver_like_a_statue_who_blinks_is_no_frozen_picture(pictures: list[Picture]) -> None:
    seen = states(CameraWatch(), blinking(pictures[0], 15.0, every_s=4.0), 0.0)
    assert set(seen) == {CameraHealth.OK}


@pytest.mark.parametrize("border", ["above and below", "left and right"])
def test_borders_around_a_whole_picture_are_no_fault(border: str, pictures: list[Picture]) -> None:
    def bordered(picture: Picture) -> Picture:
        framed = np.zeros_like(picture) if border == "above and below" else np.zeros_like(picture.T)
        upright = picture if border == "above and below" else picture.T
        edge = len(framed) * 3 // 10
        framed[edge:-edge] = upright[edge:-edge]
        return np.ascontiguousarray(framed if border == "above and below" else framed.T)

    assert set(states(CameraWatch(), [bordered(picture) for picture in pictures], 0.0)) == {CameraHealth.OK}


@pytest.mark.parametrize("sigma", [5.0, 20.0])
def test_a_noisy_view_is_a_view(sigma: float, pictures: list[Picture]) -> None:
    random = np.random.default_rng(0)
    grainy = [with_noise(picture, sigma, random) for picture in pictures]
    assert set(states(CameraWatch(), grainy, 0.0)) == {CameraHealth.OK}
