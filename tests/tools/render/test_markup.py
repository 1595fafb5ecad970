"""The 68 points lie where the iBUG mark-up has them, on heads with the proportions of people."""

from __future__ import annotations

import numpy as np
import pytest

from tools.render.camera import Camera
from tools.render.heads import HeadModel
from tools.render.markup import BROW_REACH_CM
from tools.render.person import BROW_MIDDLE_CM
from tools.render.scene import PIVOT, Studio
from tools.render.truth import landmark_points

AHEAD = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]], np.float32)
CAMERA = Camera(640, 640, 2600.0, 319.5, 319.5)
FROM_THE_CAMERA = np.array([0.0, 0.0, -75.0], np.float32)


def frontal_shape(head: HeadModel, identity: object, brow_height_cm: float = 0.0, openness: float = 1.0) -> np.ndarray:
    """The points (68, 2) seen from the front, from the middle of the outer eye corners, in units of their distance; y down."""
    weights = head.solve_lids(identity, np.zeros(53, np.float32), np.full(2, openness))  # type: ignore[arg-type]
    pose = head.pose(identity, weights, AHEAD)  # type: ignore[arg-type]
    in_camera = (pose.vertices - PIVOT + FROM_THE_CAMERA).astype(np.float32)
    pixels = CAMERA.project(landmark_points(head, pose, in_camera, CAMERA, brow_height_cm))
    return (pixels - (pixels[36] + pixels[45]) / 2) / np.linalg.norm(pixels[36] - pixels[45])


@pytest.fixture(scope="module")
def mean_shape(studio: Studio) -> np.ndarray:
    shapes = []
    for seed in range(1, 60):
        person = studio.person(seed, np.random.default_rng(seed), False, False)
        if "child" not in person.flags:
            shapes.append(frontal_shape(studio.model, person.identity, person.brow_height_cm))
    return np.mean(shapes, axis=0)


def test_the_mean_face_has_the_proportions_of_the_published_mean_shape(mean_shape: np.ndarray) -> None:
    height = mean_shape[:, 1]
    assert height[8] == pytest.approx(1.27, abs=0.03), "chin"
    assert height[30] == pytest.approx(0.37, abs=0.04), "nose tip"
    assert height[33] == pytest.approx(0.49, abs=0.03), "columella"
    assert height[51] == pytest.approx(0.645, abs=0.03), "upper lip"
    assert height[57] == pytest.approx(0.865, abs=0.04), "lower lip"
    assert height[[19, 24]] == pytest.approx(-0.26, abs=0.03), "brows"
    assert height[[21, 22]] == pytest.approx(-0.21, abs=0.03), "inner ends of the brows"


def test_both_halves_of_the_mean_face_are_alike(mean_shape: np.ndarray) -> None:
    for left, right in ((17, 26), (21, 22), (31, 35), (32, 34), (37, 44), (41, 46), (49, 53), (61, 63), (67, 65)):
        assert mean_shape[left] == pytest.approx(mean_shape[right] * [-1, 1], abs=0.012)


def test_lid_points_stand_at_a_third_and_two_thirds_of_the_eye(mean_shape: np.ndarray) -> None:
    for outer, inner, points in ((36, 39, ((37, 38), (41, 40))), (45, 42, ((44, 43), (46, 47)))):
        width = mean_shape[inner, 0] - mean_shape[outer, 0]
        for near_outer, near_inner in points:
            shares = (mean_shape[[near_outer, near_inner], 0] - mean_shape[outer, 0]) / width
            assert shares == pytest.approx([0.32, 0.68], abs=0.03)


def test_the_nose_base_lies_below_the_nostril_openings_and_not_on_the_philtrum(head: HeadModel) -> None:
    points = head.markup.points(head.neutral)
    normals = head.normals(head.neutral)
    face = head.neutral[:9409]
    for index in (32, 34):
        # The nostril's opening: skin that faces down, above the point and no more than a nostril's width aside.
        near = (np.abs(face[:, 0] - points[index, 0]) < 0.5) & (face[:, 2] > 10.5) & (face[:, 1] > -1.2)
        opening = face[near & (normals[:9409, 1] < -0.5) & (normals[:9409, 2] < 0.0)]
        assert points[index, 1] < opening[:, 1].min()
    top_of_lip = points[51, 1]
    assert points[33, 1] - top_of_lip > 1.2, "a centimetre and more of philtrum lies below the columella"
    assert points[31, 0] < points[32, 0] < 0 < points[34, 0] < points[35, 0]
    assert points[33, 2] > points[34, 2] > points[35, 2], "from the columella forward of the alar edges"


@pytest.mark.parametrize("height_cm", [-0.25, 0.0, 0.25])
def test_brow_points_lie_on_the_painted_brow_wherever_a_person_has_it(studio: Studio, height_cm: float) -> None:
    maps, markup = studio.maps, studio.model.markup
    flat = (studio.model.uv[markup.vertices[17:27]] * markup.weights[17:27, :, None]).sum(1)
    if height_cm:
        ends = (studio.model.uv[markup.brow_vertices] * markup.brow_weights[..., None]).sum(2)
        flat += abs(height_cm) / BROW_REACH_CM * (ends[0 if height_cm > 0 else 1] - flat)
    texel = np.clip((flat * 1024).astype(int), 0, 1023)
    along, across_cm = (maps.tint[texel[:, 1], texel[:, 0], 2:] / 255.0 * [1.5, 3.0] - [0.1, 1.5]).T
    assert across_cm == pytest.approx(np.full(10, height_cm), abs=0.06)
    middle_cm = height_cm - BROW_MIDDLE_CM
    assert (across_cm > middle_cm - 0.05).all()
    assert along[[5, 9]] == pytest.approx([0.0, 1.0], abs=0.03)
    assert along[[4, 0]] == pytest.approx([0.0, 1.0], abs=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_the_lids_of_a_shut_eye_lie_on_one_smooth_line(head: HeadModel, seed: int) -> None:
    someone = head.identity(np.clip(np.random.default_rng(seed).normal(0, 0.9, 100), -2, 2).astype(np.float32))
    shut = frontal_shape(head, someone, openness=0.0)
    assert shut[[37, 38, 43, 44]] == pytest.approx(shut[[41, 40, 47, 46]])
    for corner, first, second, other in ((36, 37, 38, 39), (45, 44, 43, 42)):
        line = shut[[corner, first, second, other]]
        chord = np.interp(line[:, 0], *line[[0, 3]][np.argsort(line[[0, 3], 0])].T)
        sag = line[:, 1] - chord
        assert (sag[1:3] > -0.005).all(), "it hangs down between the corners"
        assert abs(sag[1] - sag[2]) < 0.04


def test_a_longer_face_has_a_lower_chin_and_the_same_eyes(head: HeadModel) -> None:
    short, long = (head.identity(np.zeros(100, np.float32), length=length) for length in (0.0, 2.0))
    drop = short.rest[head.landmarks, 1] - long.rest[head.landmarks, 1]
    assert drop[8] > 0.3
    assert drop[30] > 0.4
    assert drop[36:48] == pytest.approx(np.zeros(12), abs=1e-5)
    assert long.eye_centres == pytest.approx(short.eye_centres)
