"""Each eye's truth by what of its opening shows: hands, lenses that mirror a window, glare, locks of hair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dms.perception.head_geometry import rotation_from_angles
from tools.render.backgrounds import plain_wall
from tools.render.camera import Camera
from tools.render.canvas import Solid
from tools.render.expressions import FaceState
from tools.render.gestures import Gesture, HandPose, cover_eyes, face_places
from tools.render.glare import blind
from tools.render.glasses import Pane, make_glasses
from tools.render.hands import Grip
from tools.render.occlusion import draw_gesture
from tools.render.person import Person
from tools.render.scene import Placement, Studio, gaze_vectors
from tools.render.truth import FaceTruth
from tools.render.visibility import eye_opening, readable_share

CAMERA = Camera(192, 192, 700.0, 95.5, 95.5)
PLACE = Placement(
    rotation_from_angles(0, 0, 0).astype(np.float32), np.array([0, 0, -80], np.float32), np.eye(3, dtype=np.float32)
)


def somebody(studio: Studio, glasses: bool = False) -> Person:
    generator = np.random.default_rng(4)
    person = replace(studio.person(70, generator, False, False), worn=(), hairstyle=None, glasses=None)
    if not glasses:
        return person
    clear = make_glasses(np.random.default_rng(1), person.identity, studio.model, False, False)
    return replace(person, glasses=replace(clear, lens_alpha=0.03, reflection=0.1))


def photographed(
    studio: Studio, person: Person, gesture: Gesture | None = None, worn: list[Solid] | None = None, pane: Pane | None = None
) -> FaceTruth:
    generator = np.random.default_rng(8)
    light = studio.light_room.sample(generator, 0, False, False)
    state = FaceState(0, np.zeros(53, np.float32), np.ones(2, np.float32), (0.0, 0.0))
    gaze = gaze_vectors(state)
    canvas = studio.canvas(192, 192)
    studio.begin(canvas, CAMERA, plain_wall(generator, 192, 192), light, PLACE.position, 0, 1.0)
    pose, bare = studio.draw_person(canvas, CAMERA, light, person, state, PLACE, gaze, worn or [], pane=pane)
    draw_gesture(canvas, generator, gesture, person, PLACE)
    _, depth = canvas.read()
    return studio.truth(person, pose, bare, CAMERA, PLACE, gaze, depth, canvas.light_through())


def test_a_hand_over_the_left_eye_hides_that_one_only(studio: Studio) -> None:
    person = somebody(studio)
    eye = face_places(person.identity, studio.model).eyes[1]
    turn = np.stack([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]], -1) @ np.diag([-1.0, 1.0, -1.0])  # fingers up, the palm to the face
    flat = Grip(np.zeros((4, 3)), 0.0, 0.3, 0.0)
    hand = Gesture("none", "head", (HandPose(True, turn, eye + np.array([1.0, -6.0, 3.0]), flat),))
    truth = photographed(studio, person, hand)
    assert list(truth.eye_visible) == [False, True]
    assert not truth.landmark_visible[42:48].any()
    assert truth.landmark_visible[36:42].all()
    uncovered = photographed(studio, person)
    assert uncovered.eye_visible.all()
    assert np.array_equal(uncovered.landmarks, truth.landmarks)
    assert np.array_equal(uncovered.openness, truth.openness)


def test_a_palm_across_the_face_hides_both_eyes(studio: Studio) -> None:
    person = somebody(studio)
    places = face_places(person.identity, studio.model)
    hidden = [
        photographed(studio, person, cover_eyes(np.random.default_rng(seed), places, 1.0, True)).eye_visible for seed in range(8)
    ]
    assert (~np.array(hidden)).all(1).sum() >= 6


def mirrored(light: float, wide: float, offset: float = 0.0) -> Pane:
    return Pane(0, (offset, 0.0), (wide, wide), 0.0, 0.02, -1.0, np.full(3, light, np.float32))


def test_a_bright_sky_in_the_lenses_hides_the_eyes_and_a_faint_one_does_not(studio: Studio) -> None:
    person = somebody(studio, glasses=True)
    assert photographed(studio, person).eye_visible.all()
    assert photographed(studio, person, pane=mirrored(0.2, 2.0)).eye_visible.all()
    blinded = photographed(studio, person, pane=mirrored(3.0, 2.0))
    assert not blinded.eye_visible.any()
    assert blinded.openness == pytest.approx([1, 1], abs=0.1)


def test_a_small_bright_window_beside_the_pupil_leaves_the_eye_readable(studio: Studio) -> None:
    person = somebody(studio, glasses=True)
    assert photographed(studio, person, pane=mirrored(3.0, 0.04, offset=0.12)).eye_visible.all()


@pytest.mark.parametrize(("alpha", "readable"), [(0.3, True), (0.6, True), (0.9, False)])
def test_dark_lenses_hide_eyes_and_tinted_ones_do_not(studio: Studio, alpha: float, readable: bool) -> None:
    person = somebody(studio, glasses=True)
    assert person.glasses is not None
    truth = photographed(studio, replace(person, glasses=replace(person.glasses, lens_alpha=alpha)))
    assert list(truth.eye_visible) == [readable] * 2


LIDS = np.array([[20, 30], [26, 25], [34, 25], [40, 30], [34, 35], [26, 35]], np.float32)


def test_an_eye_half_of_which_is_burnt_out_can_no_longer_be_read() -> None:
    depth, clear = np.full((60, 60), 80.0, np.float32), np.ones((60, 60), np.float32)
    assert readable_share(LIDS, 80.0, depth, clear) == 1.0
    clear[:, :30] = 0.0
    assert readable_share(LIDS, 80.0, depth, clear) == pytest.approx(0.5, abs=0.06)
    depth[:, 30:] = 70.0
    assert readable_share(LIDS, 80.0, depth, clear) == 0.0


def test_a_shut_eye_has_a_band_that_can_be_covered() -> None:
    shut = LIDS.copy()
    shut[:, 1] = 30
    assert 20 <= eye_opening(shut, (60, 60)).sum() <= 120


def test_where_glare_saturates_nothing_comes_through_and_elsewhere_the_picture_stays() -> None:
    eyes = np.array([[60.0, 80.0], [120.0, 80.0]])
    picture = np.full((192, 192, 3), 90, np.uint8)
    saturated = 0
    for seed in range(40):
        shown, through = blind(np.random.default_rng(seed), picture, eyes, 30.0, False)
        assert through.min() >= 0
        assert through.max() <= 1
        untouched = through > 0.999
        assert np.abs(shown[untouched].astype(int) - 90).mean() < 40 if untouched.any() else True
        white = shown.min(2) >= 250
        assert (through[white] < 0.25).all()
        saturated += bool(white.any())
    assert saturated >= 10
