"""Wide views of a car: who sits where, who drives, and that the truth lies on the faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.render.cabin import Cabin, build_cabin
from tools.render.cabin_picture import cabin_picture
from tools.render.dataset import Job, draw_shard
from tools.render.person import Person
from tools.render.scene import Studio
from tools.render.seating import View, seat_person, upright_torso

LOOKS_BACK = View(np.eye(3), np.zeros(3))


@pytest.fixture(scope="module")
def people(studio: Studio) -> list[Person]:
    generator = np.random.default_rng(8)
    return [studio.person(seed, generator, False, False) for seed in (11, 12, 13, 14)]


@pytest.fixture(scope="module")
def shard(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return draw_shard(studio, Job(Path(), tmp_path_factory.mktemp("cabins"), "cabin", False, pictures=20), 0)


def car(seed: int) -> Cabin:
    return build_cabin(np.random.default_rng(seed), infrared=False, people_in=4)


def test_the_driver_sits_behind_the_wheel_and_the_passenger_on_the_other_side() -> None:
    sides = set()
    for seed in range(12):
        cabin = car(seed)
        driver, passenger = cabin.seats[:2]
        assert driver.head[0] == pytest.approx(cabin.wheel_centre[0])
        assert np.sign(driver.head[0]) == cabin.driver_side == -np.sign(passenger.head[0])
        assert driver.head[2] < cabin.wheel_centre[2], "further back than the wheel"
        assert all(seat.head[2] < driver.head[2] - 40 for seat in cabin.seats[2:]), "the others on the rear seat"
        sides.add(cabin.driver_side)
    assert sides == {-1.0, 1.0}, "left-hand and right-hand drive"


def test_heads_stay_below_the_roof_however_people_sit(people: list[Person]) -> None:
    generator, cabin = np.random.default_rng(3), car(1)
    sitters = [seat_person(generator, people[0], seat, cabin, np.zeros(3), True) for seat in cabin.seats[:4] for _ in range(30)]
    assert all(sitter.head[1] <= cabin.roof_cm - 13 for sitter in sitters)
    assert {sitter.manner for sitter in sitters} == {"ahead", "glance", "lap", "asleep", "behind", "camera"}


def test_a_head_sunk_to_the_lap_looks_down_and_has_come_forward(people: list[Person]) -> None:
    generator, cabin = np.random.default_rng(4), car(2)
    sitters = [seat_person(generator, people[0], cabin.seats[0], cabin, np.zeros(3), True) for _ in range(80)]
    sunk = [sitter for sitter in sitters if sitter.manner == "lap"]
    ahead = [sitter for sitter in sitters if sitter.manner == "ahead"]
    assert all(sitter.rotation[1, 2] < -0.35 for sitter in sunk), "the face points down"
    assert np.mean([s.head[2] for s in sunk]) > np.mean([s.head[2] for s in ahead]) + 6
    assert np.mean([s.head[1] for s in sunk]) < np.mean([s.head[1] for s in ahead]) - 5


def test_a_torso_is_a_rotation_whose_spine_points_at_the_head() -> None:
    hip, head = np.array([37.0, -52.0, -84.0]), np.array([30.0, 10.0, -60.0])
    torso = upright_torso(hip, head, 20.0)
    assert torso @ torso.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(torso) == pytest.approx(1.0)
    assert torso[:, 1] == pytest.approx((head - hip) / np.linalg.norm(head - hip))


def test_a_camera_that_looks_straight_back_keeps_the_cars_axes() -> None:
    assert LOOKS_BACK.points(np.array([10.0, 20.0, -80.0])) == pytest.approx([10.0, 20.0, -80.0])


def test_boxes_surround_the_landmarks_and_nothing_else_is_filled(shard: dict[str, np.ndarray]) -> None:
    assert shard["image"].shape == (20, 270, 480)
    there = np.isfinite(shard["boxes"]).all(2)
    assert there.shape == (20, 4)
    assert 10 <= there.sum() < 80
    for name in ("ibug", "rotation"):
        assert (np.isfinite(shard[name]).all((2, 3)) == there).all()
    points, boxes = shard["ibug"][there], shard["boxes"][there]
    assert points.min(1) == pytest.approx(boxes[:, :2], abs=1e-3)
    assert points.max(1) == pytest.approx(boxes[:, :2] + boxes[:, 2:], abs=1e-2)
    assert not shard["landmark_visible"][~there].any()


def test_the_driver_is_one_of_the_faces_or_nobody(shard: dict[str, np.ndarray]) -> None:
    there, driver = np.isfinite(shard["boxes"][:, :, 0]), shard["driver"]
    assert all(driver[row] == -1 or there[row, driver[row]] for row in range(20))
    assert (driver >= 0).any()
    assert (driver[~there.any(1)] == -1).all()


def test_the_first_person_is_the_driver_and_an_empty_car_has_none(studio: Studio, people: list[Person]) -> None:
    drivers = [cabin_picture(studio, np.random.default_rng(seed), people[:2], False, False).driver for seed in range(6)]
    assert set(drivers) <= {0, -1}
    assert 0 in drivers
    empty = cabin_picture(studio, np.random.default_rng(1), [], True, False)
    assert empty.driver == -1
    assert empty.faces == ()
    assert empty.image.std() > 1, "there is a car to see"


def test_cabins_show_the_far_profiles_that_a_camera_at_the_side_sees(shard: dict[str, np.ndarray]) -> None:
    towards = shard["rotation"][..., 2, 2]
    turned_deg = np.degrees(np.arccos(np.clip(towards[np.isfinite(towards)], -1, 1)))
    assert (turned_deg > 50).mean() > 0.15
