"""Two lines of Python: a head's angles, a face's expression."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from dms.errors import ConfigurationError
from dms.perception import EmotionDetector, HeadPoseEstimator, LandmarkDetector
from dms.perception.engines import Engine
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.perception.stills import StillReader
from dms.types import EXPRESSIONS, Frame


def test_head_pose_in_two_lines(day: list[Frame]) -> None:
    yaw, pitch, roll = HeadPoseEstimator()(day[0].image)
    head = Perception().observe(day[0]).head
    assert head is not None
    assert (yaw, pitch, roll) == pytest.approx((head.yaw_deg, head.pitch_deg, head.roll_deg), abs=4)


def test_emotion_in_two_lines(day: list[Frame]) -> None:
    shares = EmotionDetector()(day[0].image)
    assert set(shares) == set(EXPRESSIONS)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


def test_landmarks_in_two_lines(day: list[Frame]) -> None:
    points = LandmarkDetector()(day[0].image)
    seen = Perception(PerceptionSettings(landmarks=True)).observe(day[0])
    assert seen.landmarks is not None
    width = np.ptp(np.array(seen.landmarks)[:, 0])
    assert np.linalg.norm(points - np.array(seen.landmarks), axis=1).max() < 0.08 * width


def test_picture_without_a_face_gives_nan_and_nothing() -> None:
    empty = np.full((240, 320, 3), 90, dtype=np.uint8)
    pose = HeadPoseEstimator()(empty)
    assert not pose.found
    assert all(math.isnan(angle) for angle in pose)
    assert EmotionDetector()(empty) == {}
    assert np.isnan(LandmarkDetector()(empty)).all()


def test_several_pictures_are_read_as_one_after_the_other(day: list[Frame]) -> None:
    pictures = [day[0].image, day[30].image]
    poses = HeadPoseEstimator(device="cpu").batch(np.stack(pictures))
    assert poses == [HeadPoseEstimator()(picture) for picture in pictures]
    assert len(EmotionDetector().batch(pictures)) == 2
    detector = LandmarkDetector()
    assert np.array_equal(detector.batch(pictures), [detector(picture) for picture in pictures])
    assert detector.batch([]).shape == (0, 68, 2)


def test_a_call_shows_the_network_half_the_pictures_and_sees_the_same(day: list[Frame]) -> None:
    """Pictures shown to the networks are counted, since times depend on who else is busy."""
    estimate, thorough = HeadPoseEstimator(), StillReader()
    counts = [count_pictures(estimate._reader), count_pictures(thorough)]
    apart = []
    for frame in day[::30]:
        pose, reading = estimate(frame.image), thorough.read(frame.image)
        assert reading is not None
        apart += [abs(a - b) for a, b in zip(pose, angles_from_rotation(reading.face.rotation), strict=True)]
    assert max(apart) < 1.0
    assert counts[0]["face"] * 2 == counts[1]["face"]
    assert counts[0]["eye"] == 0 < counts[1]["eye"]


class Counting:
    """An engine that counts the pictures that it is shown."""

    def __init__(self, engine: Engine, name: str, counts: Counter[str]) -> None:
        self._engine, self._name, self._counts = engine, name, counts

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        self._counts[self._name] += len(inputs["image"])
        return self._engine.run(inputs)


def count_pictures(reader: StillReader) -> Counter[str]:
    """How many pictures a reader shows each of its networks from now on."""
    counts: Counter[str] = Counter()
    engines = reader._networks.engines
    for name, engine in engines.items():
        engines[name] = Counting(engine, name, counts)
    return counts


@pytest.mark.parametrize(
    ("picture", "complaint"),
    [
        (None, "got None, which cv2.imread gives for a file that it cannot read"),
        ("face.jpg", "expected a picture as a NumPy array, got str"),
        (Path("face.jpg"), "expected a picture as a NumPy array, got PosixPath"),
        ([np.zeros((32, 32), np.uint8)], "expected a picture as a NumPy array, got list; `batch` takes several pictures"),
        (np.zeros((32, 32), np.float32), "got float32"),
        (np.zeros((2, 32, 32, 3), np.uint8), "got uint8 (2, 32, 32, 3); `batch` takes several pictures"),
    ],
    ids=["None", "name", "path", "list", "float", "batch"],
)
@pytest.mark.parametrize("reader", [HeadPoseEstimator, EmotionDetector, LandmarkDetector])
def test_what_is_no_picture_is_one_error(reader: type[Any], picture: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        reader()(picture)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"engine": "foo"}, "engine 'foo': there are onnx and torch"),
        ({"models": "/nope"}, "/nope: there is no such folder"),
        ({"models": Path("/nope")}, "/nope: there is no such folder"),
        ({"device": "tpu"}, "device 'tpu': there are cpu and cuda"),
        ({"network": "resnet"}, "network 'resnet': there is no folder resnet or runs/recipes/resnet"),
    ],
)
@pytest.mark.parametrize("reader", [HeadPoseEstimator, EmotionDetector, LandmarkDetector])
def test_what_cannot_be_had_is_refused_by_name(reader: type[Any], arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(complaint)):
        reader(**arguments)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
@pytest.mark.parametrize(("engine", "complaint"), [("onnx", "runs on processors alone"), ("torch", "finds no graphics card")])
def test_a_card_that_is_not_there_is_said_to_be_missing(engine: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^device cuda: .* {complaint}"):
        HeadPoseEstimator(engine, device="cuda")  # type: ignore[arg-type]


def test_naming_the_package_loads_no_network_library() -> None:
    program = "import sys, dms.perception; print(sorted({'torch', 'onnxruntime', 'cv2'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_lines_of_the_paper_run(day: list[Frame]) -> None:
    paper = (Path(__file__).parents[3] / "docs" / "python.md").read_text()
    names: dict[str, Any] = {"frame": day[0].image, "frames": [day[0].image], "LandmarkDetector": LandmarkDetector}
    blocks = re.findall(r"```python\n(.*?)```", paper, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, names)
    assert abs(names["yaw"]) < 90
    assert names["points"].shape == (1, 68, 2)
