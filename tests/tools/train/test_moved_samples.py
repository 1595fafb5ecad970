"""Whatever moves a picture moves its points: property tests over all shifts, scales, turns and mirror images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from dms.perception.crops import Crop
from dms.perception.head_geometry import angles_from_direction, angles_from_rotation, direction_from_angles, rotation_from_angles
from dms.perception.mirror import MIRRORED_LANDMARKS
from tests.tools.train.fake_shards import frontal_landmarks, write_shards
from tests.tools.train.written import write_recipe
from tools.datasets.face import is_held_out
from tools.picture_files import read_picture
from tools.train.__main__ import app
from tools.train.augment import covered
from tools.train.by_recipe.recipe import Augmentation, DataOptions
from tools.train.by_recipe.samples import FaceSource, faces, is_under, joint_gaze, moved, moved_crop, seen, still
from tools.train.shards import NobodyNamedError, Shards

SIDE = 96
STILL = Augmentation(shift=0.0, scale=0.0, turn_deg=0.0, mirror=0.0, occlusion=0.0, degrade=0.0)
MARKED = (30, 36, 45, 48, 54)
"""Points that stay in the crop however it is moved here."""


def marked_face(point: int) -> dict[str, Any]:
    """A black picture with a white spot at one of the face's points, and its truth."""
    landmarks = Crop(95.0, 97.0, 104.0).to_frame(frontal_landmarks())
    picture = np.zeros((192, 192), np.uint8)
    x, y = landmarks[point]
    columns, rows = np.meshgrid(np.arange(192), np.arange(192))
    picture[:] = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 2.0**2))
    return {
        "image": picture,
        "landmarks": landmarks,
        "landmark_visible": np.ones(68, bool),
        "rotation": rotation_from_angles(20.0, 5.0, 10.0).astype(np.float32),
        "gaze": np.stack([direction_from_angles(30.0, 0.0), direction_from_angles(10.0, 0.0)]).astype(np.float32),
        "openness": np.array([0.9, 0.1], np.float32),
        "eye_visible": np.array([True, False]),
        "mouth_open": np.float32(0.3),
        "mouth_visible": np.bool_(True),
        "expression": np.int64(2),
    }


@settings(max_examples=40, deadline=None)
@given(
    point=st.sampled_from(MARKED), across=st.floats(-12, 12), down=st.floats(-12, 12), side=st.floats(130, 170),
    roll_deg=st.floats(-50, 50), mirrored=st.booleans(),
)  # fmt: skip
def test_a_spot_on_the_picture_stays_under_its_point(
    point: int, across: float, down: float, side: float, roll_deg: float, mirrored: bool
) -> None:
    row = seen(marked_face(point), Crop(95 + across, 97 + down, side, roll_deg, mirrored), SIDE, np.random.default_rng(0))
    picture = np.asarray(row["image"], float)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    found = np.array([(columns * picture).sum(), (rows * picture).sum()]) / picture.sum()
    place = int(np.flatnonzero(point == MIRRORED_LANDMARKS)[0]) if mirrored else point
    told = (np.asarray(row["landmarks"])[place] + 0.5) * SIDE - 0.5
    assert found == pytest.approx(told, abs=0.35)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_pose_and_gaze_turn_with_the_picture(seed: int) -> None:
    """What is turned by the crop is turned back: of the truth in the crop, only the sides are another's."""
    sample, rng = marked_face(30), np.random.default_rng(seed)
    crop = moved_crop(sample, Augmentation(turn_deg=30.0), rng)
    row = seen(sample, crop, SIDE, rng)
    yaw, _, _ = angles_from_rotation(rotation_from_angles(20.0, 5.0, 10.0 - crop.roll_deg))
    sign = -1.0 if crop.mirrored else 1.0
    turned = angles_from_rotation(np.asarray(row["rotation"]))
    assert np.sign(turned[0]) == np.sign(yaw * sign)
    gaze = np.asarray(row["gaze"], float)
    assert np.linalg.norm(gaze) == pytest.approx(1.0, abs=1e-5)
    assert gaze[2] == pytest.approx(direction_from_angles(30.0, 0.0)[2], abs=1e-5), "depth knows no mirror and no roll"


def test_mirroring_swaps_left_and_right() -> None:
    sample = marked_face(30)
    plain, mirrored = (seen(sample, Crop(95.0, 97.0, 130.0, 0.0, is_mirrored), SIDE, np.random.default_rng(0))
                       for is_mirrored in (False, True))  # fmt: skip
    assert np.asarray(mirrored["eye_visible"]).tolist() == np.asarray(plain["eye_visible"])[::-1].tolist() == [0.0, 1.0]
    assert np.asarray(mirrored["openness"]) == pytest.approx(np.asarray(plain["openness"])[::-1])
    assert (np.asarray(mirrored["landmarks"]) * (-1, 1))[MIRRORED_LANDMARKS] == pytest.approx(np.asarray(plain["landmarks"]))
    yaw, pitch, roll = angles_from_rotation(np.asarray(mirrored["rotation"]))
    assert (yaw, pitch, roll) == pytest.approx((-20.0, 5.0, -10.0), abs=1e-3)
    assert angles_from_direction(np.asarray(mirrored["gaze"]))[0] == pytest.approx(-30.0, abs=1e-3)


