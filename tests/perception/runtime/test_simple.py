"""Two lines of Python: a head's angles, a face's expression."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

from dms.perception import EmotionDetector, HeadPoseEstimator
from dms.perception.pipeline import Perception
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


def test_picture_without_a_face_gives_nan_and_nothing() -> None:
    empty = np.full((240, 320, 3), 90, dtype=np.uint8)
    pose = HeadPoseEstimator()(empty)
    assert not pose.found
    assert all(math.isnan(angle) for angle in pose)
    assert EmotionDetector()(empty) == {}


def test_naming_the_package_loads_no_network_library() -> None:
    program = "import sys, dms.perception; print(sorted({'torch', 'onnxruntime', 'cv2'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
