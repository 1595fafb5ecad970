"""Training samples: whatever is done to a picture is done to its truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_shards import frontal_landmarks, write_shards

from dms.perception import crops
from dms.perception.crops import Crop
from dms.perception.head_geometry import angles_from_direction, angles_from_rotation, direction_from_angles, rotation_from_angles
from dms.perception.mirror import MIRRORED_LANDMARKS
from tools.train.augment import photometric
from tools.train.detector import CELLS, DetectorSource, target_maps
from tools.train.eye import eye_sample
from tools.train.face import face_sample, jittered_crop
from tools.train.ibug import to_ibug
from tools.train.objects import ObjectsSource, objects_sample
from tools.train.objects import jittered_crop as jittered_objects_crop
from tools.train.shards import Shards


def portrait(yaw: float = 20.0, pitch: float = 5.0, roll: float = 0.0) -> dict[str, np.ndarray]:
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
    assert angles_from_rotation(sample["rotation"])[0] == pytest.approx(-20.0, abs=1e-3)
    assert sample["openness"].tolist() == pytest.approx([0.1, 0.9])
    assert sample["eye_visible"].tolist() == [0.0, 1.0]
    assert sample["landmarks"][36, 0] < 0 < sample["landmarks"][45, 0], "the right eye stays on the picture's left"


def test_turning_the_crop_turns_the_head_in_it() -> None:
    sample = face_sample(portrait(0.0, 0.0, roll=15.0), Crop(96.0, 96.0, 150.0, roll_deg=15.0), np.random.default_rng(0), 0.0)
    assert angles_from_rotation(sample["rotation"])[2] == pytest.approx(0.0, abs=1e-3)
    eyes = sample["landmarks"][[36, 45]]
    assert eyes[0, 1] == pytest.approx(eyes[1, 1], abs=1e-4)


def test_jittered_crops_still_hold_most_of_the_face() -> None:
    rng, sample = np.random.default_rng(4), portrait()
    inside = [np.abs(jittered_crop(sample["landmarks"], rng).to_crop(sample["landmarks"])).max(axis=1) < 0.5 for _ in range(200)]
    assert np.mean(inside) > 0.93


def test_right_eye_is_taught_as_a_left_one() -> None:
    rng = np.random.default_rng(0)
    left, right = (eye_sample(portrait(), side, rng, strength=0.0) for side in (0, 1))
    assert angles_from_direction(left["gaze"])[0] == pytest.approx(30.0, abs=1e-3)
    assert angles_from_direction(right["gaze"])[0] == pytest.approx(-10.0, abs=1e-3)
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


def test_head_and_hands_stay_in_the_jittered_crop(tmp_path: Path) -> None:
    write_shards(tmp_path, "bust", count=20)
    busts, rng = Shards(tmp_path, "bust"), np.random.default_rng(6)
    for index in range(20):
        bust = busts.sample(index)
        places = [jittered_objects_crop(bust, rng).to_crop(bust["landmarks"]) for _ in range(20)]
        assert np.mean([np.abs(points).max() < 0.5 for points in places]) > 0.9


def test_now_and_then_nobody_is_there_and_nobody_holds_anything(tmp_path: Path, hdri: Path) -> None:
    write_shards(tmp_path, "bust", count=4)
    for path in tmp_path.glob("bust-*.npz"):
        with np.load(path) as file:
            arrays = {**file, "phone": np.full(4, 2, np.int8)}
        np.savez(path, **arrays)
    source, rng = ObjectsSource(tmp_path, hdri), np.random.default_rng(7)
    phones = [source.draw(rng)["phone"] for _ in range(200)]
    assert set(phones) == {0, 2}
    assert phones.count(0) < 25


def test_training_without_busts_names_the_folder(tmp_path: Path, hdri: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        ObjectsSource(tmp_path, hdri)
