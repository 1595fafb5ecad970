"""The pose from landmarks: exact for the mean face, wherever it is and however it is turned, and silent where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.perception.head_geometry import rotation_from_angles
from dms.perception.landmark_pose import (
    EVERY_S,
    LandmarkPoseWatch,
    angle_between_deg,
    focal_length_px,
    mean_face_mm,
    pose_from_landmarks,
    rotation_of_ray,
)
from dms.perception.mirror import MIRRORED_LANDMARKS
from dms.perception.reading_calibration import FaceCalibration, SigmaCalibration

SIZE = (640, 480)
VIEW_DEG = 55.0


def projected(rotation: np.ndarray, position_mm: np.ndarray) -> np.ndarray:
    """The mean face's landmarks as a camera sees a head turned by `rotation` to the ray."""
    points = mean_face_mm() @ (rotation_of_ray(position_mm) @ rotation).T + position_mm
    focal_px = focal_length_px(SIZE[0], VIEW_DEG)
    x = (SIZE[0] - 1) / 2 + focal_px * points[:, 0] / -points[:, 2]
    y = (SIZE[1] - 1) / 2 - focal_px * points[:, 1] / -points[:, 2]
    return np.stack([x, y], axis=1)


@given(
    st.floats(-60, 60), st.floats(-35, 35), st.floats(-40, 40), st.floats(-150, 150), st.floats(-100, 100), st.floats(350, 1500)
)
def test_the_mean_faces_pose_and_place_come_back(
    yaw: float, pitch: float, roll: float, x: float, y: float, distance: float
) -> None:
    rotation, position_mm = rotation_from_angles(yaw, pitch, roll), np.array([x, y, -distance])
    pose = pose_from_landmarks(projected(rotation, position_mm), SIZE, VIEW_DEG)
    assert pose is not None
    assert angle_between_deg(pose.rotation, rotation) < 0.5
    assert pose.position_mm == pytest.approx(position_mm, abs=0.01 * distance)


def test_a_mirrored_driver_turns_the_other_way() -> None:
    landmarks = projected(rotation_from_angles(25, 0, 0), np.array([0.0, 0.0, -600.0]))
    mirrored = (landmarks * (-1, 1) + (SIZE[0] - 1, 0))[MIRRORED_LANDMARKS]
    pose = pose_from_landmarks(mirrored, SIZE, VIEW_DEG)
    assert pose is not None
    assert angle_between_deg(pose.rotation, rotation_from_angles(-25, 0, 0)) < 0.5


@pytest.mark.parametrize("value", [0.0, 100.0, math.nan, math.inf])
def test_points_that_are_no_face_have_no_pose(value: float) -> None:
    assert pose_from_landmarks(np.full((68, 2), value), SIZE) is None


def test_an_unknown_lens_gives_an_opinion_but_no_place() -> None:
    rotation = rotation_from_angles(10, 0, 0)
    landmarks = projected(rotation, np.array([0.0, 0.0, -600.0]))
    difference_deg, position_mm = LandmarkPoseWatch(None).at(0.0, landmarks, rotation, (480, 640))
    assert difference_deg is not None
    assert difference_deg < 3.0
    assert position_mm is None


def test_an_opinion_is_kept_for_a_moment_and_forgotten_with_the_face() -> None:
    ahead, aside = rotation_from_angles(0, 0, 0), rotation_from_angles(40, 0, 0)
    place = np.array([0.0, 0.0, -600.0])
    opinion = LandmarkPoseWatch(VIEW_DEG)
    first, position_mm = opinion.at(1.0, projected(ahead, place), ahead, (480, 640))
    assert position_mm == pytest.approx(place, abs=6.0)
    assert opinion.at(1.0 + EVERY_S / 2, projected(aside, place), ahead, (480, 640))[0] == first
    later, _ = opinion.at(1.0 + 1.1 * EVERY_S, projected(aside, place), ahead, (480, 640))
    assert later == pytest.approx(40.0, abs=1.0)
    opinion.reset()
    assert opinion.at(1.0 + 1.2 * EVERY_S, projected(ahead, place), ahead, (480, 640))[0] == pytest.approx(0.0, abs=0.5)


def test_contradiction_widens_the_error_and_agreement_leaves_it() -> None:
    calibration = FaceCalibration(disagreement_free_deg=10.0, disagreement_share=0.5)
    assert calibration.sigma_with(3.0, None) == 3.0
    assert calibration.sigma_with(3.0, 8.0) == 3.0
    assert calibration.sigma_with(3.0, 18.0) == 5.0
    assert SigmaCalibration(2.0, 0.5)(4.0) == 4.0
    assert SigmaCalibration(100.0)(10.0) == 180.0
