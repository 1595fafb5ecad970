"""Hands, what they hold, and that a thing is named only where the picture shows it."""

from __future__ import annotations

import numpy as np
import pytest

from tools.render.arms import FORE_CM, UPPER_CM, elbow_of
from tools.render.camera import Camera
from tools.render.gestures import Gesture, face_places, phone_at_ear, phone_in_hand
from tools.render.hands import fist, flat, hand_rotation, make_hand, wrapped
from tools.render.held_things import Thing, make_drink, make_food, make_phone
from tools.render.occlusion import what_is_seen
from tools.render.scene import Studio
from tools.render.seen import CANNOT_BE_SEEN, Seen
from tools.render.shapes import moved
from tools.render.visibility import visibility_of

CAMERA = Camera(192, 192, 400.0, 95.5, 95.5)
SKIN = np.array([0.4, 0.3, 0.2])


@pytest.mark.parametrize("left", [False, True])
def test_a_hand_is_as_large_as_a_hand_and_its_thumb_points_to_its_own_side(left: bool) -> None:
    generator = np.random.default_rng(0)
    hand = make_hand(generator, flat(generator), SKIN, left)
    assert 17 < hand.positions[:, 1].max() < 21
    thumb_side = -1 if left else 1
    assert (hand.positions[:, 0] * thumb_side).max() > -(hand.positions[:, 0] * thumb_side).min()


def test_a_fist_is_shorter_than_a_flat_hand_and_bends_towards_the_palm() -> None:
    generator = np.random.default_rng(0)
    closed, opened = (make_hand(generator, grip(generator), SKIN, False).positions for grip in (fist, flat))
    assert closed[:, 1].max() < opened[:, 1].max() - 5
    assert closed[:, 2].max() > 3


def test_a_right_hand_before_the_face_with_its_palm_to_it_has_the_thumb_towards_the_drivers_left() -> None:
    turn = hand_rotation(np.array([0.0, 1, 0]), np.array([0.0, 0, -1]))
    assert np.linalg.det(turn) == pytest.approx(1.0)
    assert turn[:, 0] == pytest.approx([-1, 0, 0])


def test_elbows_keep_the_bones_length_and_hang_down() -> None:
    shoulder, wrist = np.array([17.0, -25.0, 0.0]), np.array([8.0, -8.0, 20.0])
    elbow = elbow_of(shoulder, wrist, np.array([0.0, -1.0, 0.0]))
    assert np.linalg.norm(elbow - shoulder) == pytest.approx(UPPER_CM, abs=1e-6)
    assert np.linalg.norm(wrist - elbow) == pytest.approx(FORE_CM, abs=1e-6)
    assert elbow[1] < shoulder[1]


def before(thing: Thing) -> tuple[Gesture, object]:
    held = Gesture("handheld", "torso", (), thing, np.eye(3), np.zeros(3))
    return held, moved(thing.solid, np.eye(3), np.array([0.0, 0.0, -80.0]))


def test_a_phone_in_plain_view_is_seen_and_one_behind_the_wheel_is_not() -> None:
    held, thing = before(make_phone(np.random.default_rng(1), False))
    open_air, blocked = np.full((192, 192), 300.0, np.float32), np.full((192, 192), 40.0, np.float32)
    assert visibility_of(thing, CAMERA, open_air).share > 0.99  # type: ignore[arg-type]
    assert what_is_seen(held, thing, CAMERA, open_air) == Seen(phone=2)  # type: ignore[arg-type]
    assert what_is_seen(held, thing, CAMERA, blocked) == Seen(phone=CANNOT_BE_SEEN)  # type: ignore[arg-type]


def test_a_phone_of_which_less_than_a_third_shows_is_not_named() -> None:
    held, thing = before(make_phone(np.random.default_rng(1), False))
    depth = np.full((192, 192), 300.0, np.float32)
    low, high = (CAMERA.project(thing.positions)[:, 1] for _ in range(2))  # type: ignore[attr-defined]
    top, bottom = float(low.min()), float(high.max())
    for hidden, seen in ((0.5, 2), (0.8, CANNOT_BE_SEEN)):
        depth[:] = 300.0
        depth[int(top + (1 - hidden) * (bottom - top)) :] = 40.0
        assert what_is_seen(held, thing, CAMERA, depth).phone == seen  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [make_phone, make_drink, make_food])
def test_the_skin_of_things_faces_outwards(make: object) -> None:
    for seed in range(6):
        solid = make(np.random.default_rng(seed), False).solid  # type: ignore[operator]
        outwards = np.einsum("nk,nk->n", solid.normals, solid.positions)
        assert (outwards > 0).mean() > 0.8


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_phone_at_the_ear_is_at_that_ear_and_in_that_hand(studio: Studio, side: float) -> None:
    person = studio.person(70, np.random.default_rng(4), False, False)
    places = face_places(person.identity, studio.model)
    for seed in range(10):
        call = phone_at_ear(np.random.default_rng(seed), places, False, side)
        assert call.centre is not None
        assert np.linalg.norm(call.centre - places.of(places.ears, side)) < 11
        assert [hand.left for hand in call.hands] == [side > 0]
        reading = phone_in_hand(np.random.default_rng(seed), places, False, side)
        assert reading.centre is not None
        assert reading.centre[2] > 10


def test_thin_things_close_the_hand_more_than_thick_ones() -> None:
    thin, thick = (wrapped(np.random.default_rng(3), radius) for radius in (1.0, 4.5))
    assert thin.curl_deg.sum() > thick.curl_deg.sum()
