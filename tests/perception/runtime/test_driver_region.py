"""The driver's place is a fact: in a wide cabin with passengers, nobody but the driver is ever followed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dms.config.driver_region import DriverRegion, driver_region
from dms.perception.decode import overlap
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.types import Frame, Observation
from tests.perception.runtime.wide_cabin import WIDTH, Person, watch

FPS = 5.0


@pytest.fixture(scope="module")
def driver(day: list[Frame]) -> Person:
    """A small driver on the right of the picture, a fifteenth of its width."""
    face = Perception().observe(day[0]).face
    assert face is not None
    return Person(day[:20], face.box_px, (920, 320), WIDTH / 15)


@pytest.fixture(scope="module")
def passengers(driver: Person) -> list[Person]:
    """A front passenger twice as large and one on the rear seat between the two, smaller."""
    beside = replace(driver, center_px=(300, 340), size_px=2 * driver.size_px, mirrored=True)
    behind = replace(driver, center_px=(590, 270), size_px=0.8 * driver.size_px)
    return [behind, beside]


def sees(observation: Observation, person: Person) -> bool:
    return observation.face is not None and overlap(observation.face.box_px, person.face_box) > 0.3


def test_the_small_driver_is_followed_and_not_the_passenger_twice_as_large(driver: Person, passengers: list[Person]) -> None:
    perception = Perception(PerceptionSettings(region=driver_region("right")))
    seen = watch(perception, lambda _: [*passengers, driver], 0, 4, FPS)
    assert [sees(one, driver) for one in seen] == [True] * len(seen)


def test_nobody_is_seen_while_the_driver_is_away_and_the_driver_when_back(driver: Person, passengers: list[Person]) -> None:
    perception = Perception(PerceptionSettings(region=driver_region("right")))
    assert sees(watch(perception, lambda _: [*passengers, driver], 0, 2, FPS)[-1], driver)
    away = watch(perception, lambda _: passengers, 2, 20, FPS)
    assert all(one.face is None for one in away[3:])
    assert sees(watch(perception, lambda _: [*passengers, driver], 22, 2, FPS)[-1], driver)


def test_passengers_from_the_beginning_are_nobody_where_the_region_is_empty(passengers: list[Person]) -> None:
    perception = Perception(PerceptionSettings(region=DriverRegion(0.6, 0.1, 0.35, 0.8)))
    assert all(one.face is None for one in watch(perception, lambda _: passengers, 0, 4, FPS))


def test_driver_at_the_edge_of_the_region_is_a_whole_face(driver: Person) -> None:
    left, top, width, height = driver.face_box
    edge = DriverRegion((left + 0.4 * width) / WIDTH, (top - height) / 720, 0.2, 0.4)
    seen = watch(Perception(PerceptionSettings(region=edge)), lambda _: [driver], 0, 2, FPS)
    assert sees(seen[-1], driver)
    beyond = replace(edge, x=(left + 0.8 * width) / WIDTH)
    assert all(one.face is None for one in watch(Perception(PerceptionSettings(region=beyond)), lambda _: [driver], 0, 2, FPS))


def test_driver_alone_is_found_though_nobody_said_where(driver: Person) -> None:
    seen = watch(Perception(), lambda _: [driver], 0, 2, FPS)
    assert sees(seen[-1], driver)
