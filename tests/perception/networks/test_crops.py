"""Crops: a point stays where it is through cutting, turning, mirroring and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.perception import crops
from dms.perception.crops import Crop

a_crop = st.builds(
    Crop, st.floats(-50, 700), st.floats(-50, 500), st.floats(10, 600), st.floats(-180, 180), mirrored=st.booleans()
)


@given(a_crop, st.floats(-2, 2), st.floats(-2, 2))
def test_crop_units_and_frame_pixels_are_inverse(crop: Crop, x: float, y: float) -> None:
    point = np.array([x, y])
    assert crop.to_crop(crop.to_frame(point)) == pytest.approx(point, abs=1e-3)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("roll_deg", [0.0, 20.0, -35.0])
@pytest.mark.parametrize("side", [70.0, 112.0, 260.0, 500.0])
def test_a_dot_appears_in_the_cut_where_the_crop_says(side: float, roll_deg: float, mirrored: bool) -> None:
    frame = np.zeros((480, 640), np.uint8)
    dot = np.array([318.0, 232.0])
    cv2.circle(frame, (318, 232), 9, 255, -1)
    crop = Crop(310.0, 240.0, side, roll_deg, mirrored)
    picture = crops.cut(frame, crop, 112).astype(float)
    rows, columns = np.mgrid[0:112, 0:112]
    seen = np.array([(columns * picture).sum(), (rows * picture).sum()]) / picture.sum()
    expected = (crop.to_crop(dot) + 0.5) * 112 - 0.5
    assert seen == pytest.approx(expected, abs=0.12)


def test_a_crop_beyond_the_frame_repeats_its_edge() -> None:
    frame = np.full((100, 100), 90, np.uint8)
    assert (crops.cut(frame, Crop(-400.0, 50.0, 80.0), 48) == 90).all()
    assert (crops.cut(frame, Crop(90.0, 300.0, 400.0), 48) == 90).all()


def test_head_rolled_to_the_right_shoulder_has_positive_roll(frontal: np.ndarray) -> None:
    tilted = Crop(0.0, 0.0, 1.0, roll_deg=25.0).to_frame(frontal)
    left_eye, right_eye = tilted[42:48].mean(axis=0), tilted[36:42].mean(axis=0)
    assert left_eye[1] < right_eye[1], "the left eye rises when the head tips to the right shoulder"
    assert crops.roll_of_landmarks(tilted) == pytest.approx(25.0, abs=1.0)


def test_tilted_face_is_cut_as_tightly_as_an_upright_one(frontal: np.ndarray) -> None:
    upright = crops.face_crop_from_landmarks(frontal * 100)
    tilted = crops.face_crop_from_landmarks(Crop(0.0, 0.0, 100.0, 30.0).to_frame(frontal), roll_deg=30.0)
    assert tilted.side == pytest.approx(upright.side, rel=1e-3)


def test_right_eye_is_mirrored_so_that_outer_corners_point_the_same_way(frontal: np.ndarray) -> None:
    left, right = crops.eye_crops_from_landmarks(frontal * 100)
    assert not left.mirrored
    assert right.mirrored
    assert left.to_crop(frontal[45] * 100) == pytest.approx(right.to_crop(frontal[36] * 100), abs=1e-3)
    assert left.to_crop(frontal[45] * 100)[0] > 0.2


def test_eye_seen_from_the_side_keeps_a_useful_crop(frontal: np.ndarray) -> None:
    profile = frontal * (5.0, 100.0)
    assert min(crop.side for crop in crops.eye_crops_from_landmarks(profile)) > 20


@pytest.mark.parametrize(("shape", "padded"), [((480, 640), (128, 160)), ((960, 540), (160, 96)), ((120, 160), (128, 160))])
def test_detector_sees_whole_multiples_of_sixteen(shape: tuple[int, int], padded: tuple[int, int]) -> None:
    small, scale = crops.detector_input(np.full(shape, 50, np.uint8))
    assert small.shape == padded
    assert scale == pytest.approx(160 / max(shape))
    assert (small == 50).all()


def test_brightness_and_contrast_do_not_reach_the_network() -> None:
    picture = np.random.default_rng(0).integers(60, 120, (1, 48, 48)).astype(np.uint8)
    assert crops.normalise(picture) == pytest.approx(crops.normalise(picture * 2 - 40), abs=1e-4)


def test_flat_picture_stays_flat() -> None:
    assert np.abs(crops.normalise(np.full((1, 48, 48), 17, np.uint8))).max() == 0.0