def test_gaze_is_that_of_the_eyes_that_look() -> None:
    sample = marked_face(30)
    assert angles_from_direction(joint_gaze(sample)) == pytest.approx((30.0, 0.0), abs=1e-3), "the right eye is shut"
    sample["eye_visible"] = np.array([False, False])
    assert np.isnan(joint_gaze(sample)).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_points_under_what_is_painted_are_hidden_and_no_others(seed: int) -> None:
    sample = marked_face(30)
    picture = np.full((192, 192), 128, np.uint8)
    sample["image"] = picture
    augment = STILL.model_copy(update={"occlusion": 1.0})
    row = moved(sample, Crop(95.0, 97.0, 130.0), SIDE, augment, np.random.default_rng(seed))
    places = (np.asarray(row["landmarks"]) + 0.5) * SIDE - 0.5
    columns, rows = places.round().astype(int).T
    painted = np.asarray(row["image"])[rows, columns] != 128
    hidden = np.asarray(row["landmark_visible"]) == 0.0
    assert not (painted & ~hidden).any(), "what something covers is not visible"


def test_a_cover_says_where_it_lies() -> None:
    picture = np.full((64, 64), 128, np.uint8)
    for seed in range(40):
        painted, hidden = covered(picture, np.random.default_rng(seed))
        assert (painted[~hidden] == 128).all()
        assert hidden.any() or (painted == picture).all()


@given(points=st.lists(st.tuples(st.floats(-2, 2) | st.just(np.nan), st.floats(-2, 2) | st.just(np.nan)), min_size=1, max_size=9))
def test_points_outside_or_unknown_are_under_nothing(points: list[tuple[float, float]]) -> None:
    everywhere = np.ones((16, 16), bool)
    inside = [bool(abs(x) < 0.46 and abs(y) < 0.46) for x, y in points]
    outside = [not (abs(x) < 0.54 and abs(y) < 0.54) for x, y in points]
    under = is_under(np.array(points), everywhere)
    assert all(under[np.array(inside)])
    assert not any(under[np.array(outside)])
    assert not is_under(np.array(points), ~everywhere).any()


def test_without_augmentation_a_sample_is_what_is_measured(tmp_path: Path) -> None:
    write_shards(tmp_path, "face", count=3)
    sample = Shards(tmp_path, "face").sample(1)
    rng = np.random.default_rng(0)
    trained, measured = moved(sample, moved_crop(sample, STILL, rng), SIDE, STILL, rng), still(sample, SIDE)
    assert trained["landmarks"] == pytest.approx(measured["landmarks"])
    assert np.abs(np.asarray(trained["image"], int) - np.asarray(measured["image"], int)).max() <= 1


def test_nobody_is_both_learned_from_and_judged_on(tmp_path: Path) -> None:
    write_shards(tmp_path, "face", count=40)
    data = DataOptions(judged_share=0.3)
    learned, judged = ({each.person(row) for row in range(len(each))} for each in
                       (faces(tmp_path, data, judged=False), faces(tmp_path, data, judged=True)))  # fmt: skip
    assert len(learned | judged) == 40
    assert not learned & judged
    assert all(is_held_out(person, 0.3) for person in judged)
    drawn = FaceSource(tmp_path, data, Augmentation(), SIDE).draw(np.random.default_rng(1))
    assert np.asarray(drawn["image"]).shape == (SIDE, SIDE)


def test_a_shard_that_names_nobody_cannot_be_split(tmp_path: Path) -> None:
    write_shards(tmp_path, "face", count=2)
    path = tmp_path / "face-00000.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "identity"}
    np.savez(path, **arrays)
    with pytest.raises(NobodyNamedError, match=rf"{path}: does not say who"):
        faces(tmp_path, DataOptions(), judged=False)


def test_a_sheet_shows_each_face_as_often_as_asked(tmp_path: Path) -> None:
    write_shards(tmp_path / "data", "face", count=8)
    recipe, sheet = write_recipe(tmp_path), tmp_path / "sheet.png"
    answer = CliRunner().invoke(
        app, ["look", str(recipe), "--data", str(tmp_path / "data"), "-o", str(sheet), "--people", "2", "--times", "3"]
    )
    assert answer.exit_code == 0, answer.output
    picture = read_picture(sheet)
    assert picture.shape[:2] == (2 * 256, 3 * 256)
    green = (picture[:, :, 1] > 200) & (picture[:, :, 0] < 60) & (picture[:, :, 2] < 60)
    tiles = [green[y : y + 256, x : x + 256].sum() for y in (0, 256) for x in (0, 256, 512)]
    assert min(tiles) > 20, "points over every face"
    assert cv2.absdiff(picture[:, :256], picture[:, 256:512]).max() > 50, "each time otherwise"
