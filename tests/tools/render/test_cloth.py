"""Garments and seats close up: drawn where a picture asks for it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from tools.render.camera import Camera
from tools.render.cloth import PLAIN, garment, random_cloth, trim, upholstery
from tools.render.scene import Studio
from tools.render.shapes import ellipsoid

CENTRE = np.array([0.0, 0.0, -80.0])
GREY = np.full(3, 0.3)


def drawn(studio: Studio, gloss: float, cloth: dict[str, object]) -> np.ndarray:
    """A grey ball of 30 cm, 80 cm away, in diffuse light."""
    generator = np.random.default_rng(5)
    canvas = studio.canvas(96, 96)
    light = studio.light_room.sample(generator, studio.environment_choices(True)[0], False, True)
    backdrop = np.zeros((96, 96, 3), np.uint8)
    studio.begin(canvas, Camera(96, 96, 150.0, 47.5, 47.5), backdrop, light, CENTRE, 0, 1.0, cloth)
    canvas.draw_solid(ellipsoid(CENTRE, np.eye(3) * 15, GREY, gloss))
    return canvas.read()[0].astype(int)


@pytest.mark.parametrize(("of", "gloss"), [("garment", garment(0.04)), ("seat", upholstery(0.04)), ("skin", 0.04)])
def test_without_a_cloth_everything_is_as_smooth_as_skin(studio: Studio, of: str, gloss: float) -> None:
    assert np.abs(drawn(studio, gloss, PLAIN) - drawn(studio, 0.04, PLAIN)).max() <= 1


def test_a_cloth_changes_garments_and_seats_and_leaves_skin_alone(studio: Studio) -> None:
    cloth = {**random_cloth(np.random.default_rng(3), False), "cloth_pattern": np.array([0.0, 1.0, 0.0], np.float32)}
    plain = drawn(studio, 0.04, PLAIN)
    shirt, seat, skin = (np.abs(drawn(studio, gloss, cloth) - plain).mean() for gloss in (garment(0.04), upholstery(0.04), 0.04))
    assert skin == 0
    assert 0 < seat < shirt


def test_the_same_seed_gives_the_same_cloth_and_infrared_has_no_colours() -> None:
    first, second = (random_cloth(np.random.default_rng(9), True) for _ in range(2))
    assert all(np.array_equal(np.asarray(first[name]), np.asarray(second[name])) for name in first)
    colour = np.asarray(first["cloth_second"])
    assert np.ptp(colour) == pytest.approx(0)


def test_a_papered_car_leaves_people_and_what_they_hold_alone(studio: Studio) -> None:
    paper = {**random_cloth(np.random.default_rng(3), False), "cloth_on": 0.0, "paper_strength": 1.0}
    plain = drawn(studio, 0.04, PLAIN)
    door, shirt, skin = (
        np.abs(drawn(studio, gloss, paper) - plain).mean() for gloss in (float(trim(np.array(0.04))), garment(0.04), 0.04)
    )
    assert door > 1
    assert skin == 0
    assert shirt < 0.1
