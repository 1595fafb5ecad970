"""The driver is found, followed, lost and found again; what is not known is not said. On rendered drives, with the shipped
networks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from dms.config.driver_region import PictureSide, driver_region
from dms.perception.decode import overlap
from dms.perception.pipeline import Perception
from dms.perception.reader import grey_of
from dms.perception.settings import PerceptionSettings
from dms.types import CameraHealth, Frame, Observation
from dms.wire import from_json, to_json
from tests.perception.runtime.pictures import finger
from tests.perception.runtime.scenes import Image, boxes, play, with_passenger, without_driver

SETTLED = PerceptionSettings(precision="fp32")
"""What comes out must not depend on which precision happened to be faster when the networks were loaded."""

NOBODY_LOOKS = ("t", "frame", "camera", "phone", "smoking", "drinking")
"""What is no reading of a network: perception looks for the last three in a few frames only."""


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from numbers_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from numbers_in(part)


@pytest.mark.parametrize("drive", ["day", "night"])
def test_driver_is_found_at_once_and_followed(drive: str, perception: Perception, request: pytest.FixtureRequest) -> None:
    frames: list[Frame] = request.getfixturevalue(drive)
    seen = [perception.observe(frame) for frame in frames]
    assert seen[0].face is not None
    assert sum(one.face is not None for one in seen) >= 0.99 * len(seen)
    assert {one.camera for one in seen} == {CameraHealth.OK}
    assert [one.frame for one in seen] == [frame.index for frame in frames]
    assert perception.faults == {}


def test_observation_is_finite_compact_and_survives_the_wire(day: list[Frame], perception: Perception) -> None:
    for observation in [perception.observe(frame) for frame in day[:20]]:
        values = msgspec.to_builtins(observation)
        assert all(math.isfinite(number) for number in numbers_in(values))
        assert from_json(to_json(observation)) == observation
        assert len(to_json(observation)) < 2000
        assert observation.landmarks is not None
        assert len(observation.landmarks) == 68
        assert observation.emotion is not None
        assert sum(observation.emotion.values()) == pytest.approx(1, abs=0.01)


def test_landmarks_are_left_out_unless_asked_for(day: list[Frame]) -> None:
    observation = Perception().observe(day[0])
    assert observation.landmarks is None
    assert observation.face is not None


def test_same_frames_give_the_same_observations(day: list[Frame]) -> None:
    first, second = (
        [perception.observe(frame) for frame in day[:30]] for perception in (Perception(SETTLED), Perception(SETTLED))
    )
    assert first == second


def test_grey_frames_of_an_infrared_camera_read_like_color_ones(day: list[Frame]) -> None:
    colored = Perception(SETTLED).observe(day[0])
    grey = Perception(SETTLED).observe(dataclasses.replace(day[0], image=grey_of(day[0].image)))
    assert grey == colored


def test_slow_camera_is_enough_to_follow_a_driver(day: list[Frame], perception: Perception) -> None:
    seen = [perception.observe(frame) for frame in day[::3]]
    assert sum(one.face is not None for one in seen) >= 0.95 * len(seen)


def driver_box(frames: list[Frame]) -> tuple[float, float, float, float]:
    face = Perception().observe(frames[0]).face
    assert face is not None
    return face.box_px


def test_passenger_is_never_taken_for_the_driver(day: list[Frame], perception: Perception) -> None:
    frames = day[:30]
    box = driver_box(frames)
    beside, gone = with_passenger(box), without_driver(box)
    together = play(perception, frames, 0, 3, beside)
    assert all(overlap(one, box) > 0.3 for one in boxes(together))
    alone = play(perception, frames, 3, 8, lambda image: beside_an_empty_seat(image, beside, gone))
    assert all(overlap(one, box) > 0 for one in boxes(alone))
    assert sum(one.face is None for one in alone) > 0.8 * len(alone)
    back = play(perception, frames, 11, 1, beside)
    assert all(overlap(one, box) > 0.3 for one in boxes(back))
    assert [one.face is not None for one in back[6:]] == [True] * 24


def beside_an_empty_seat(image: Image, beside: Any, gone: Any) -> Image:
    """The passenger alone: painted in while the driver is there to be copied, then the driver is painted over."""
    return np.asarray(gone(beside(image)), dtype=np.uint8)


def test_driver_on_the_configured_side_is_chosen_though_the_passenger_is_nearer(day: list[Frame]) -> None:
    box = driver_box(day)
    nearer = with_passenger(box, scale=1.25)
    side: PictureSide = "left" if box[0] + box[2] / 2 < day[0].image.shape[1] / 2 else "right"
    perception = Perception(PerceptionSettings(region=driver_region(side)))
    assert all(overlap(one, box) > 0.3 for one in boxes(play(perception, day[:30], 0, 2, nearer)))


def test_face_that_was_hidden_is_found_again_within_a_fifth_of_a_second(day: list[Frame], perception: Perception) -> None:
    box = driver_box(day)
    play(perception, day[:30], 0, 1)
    hidden = play(perception, day[:30], 1, 1.5, without_driver(box))
    assert hidden[-1].face is None
    assert hidden[-1].head is hidden[-1].eyes is hidden[-1].gaze is hidden[-1].mouth is None
    back = play(perception, day[:30], 2.5, 0.5)
    assert any(one.face is not None for one in back if one.t <= 2.5 + 0.2)


def test_finger_on_the_lens_is_covered_and_nobody_is_seen(day: list[Frame], perception: Perception) -> None:
    play(perception, day[:30], 0, 1)
    on_lens = [perception.observe(Frame(1 + step / 30, 30 + step, np.roll(finger(), step, axis=1))) for step in range(60)]
    assert on_lens[-1].camera is CameraHealth.COVERED
    assert on_lens[-1].face is None
    again = play(perception, day[:30], 3, 1)
    assert again[-1].camera is CameraHealth.OK
    assert again[-1].face is not None


def test_frozen_picture_is_stale_and_says_nothing_of_the_driver(day: list[Frame], perception: Perception) -> None:
    seen = [perception.observe(Frame(step / 30, step, day[0].image)) for step in range(60)]
    assert seen[10].face is not None
    assert seen[-1] == Observation(seen[-1].t, 59, CameraHealth.STALE)


def test_silent_camera_is_stale_and_the_driver_is_found_when_it_is_back(day: list[Frame], perception: Perception) -> None:
    perception.observe(day[0])
    assert perception.observe_silence(1.5) == Observation(1.5, 0, CameraHealth.STALE)
    assert perception.observe(dataclasses.replace(day[1], t=2.0)).face is not None


class Damaged:
    """A network of which some outputs have gone bad."""

    def __init__(self, engine: Any, outputs: set[str], value: float) -> None:
        self._engine, self._outputs, self._value = engine, outputs, value

    def run(self, inputs: Any) -> dict[str, np.ndarray]:
        answer = self._engine.run(inputs)
        return {name: np.full_like(part, self._value) if name in self._outputs else part for name, part in answer.items()}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30])
@pytest.mark.parametrize(
    ("network", "output", "lost"),
    [
        ("face", "rotation", {"head", "gaze"}),
        ("face", "expression", {"emotion"}),
        ("face", "mouth_open", set()),
        ("face", "landmarks", {"face", "head", "eyes", "gaze", "mouth", "emotion", "landmarks"}),
        ("face", "state", {"face", "head", "eyes", "gaze", "mouth", "emotion", "landmarks"}),
        ("eye", "state", {"eyes", "gaze"}),
        ("eye", "gaze", {"gaze"}),
        ("detector", "heatmap", set()),
    ],
)
def test_network_that_answers_nonsense_loses_only_that_part(
    day: list[Frame], perception: Perception, network: Any, output: str, lost: set[str], value: float
) -> None:
    before = perception.observe(day[0])
    engines = perception._reader._networks.engines
    sound = engines[network]
    engines[network] = Damaged(sound, {output}, value)
    damaged = perception.observe(day[1])
    parts = [part.name for part in msgspec.structs.fields(Observation) if part.name not in NOBODY_LOOKS]
    assert {part for part in parts if getattr(damaged, part) is None} == lost
    assert all(math.isfinite(number) for number in numbers_in(msgspec.to_builtins(damaged)))
    assert set(perception.faults) == ({f"{network}.{output}"} if network != "detector" else set())
    engines[network] = sound
    after = [perception.observe(frame) for frame in day[2:10]][-1]
    assert all(getattr(after, part) is not None for part in parts if getattr(before, part) is not None)


@pytest.mark.parametrize(
    "image",
    [np.zeros((480, 640), np.float32), np.zeros((480, 640, 4), np.uint8), np.zeros((8, 8), np.uint8), np.zeros(9, np.uint8)],
)
def test_what_is_no_picture_is_refused(perception: Perception, image: Any) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        perception.observe(Frame(0.0, 0, image))


def test_hashes_of_the_weights_in_use_are_known(perception: Perception) -> None:
    assert set(perception.model_hashes) >= {"detector", "face", "eye"}
    assert all(len(sha256) == 64 for sha256 in perception.model_hashes.values())
