"""Decoding: what the networks' numbers mean in the frame."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.perception import decode
from dms.perception.crops import Crop
from dms.perception.head_geometry import angles_from_direction, angles_from_rotation, direction_from_angles, rotation_from_angles
from dms.types import EXPRESSIONS

angle = st.floats(-80, 80)


@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_six_numbers_always_make_a_rotation(values: list[float]) -> None:
    first, second = np.array(values[:3]), np.array(values[3:])
    if np.linalg.norm(np.cross(first, second)) < 1e-2:
        return
    rotation = decode.rotation_from_6d(np.array(values))
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-6)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


@given(angle, angle, angle)
def test_two_columns_of_a_rotation_give_it_back(yaw: float, pitch: float, roll: float) -> None:
    rotation = rotation_from_angles(yaw, pitch, roll)
    assert decode.rotation_from_6d(rotation[:, :2].T.reshape(6) * 2.5) == pytest.approx(rotation, abs=1e-6)


@given(angle, angle, angle, st.floats(-60, 60), st.booleans())
def test_rotation_goes_into_a_crop_and_back(yaw: float, pitch: float, roll: float, turn: float, mirrored: bool) -> None:
    crop, rotation = Crop(0, 0, 1, turn, mirrored), rotation_from_angles(yaw, pitch, roll)
    assert decode.rotation_to_frame(decode.rotation_to_crop(rotation, crop), crop) == pytest.approx(rotation, abs=1e-9)
    look = direction_from_angles(yaw, pitch)
    assert decode.direction_to_frame(decode.direction_to_crop(look, crop), crop) == pytest.approx(look, abs=1e-9)


def test_crop_turned_with_the_head_shows_it_upright() -> None:
    seen = decode.rotation_to_crop(rotation_from_angles(0, 0, 20), Crop(0, 0, 1, roll_deg=20))
    assert angles_from_rotation(seen) == pytest.approx((0, 0, 0), abs=1e-6)


def test_driver_looking_left_looks_right_in_a_mirror() -> None:
    seen = decode.direction_to_crop(direction_from_angles(30, 10), Crop(0, 0, 1, mirrored=True))
    assert angles_from_direction(seen) == pytest.approx((-30, 10))


def detector_outputs(cells: dict[tuple[int, int], tuple[float, list[float]]]) -> dict[str, np.ndarray]:
    heat, box = np.full((1, 1, 32, 40), -9.0, np.float32), np.zeros((1, 4, 32, 40), np.float32)
    for (row, column), (logit, values) in cells.items():
        heat[0, 0, row, column] = logit
        box[0, :, row, column] = values
    return {"heatmap": heat, "box": box}


def test_face_in_the_reduced_frame_is_found_at_full_size() -> None:
    outputs = detector_outputs({(10, 20): (3.0, [0.25, -0.5, math.log(5), math.log(6)])})
    (face,) = decode.decode_faces(outputs, scale=0.25, threshold=0.5)
    center_x, center_y = (20.75 * 4) / 0.25 - 0.5, (10.0 * 4) / 0.25 - 0.5
    assert face.box == pytest.approx((center_x - 40, center_y - 48, 80, 96), abs=1e-3)
    assert face.score == pytest.approx(1 / (1 + math.exp(-3)), abs=1e-6)


def test_one_face_is_not_reported_twice_and_the_better_comes_first() -> None:
    size = [0.0, 0.0, math.log(8), math.log(8)]
    outputs = detector_outputs({(10, 10): (2.0, size), (10, 12): (4.0, size), (24, 30): (3.0, size), (2, 2): (-1.0, size)})
    faces = decode.decode_faces(outputs, scale=1.0, threshold=0.5)
    assert [round(face.score, 3) for face in faces] == [0.982, 0.953]


def test_neighbouring_cells_keep_only_their_peak() -> None:
    size = [0.0, 0.0, math.log(2), math.log(2)]
    outputs = detector_outputs({(10, 10): (2.0, size), (10, 11): (2.5, size)})
    assert len(decode.decode_faces(outputs, 1.0, 0.5)) == 1


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((0, 0, 2, 2), (0, 0, 2, 2), 1.0), ((0, 0, 2, 2), (1, 0, 2, 2), 1 / 3), ((0, 0, 1, 1), (5, 5, 1, 1), 0.0)],
)
def test_overlap(first: decode.Box, second: decode.Box, expected: float) -> None:
    assert decode.overlap(first, second) == pytest.approx(expected)


def face_outputs() -> dict[str, np.ndarray]:
    return {
        "landmarks": np.full((1, 68, 2), 0.25, np.float32),
        "landmark_log_sigma": np.full((1, 68), math.log(0.01), np.float32),
        "rotation": rotation_from_angles(10, -5, 0)[:, :2].T.reshape(1, 6).astype(np.float32),
        "rotation_log_sigma": np.array([[math.log(math.radians(2.0))]], np.float32),
        "state": np.array([[4, 0, 1, -1, 2, -2]], np.float32),
        "mouth_open": np.array([[0.4]], np.float32),
        "expression": np.array([[0, 3, 0, 0, 0, 0, 0, 0]], np.float32),
    }


def test_face_reading_is_in_frame_pixels_and_frame_axes() -> None:
    reading = decode.decode_face(face_outputs(), Crop(100, 80, 200, roll_deg=12))
    turn = math.radians(12)
    expected = (100 + 50 * (math.cos(turn) + math.sin(turn)), 80 + 50 * (math.cos(turn) - math.sin(turn)))
    assert reading.landmarks[0] == pytest.approx(expected, abs=1e-3)
    assert reading.landmark_sigma[0] == pytest.approx(2.0 * math.sqrt(3.0))
    assert angles_from_rotation(reading.rotation)[2] == pytest.approx(12, abs=1.0)
    assert reading.rotation_sigma_deg == pytest.approx(2.0)
    assert reading.eyes_visible[0] > 0.5 > reading.eyes_visible[1]
    assert reading.eyes_open[0] > 0.5 > reading.eyes_open[1]
    assert EXPRESSIONS[int(reading.expression.argmax())] == "happiness"


def test_face_whose_points_are_guesses_is_not_believed() -> None:
    outputs = face_outputs()
    sure = decode.decode_face(outputs, Crop(0, 0, 100)).score
    outputs["landmark_log_sigma"] += math.log(10.0)
    assert decode.decode_face(outputs, Crop(0, 0, 100)).score < 0.3 * sure


def test_a_mouth_is_as_wide_as_its_lips_are_apart() -> None:
    outputs = face_outputs()
    points = outputs["landmarks"][0]
    points[[27, 8]] = [(0.0, -0.2), (0.0, 0.4)]
    points[[60, 64]] = [(-0.1, 0.2), (0.1, 0.2)]
    points[61:64], points[65:68] = [(x, 0.15) for x in (-0.05, 0, 0.05)], [(x, 0.27) for x in (0.05, 0, -0.05)]
    assert decode.decode_face(outputs, Crop(0, 0, 100)).mouth_open == pytest.approx(0.12 / 0.2, abs=1e-4)


def eye_reading(yaw: float, sigma: float, openness: float = 0.9, visible: float = 0.9) -> decode.EyeReading:
    return decode.EyeReading(openness, visible, direction_from_angles(yaw, 0), sigma, np.zeros((6, 2), np.float32), 1.0)


def test_gaze_of_both_eyes_leans_to_the_surer_one() -> None:
    joint = decode.join_gaze(eye_reading(10, 2), eye_reading(0, 6))
    assert joint is not None
    assert angles_from_direction(joint[0])[0] == pytest.approx(9, abs=0.1)
    assert joint[1] == 2


def test_closed_and_hidden_eyes_have_no_gaze() -> None:
    assert decode.join_gaze(eye_reading(10, 2, openness=0.1), eye_reading(0, 2, visible=0.2)) is None


def test_hidden_eye_does_not_pull_the_gaze() -> None:
    joint = decode.join_gaze(eye_reading(10, 3), eye_reading(-40, 1, visible=0.1))
    assert joint is not None
    assert angles_from_direction(joint[0])[0] == pytest.approx(10, abs=1e-6)
