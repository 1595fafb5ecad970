"""Lids: what the eye network, which sees an eye large, says of them counts as much as it is sure of it and the eye is seen."""

from __future__ import annotations

import numpy as np
import pytest

from dms.perception import decode
from dms.perception.crops import Crop
from dms.perception.decode import EyeReading, FaceReading

FAR_OFF = np.full((6, 2), 500.0, np.float32)


def face(sigma_px: float = 2.0) -> FaceReading:
    sure, points = (1.0, 1.0), np.full((68, 2), 100.0, np.float32)
    sigma, expression = np.full(68, sigma_px, np.float32), np.full(8, 0.125, np.float32)
    return FaceReading(1.0, points, sigma, np.eye(3), 2.0, 0.0, 1.0, sure, sure, expression)


def eye(lids: np.ndarray, sigma_px: float = 0.01, visible: float = 1.0) -> EyeReading:
    return EyeReading(0.9, visible, np.array([0.0, 0.0, 1.0]), 5.0, lids.astype(np.float32), sigma_px)


def test_a_sure_eye_network_places_its_eyes_lids_and_nothing_else() -> None:
    lids = np.arange(12, dtype=np.float32).reshape(6, 2)
    joined = decode.landmarks_with_lids(face(), eye(lids), None)
    assert joined[42:48] == pytest.approx(lids, abs=0.01)
    assert (np.delete(joined, range(42, 48), axis=0) == 100.0).all()


def test_the_right_eye_comes_in_the_order_of_its_mirror_image() -> None:
    lids = np.arange(12, dtype=np.float32).reshape(6, 2)
    joined = decode.landmarks_with_lids(face(), None, eye(lids))
    assert joined[[39, 38, 37, 36, 41, 40]] == pytest.approx(lids, abs=0.01)


def test_an_eye_behind_glare_leaves_the_lids_to_the_face_network() -> None:
    joined = decode.landmarks_with_lids(face(), eye(FAR_OFF, visible=0.0), eye(FAR_OFF, visible=0.0))
    assert (joined == 100.0).all()


def test_equally_sure_networks_meet_half_way() -> None:
    joined = decode.landmarks_with_lids(face(2.0), eye(FAR_OFF, sigma_px=2.0), None)
    assert joined[42:48] == pytest.approx(300.0, abs=0.1)


@pytest.mark.parametrize("mirrored", [False, True])
def test_lids_are_given_in_pixels_of_the_frame(mirrored: bool) -> None:
    crop = Crop(50.0, 60.0, 20.0, mirrored=mirrored)
    outputs = {
        "state": np.zeros((1, 2), np.float32),
        "gaze": np.array([[0, 0, 1]], np.float32),
        "gaze_log_sigma": np.zeros((1, 1), np.float32),
        "lids": np.tile(np.array([0.25, -0.1], np.float32), (1, 6, 1)),
        "lids_log_sigma": np.full((1, 1), np.log(0.01), np.float32),
    }
    reading = decode.decode_eye(outputs, crop)
    assert reading.lids[0] == pytest.approx((45.0 if mirrored else 55.0, 58.0))
    assert reading.lids_sigma_px == pytest.approx(0.2 * decode.LAPLACE_DEVIATION, rel=1e-5)
