"""Training samples: whatever is done to a picture is done to its truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from dms.perception import crops
from dms.perception.crops import Crop
from dms.perception.head_geometry import angles_from_direction, angles_from_rotation, direction_from_angles, rotation_from_angles
from dms.perception.mirror import MIRRORED_LANDMARKS
from tests.tools.train.fake_shards import frontal_landmarks, write_shards
from tools.render.seen import CANNOT_BE_SEEN
from tools.train import face as face_lessons
from tools.train.augment import photometric
from tools.train.backgrounds import Backgrounds
from tools.train.covers import eye_opening
from tools.train.detector import CELLS, DetectorSource, _reframed, target_maps
from tools.train.eye import eye_sample
from tools.train.face import face_sample, jittered_crop, outline
from tools.train.ibug import to_ibug
from tools.train.objects import ObjectsSource, objects_sample, stretched
from tools.train.objects import jittered_crop as jittered_objects_crop
from tools.train.shards import Shards


def portrait(yaw: float = 20.0, pitch: float = 5.0, roll: float = 0.0) -> dict[str, Any]:
    landmarks = Crop(96.0, 96.0, 110.0, roll).to_frame(frontal_landmarks())
    picture = np.full((192, 192), 128, np.uint8)
    return {
        "image": picture,
        "landmarks": landmarks,
        "landmark_visible": np.arange(68) < 60,
        "rotation": rotation_from_angles(yaw, pitch, roll).astype(np.float32),
        "gaze": np.stack([direction_from_angles(30.0, 0.0), direction_from_angles(10.0, 0.0)]).astype(np.float32),
        "openness": np.array([0.9, 0.1], np.float32),
        "eye_visible": np.array([True, False]),
        "mouth_open": np.float32(0.3),
        "mouth_visible": np.bool_(True),
        "expression": np.int64(2),
        "side": np.int64(0),
    }


def test_mirrored_landmarks_are_a_face_again() -> None:
    frontal = frontal_landmarks()
    assert (frontal * (-1, 1))[MIRRORED_LANDMARKS] == pytest.approx(frontal, abs=1e-6)
    assert (MIRRORED_LANDMARKS[MIRRORED_LANDMARKS] == np.arange(68)).all()


def test_sliding_to_ibug_points_is_the_same_on_both_sides_and_stays_on_the_contour() -> None:
    frontal = frontal_landmarks()
    slid = to_ibug(frontal)
    assert (slid * (-1, 1))[MIRRORED_LANDMARKS] == pytest.approx(slid, abs=1e-6)
    assert abs(slid[61, 0]) < abs(frontal[61, 0]), "towards the middle of the lip"
    assert (slid[[36, 39, 48, 54, 30]] == frontal[[36, 39, 48, 54, 30]]).all()


def test_mirrored_driver_looks_the_other_way_and_swaps_eyes() -> None:
    rng = np.random.default_rng(0)
    sample = face_sample(portrait(yaw=20.0), Crop(96.0, 96.0, 150.0, mirrored=True), rng, strength=0.0)
    assert angles_from_rotation(np.asarray(sample["rotation"]))[0] == pytest.approx(-20.0, abs=1e-3)
    assert sample["openness"].tolist() == pytest.approx([0.1, 0.9])
    assert sample["eye_visible"].tolist() == [0.0, 1.0]
    landmarks = np.asarray(sample["landmarks"])
    assert landmarks[36, 0] < 0 < landmarks[45, 0], "the right eye stays on the picture's left"


def test_what_is_painted_before_a_mirrored_drivers_eye_hides_that_eye(hdri: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_lessons, "COVERED_SHARE", 1.0)
    monkeypatch.setattr(face_lessons, "BOTH_COVERED_SHARE", 0.0)
    crop, reflections = Crop(96.0, 96.0, 150.0, mirrored=True), Backgrounds(hdri)
    bright = {**portrait(), "eye_visible": np.array([True, True])}
    plain = crops.cut(bright["image"], crop, crops.FACE_SIZE)
    for seed in range(40):
        sample = face_sample(bright, crop, np.random.default_rng(seed), 0.0, reflections)
        changed, visible = np.asarray(sample["image"]) != plain, np.asarray(sample["eye_visible"])
        for side, places in enumerate((slice(42, 48), slice(36, 42))):
            if visible[side] == 0.0:
                opening = eye_opening(np.asarray(sample["landmarks"])[places], crops.FACE_SIZE)
                assert changed[opening].mean() > 0.4
                assert np.asarray(sample["landmark_visible"])[places].max() == 0.0
        assert visible.max() == 1.0, "the other eye can be read"


def test_turning_the_crop_turns_the_head_in_it() -> None:
    sample = face_sample(portrait(0.0, 0.0, roll=15.0), Crop(96.0, 96.0, 150.0, roll_deg=15.0), np.random.default_rng(0), 0.0)
    assert angles_from_rotation(np.asarray(sample["rotation"]))[2] == pytest.approx(0.0, abs=1e-3)
    eyes = np.asarray(sample["landmarks"])[[36, 45]]
    assert eyes[0, 1] == pytest.approx(eyes[1, 1], abs=1e-4)


def test_jittered_crops_still_hold_most_of_the_face() -> None:
    rng, sample = np.random.default_rng(4), portrait()
    inside = [np.abs(jittered_crop(*outline(sample), rng).to_crop(sample["landmarks"])).max(axis=1) < 0.5 for _ in range(200)]
    assert np.mean(inside) > 0.93


def test_right_eye_is_taught_as_a_left_one() -> None:
    rng = np.random.default_rng(0)
    left, right = (eye_sample(portrait(), side, rng, strength=0.0) for side in (0, 1))
    assert angles_from_direction(np.asarray(left["gaze"]))[0] == pytest.approx(30.0, abs=1e-3)
    assert angles_from_direction(np.asarray(right["gaze"]))[0] == pytest.approx(-10.0, abs=1e-3)
    assert (left["openness"], right["openness"]) == pytest.approx((0.9, 0.1))


def test_detector_is_taught_the_box_that_decoding_gives_back() -> None:
    from dms.perception.decode import decode_faces

    box = np.array([[40.0, 30.0, 22.0, 26.0]])
    heat, values, inside, counted = target_maps(box)
    assert heat.max() == 1.0
    assert inside.sum() >= 1
    assert counted.min() == 1.0
    logits = np.where(heat > 0.999, 5.0, -5.0).astype(np.float32)
    (face,) = decode_faces({"heatmap": logits[None], "box": values[None]}, scale=1.0, threshold=0.5)
    assert face.box == pytest.approx(box[0], abs=1e-3)


def test_four_faces_in_a_cabin_are_four_targets_that_decode_to_their_boxes() -> None:
    from dms.perception.decode import decode_faces

    boxes = np.array([[14.0, 40.0, 20.0, 24.0], [60.0, 52.0, 10.0, 12.0], [86.0, 50.0, 9.0, 11.0], [118.0, 30.0, 30.0, 34.0]])
    heat, values, _, counted = target_maps(boxes)
    assert (heat > 0.999).sum() == 4
    assert counted.min() == 1.0
    logits = np.where(heat > 0.999, 5.0, -5.0).astype(np.float32)
    found = decode_faces({"heatmap": logits[None], "box": values[None]}, scale=1.0, threshold=0.5)
    assert np.array(sorted(face.box for face in found)) == pytest.approx(boxes, abs=1e-3)


def test_a_hidden_face_leaves_the_others_taught_and_its_own_place_uncounted() -> None:
    seen, hidden = np.array([[20.0, 40.0, 20.0, 24.0]]), np.array([[110.0, 40.0, 20.0, 24.0]])
    heat, _, _, counted = target_maps(seen, hidden)
    assert (heat > 0.999).sum() == 1
    assert counted[0, 13, 30] == 0.0, "the hidden face's middle"
    assert counted[0, 13, 7] == 1.0, "the seen face's middle"
    _, _, _, counted = target_maps(seen, seen + np.array([8.0, 0.0, 0.0, 0.0]))
    assert counted[0, 13, 7] == 1.0, "also with the hidden one right behind it"


def cabin_with_a_bright_spot(turned_deg: float = 0.0) -> dict[str, np.ndarray]:
    """A dark picture whose one face is a light disc, its landmarks on the rim."""
    around = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    landmarks = np.full((4, 68, 2), np.nan, np.float32)
    landmarks[1] = np.column_stack([240 + 30 * np.cos(around), 130 + 30 * np.sin(around)])
    picture = np.full((270, 480), 60, np.uint8)
    cv2.circle(picture, (240, 130), 30, 200, -1)
    rotation = np.full((4, 3, 3), np.nan, np.float32)
    rotation[1] = rotation_from_angles(turned_deg, 0.0, 0.0)
    return {"image": picture, "landmarks": landmarks, "landmark_visible": np.ones((4, 68), bool), "rotation": rotation}


def test_a_view_of_a_cabin_moves_its_faces_with_the_picture() -> None:
    rng, whole = np.random.default_rng(5), 0
    for _ in range(40):
        frame, matrix = _reframed(cabin_with_a_bright_spot()["image"], (0.8, 1.2), rng)
        x, y = matrix @ (240, 130, 1)
        if 13 < x < 146 and 13 < y < 114:  # else the disc is cut off
            whole += 1
            rows, columns = np.nonzero((frame > 180) & (frame < 220))
            near = np.hypot(columns - x, rows - y) < 18  # a white border's edge is as light as the disc
            assert (columns[near].mean(), rows[near].mean()) == pytest.approx((x, y), abs=0.8)
    assert whole > 20


def test_a_head_turned_away_is_no_face_to_be_found() -> None:
    def taught(turned_deg: float) -> list[tuple[float, float]]:
        rng = np.random.default_rng(7)
        views = [DetectorSource._view(cabin_with_a_bright_spot(turned_deg), (0.8, 0.9), rng) for _ in range(10)]
        maps = [target_maps(boxes, hidden) for _, boxes, hidden in views]
        return [(heat.max(), counted.min()) for heat, _, _, counted in maps]

    assert taught(80.0) == [(1.0, 1.0)] * 10
    assert taught(130.0) == [(0.0, 0.0)] * 10


def test_face_too_small_to_find_is_neither_taught_nor_punished() -> None:
    heat, _, inside, counted = target_maps(np.array([[80.0, 60.0, 4.0, 4.0]]))
    assert heat.max() == 0.0
    assert inside.max() == 0.0
    assert counted.min() == 0.0


def test_every_degradation_keeps_shape_and_type() -> None:
    rng = np.random.default_rng(9)
    picture = rng.integers(0, 255, (48, 48)).astype(np.uint8)
    for _ in range(300):
        degraded = photometric(picture, rng, strength=1.0, cover=0.5)
        assert degraded.shape == picture.shape
        assert degraded.dtype == np.uint8


def test_shards_that_appear_later_are_picked_up_and_broken_ones_left_alone(tmp_path: Path) -> None:
    write_shards(tmp_path, "face", count=5)
    shards = Shards(tmp_path, "face")
    (tmp_path / "face-00001.npz").write_bytes(b"half a shard")
    write_shards(tmp_path / "more", "face", count=4)
    (tmp_path / "more" / "face-00000.npz").rename(tmp_path / "face-00002.npz")
    shards.refresh()
    assert len(shards) == 9
    assert shards.sample(8)["landmarks"].shape == (68, 2)
    assert crops.box_of_landmarks(shards.sample(0)["landmarks"])[2] > 20


def test_detector_frames_have_targets_of_the_right_size(tmp_path: Path, hdri: Path) -> None:
    write_shards(tmp_path, "face", count=4)
    write_shards(tmp_path, "scene", count=4)
    write_shards(tmp_path, "cabin", count=4)
    write_shards(tmp_path, "seat", count=4)
    rng = np.random.default_rng(1)
    samples = [DetectorSource(tmp_path, hdri).draw(rng) for _ in range(12)]
    assert all(sample["image"].shape == (128, 160) and sample["heat"].shape == (1, *CELLS) for sample in samples)
    assert any(sample["heat"].max() == 1.0 for sample in samples)


def test_busts_keep_their_truth_however_they_are_cut(tmp_path: Path, hdri: Path) -> None:
    write_shards(tmp_path, "bust", count=30)
    busts, rng = Shards(tmp_path, "bust"), np.random.default_rng(5)
    for index in range(30):
        bust = busts.sample(index)
        sample = objects_sample(bust, jittered_objects_crop(bust, rng), rng)
        assert sample["image"].shape == (crops.OBJECTS_SIZE, crops.OBJECTS_SIZE)
        assert (sample["phone"], sample["smoking"], sample["drinking"]) == (bust["phone"], bust["smoking"], bust["drinking"])


def test_a_thing_outside_the_crop_cannot_be_named(tmp_path: Path) -> None:
    """A phone in the lap, and a crop around the head alone: nothing is learned from it."""
    write_shards(tmp_path, "bust", count=30)
    busts, rng = Shards(tmp_path, "bust"), np.random.default_rng(8)
    bust = next(busts.sample(index) for index in range(30) if busts.sample(index)["phone"] == 2)
    x, y = bust["held_px"].tolist()
    sample = objects_sample(bust, crops.Crop(x, y - 60.0, 80.0), rng, strength=0.0)
    assert sample["phone"] == CANNOT_BE_SEEN
    assert not np.asarray(sample["where"]).any()


@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_a_stretched_picture_takes_its_truth_along(tmp_path: Path, factor: float) -> None:
    write_shards(tmp_path, "seat", count=10)
    seats = Shards(tmp_path, "seat")
    seat = next(seats.sample(index) for index in range(10) if seats.sample(index)["phone"] > 0)
    wide = stretched(seat, factor)
    assert wide["image"].shape == (192, round(192 * factor))
    x, y = wide["held_px"].round().astype(int).tolist()
    assert abs(int(wide["image"][y, x]) - int(seat["image"][tuple(seat["held_px"].round().astype(int)[::-1])])) < 12
    assert wide["face_box"][2] == pytest.approx(seat["face_box"][2] * factor, rel=0.01)


def test_a_seat_is_cut_whole(tmp_path: Path) -> None:
    write_shards(tmp_path, "seat", count=3)
    seat, rng = Shards(tmp_path, "seat").sample(0), np.random.default_rng(9)
    crop = jittered_objects_crop(seat, rng, faceless=True)
    assert crop.side == pytest.approx(192, rel=0.35)
    assert abs(crop.center_x - 95.5) < 40


def test_head_and_hands_stay_in_the_jittered_crop(tmp_path: Path) -> None:
    write_shards(tmp_path, "bust", count=20)
    busts, rng = Shards(tmp_path, "bust"), np.random.default_rng(6)
    for index in range(20):
        bust = busts.sample(index)
        places = [jittered_objects_crop(bust, rng).to_crop(bust["landmarks"]) for _ in range(20)]
        assert np.mean([np.abs(points).max() < 0.5 for points in places]) > 0.9


def test_now_and_then_nobody_is_there_and_nobody_holds_anything(tmp_path: Path, hdri: Path) -> None:
    write_shards(tmp_path, "bust", count=4)
    write_shards(tmp_path, "seat", count=4)
    for path in tmp_path.glob("*-*.npz"):
        with np.load(path) as file:
            arrays = {**file, "phone": np.full(4, 2, np.int8)}
        np.savez(path, **arrays)
    source, rng = ObjectsSource(tmp_path, hdri), np.random.default_rng(7)
    phones = [source.draw(rng)["phone"] for _ in range(200)]
    assert set(phones) <= {0, 2, CANNOT_BE_SEEN}
    assert 0 < phones.count(0) < 25


@pytest.mark.parametrize(("there", "missing"), [("seat", "bust"), ("bust", "seat")])
def test_training_without_a_kind_of_pictures_names_it(tmp_path: Path, hdri: Path, there: str, missing: str) -> None:
    write_shards(tmp_path, there, count=1)
    with pytest.raises(FileNotFoundError, match=f"{tmp_path}: no {missing}"):
        ObjectsSource(tmp_path, hdri)
