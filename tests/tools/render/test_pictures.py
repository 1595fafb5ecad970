"""Truth of whole pictures: signs, projections, seeds, shards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dms.perception.head_geometry import angles_from_rotation, rotation_from_angles
from tools.render.backgrounds import plain_wall
from tools.render.camera import Camera, rotation_of_ray
from tools.render.dataset import MANY_FACES, Job, ShotStream, draw_shard, identity_seed, write_atomically
from tools.render.expressions import FaceState
from tools.render.scene import Placement, Studio, gaze_vectors

CAMERA = Camera(192, 192, 500.0, 95.5, 95.5)


def measured(studio: Studio, angles: tuple[float, float, float], position: np.ndarray, openness: float = 1.0):  # type: ignore[no-untyped-def]
    generator = np.random.default_rng(4)
    someone = replace(studio.person(70, generator, False, False), glasses=None, worn=(), hairstyle=None)
    light = studio.light_room.sample(generator, 0, False, False)
    place = Placement(
        (rotation_of_ray(position) @ rotation_from_angles(*angles)).astype(np.float32), position, np.eye(3, dtype=np.float32)
    )
    state = FaceState(0, np.zeros(53, np.float32), np.full(2, openness, np.float32), (0.0, 0.0))
    canvas = studio.canvas(192, 192)
    studio.begin(canvas, CAMERA, plain_wall(generator, 192, 192), light, position, 0, 1.0)
    pose, bare = studio.draw_person(canvas, CAMERA, light, someone, state, place, gaze_vectors(state), [])
    picture, depth = canvas.read()
    return picture, studio.truth(someone, pose, bare, CAMERA, place, gaze_vectors(state), depth, canvas.light_through())


STRAIGHT_AHEAD = np.array([0.0, 0.0, -80.0], np.float32)


def test_a_face_that_looks_into_the_lens_has_no_angles_wherever_it_is(studio: Studio) -> None:
    for x in (-12.0, 0.0, 12.0):
        _, truth = measured(studio, (0, 0, 0), np.array([x, 3.0, -80.0], np.float32))
        assert angles_from_rotation(truth.rotation) == pytest.approx((0, 0, 0), abs=0.01)
        assert truth.position == pytest.approx([x / 100, 0.03, -0.8], abs=1e-5)


def test_turning_to_the_own_left_moves_the_nose_to_the_pictures_right(studio: Studio) -> None:
    _, ahead = measured(studio, (0, 0, 0), STRAIGHT_AHEAD)
    _, left = measured(studio, (30, 0, 0), STRAIGHT_AHEAD)
    _, up = measured(studio, (0, 20, 0), STRAIGHT_AHEAD)
    _, tipped = measured(studio, (0, 0, 20), STRAIGHT_AHEAD)
    assert left.landmarks[30, 0] > ahead.landmarks[30, 0] + 10
    assert up.landmarks[30, 1] < ahead.landmarks[30, 1] - 5
    # Tipping to the right shoulder brings the head's top to the picture's left, so the own left eye rises.
    assert tipped.landmarks[45, 1] < tipped.landmarks[36, 1] - 10
    assert angles_from_rotation(left.rotation)[0] == pytest.approx(30, abs=0.1)


def test_the_drivers_left_eye_is_on_the_pictures_right(studio: Studio) -> None:
    _, truth = measured(studio, (0, 0, 0), STRAIGHT_AHEAD)
    assert truth.landmarks[42:48, 0].min() > truth.landmarks[36:42, 0].max()
    assert truth.eye_visible.all()
    assert truth.gaze[:, 2] == pytest.approx([1, 1], abs=0.01)


def test_landmarks_lie_where_the_face_is_drawn(studio: Studio) -> None:
    picture, truth = measured(studio, (0, 0, 0), STRAIGHT_AHEAD)
    pupil = truth.landmarks[42:48].mean(0).round().astype(int)
    cheek = ((truth.landmarks[46] + truth.landmarks[35]) / 2 + [6, 4]).round().astype(int)
    assert picture[pupil[1], pupil[0]].mean() < picture[cheek[1], cheek[0]].mean()
    assert truth.landmark_visible[17:68].mean() > 0.95


def test_a_far_eye_of_a_profile_is_not_visible(studio: Studio) -> None:
    _, truth = measured(studio, (80, 0, 0), STRAIGHT_AHEAD)
    assert list(truth.eye_visible) == [False, True]


@pytest.mark.parametrize("kind", ["face", "eye", "scene", "cabin"])
def test_the_same_seed_gives_the_same_bytes_and_sound_truth(studio: Studio, tmp_path: Path, kind: str) -> None:
    job = Job(Path(), tmp_path, kind, False, pictures=4)
    first, second = draw_shard(studio, job, 3), draw_shard(studio, job, 3)
    for name in ("a", "b"):
        write_atomically(tmp_path / f"{name}.npz", first if name == "a" else second)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    other = draw_shard(studio, job, 4)
    assert not np.array_equal(first["image"], other["image"])
    if kind not in MANY_FACES:
        assert np.isfinite(first["ibug"]).all()
        assert first["openness"].min() >= 0
        assert first["openness"].max() <= 1.3
        assert np.linalg.norm(first["gaze"], axis=2) == pytest.approx(np.ones((4, 2)), abs=1e-4)
        rotation = first["rotation"].astype(np.float32)
        assert rotation @ rotation.swapaxes(1, 2) == pytest.approx(np.stack([np.eye(3)] * 4), abs=1e-4)


def test_held_out_people_hair_and_light_are_never_trained_on(studio: Studio) -> None:
    generator = np.random.default_rng(0)
    trained = {identity_seed(generator, False) for _ in range(500)}
    held_out = {identity_seed(generator, True) for _ in range(500)}
    assert all(seed % 10 for seed in trained)
    assert not any(seed % 10 for seed in held_out)
    assert not set(studio.environment_choices(True)) & set(studio.environment_choices(False))
    assert len(studio.environment_choices(True)) == 3
    assert not {style.name for style in studio.hair_choices(True)} & {style.name for style in studio.hair_choices(False)}


def test_existing_shards_are_kept(tmp_path: Path) -> None:
    from tools.render.dataset import render_dataset

    job = Job(Path(), tmp_path, "face", False)
    job.path(0).write_bytes(b"drawn before")
    render_dataset(job, range(1), workers=1)
    assert job.path(0).read_bytes() == b"drawn before"


def test_a_stream_of_faces_keeps_a_person_for_a_few_pictures(studio: Studio) -> None:
    stream = ShotStream(studio, "eye", np.random.default_rng(5), False)
    seeds = [stream.next().people[0].seed for _ in range(10)]
    assert len(set(seeds)) == 2
