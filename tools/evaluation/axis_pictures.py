"""One rendered picture of a driver under a condition, 640 by 480, with its truth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dms.perception.head_geometry import rotation_from_angles
from tools.evaluation.axis_people import person_for
from tools.evaluation.conditions import Condition, Hand, LightKind, Place
from tools.render.assets import Array
from tools.render.backgrounds import backdrop
from tools.render.camera import Camera, look_towards
from tools.render.degrade import to_grey
from tools.render.expressions import FaceState
from tools.render.gestures import Gesture, cover_eyes, face_places, hand_on_face
from tools.render.glasses import random_pane
from tools.render.lighting import Light
from tools.render.occlusion import draw_gesture
from tools.render.person import Person
from tools.render.scene import Studio, gaze_vectors, place_head
from tools.render.truth import FaceTruth

WIDTH, HEIGHT = 640, 480
FOCAL_PX = 660.0
"""A lens that sees 52 degrees across."""
FORWARD_DEG: dict[Place, tuple[float, float]] = {"mirror": (27.0, -12.0), "cluster": (0.0, 9.0), "a_pillar": (-32.0, -2.0)}
"""Yaw and pitch towards the camera of a driver who looks ahead."""
TURNS_DEG, NODS_DEG, TILTS_DEG = 12.0, 6.0, 4.0
NOISE_LEVELS: dict[LightKind, float] = {"day": 1.5, "sun_edge": 1.5, "dusk": 9.0, "night_infrared": 3.0}
EXPOSURE: dict[LightKind, float] = {"day": 1.0, "sun_edge": 1.0, "dusk": 0.4, "night_infrared": 1.0}
"""Against a well metered face: at dusk the camera's longest exposure is too short."""
NEUTRAL = np.eye(8)[0]
NOWHERE, EVERYWHERE = np.array([0, 0, 0, -1], np.float32), np.array([0, 0, 0, 1], np.float32)
"""Half-spaces that the sun reaches; it lights what lies in either of two."""


@dataclass(frozen=True, slots=True)
class AxisPicture:
    """`grey` (480, 640) uint8; `closed` whether both lids are shut."""

    grey: NDArray[np.uint8]
    truth: FaceTruth
    closed: bool


def draw(studio: Studio, generator: Generator, condition: Condition, *, closed: bool) -> AxisPicture:
    """A new person in a new place and light, as the condition says."""
    person = person_for(studio, generator, condition)
    environment = int(generator.choice(studio.environment_choices(True)))
    light = light_for(condition.light, studio.light_room.sample(generator, environment, condition.infrared, True))
    camera = Camera(WIDTH, HEIGHT, FOCAL_PX, WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5)
    yaw, pitch = FORWARD_DEG[condition.place]
    turned = generator.normal((yaw, pitch, 0.0), (TURNS_DEG, NODS_DEG, TILTS_DEG))
    middle = generator.uniform((0.4, 0.4), (0.6, 0.55)) * (WIDTH, HEIGHT)
    where = look_towards(camera, float(middle[0]), float(middle[1]), condition.distance_cm)
    place = place_head(where, rotation_from_angles(*turned), generator)
    state = face_state(studio, generator, closed=closed)
    pane = random_pane(generator, condition.infrared) if condition.wear == "mirroring_glasses" else None
    gaze, canvas = gaze_vectors(state), studio.canvas(WIDTH, HEIGHT)
    behind = backdrop(generator, studio.environments[environment], WIDTH, HEIGHT, condition.infrared, True)
    exposure = EXPOSURE[condition.light] * _metered(light, person.skin_tone)
    studio.begin(canvas, camera, behind, light, place.position, environment, exposure)
    pose, bare = studio.draw_person(canvas, camera, light, person, state, place, gaze, [], pane=pane)
    draw_gesture(canvas, generator, gesture_of(studio, generator, person, condition.hand), person, place)
    colour, depth = canvas.read()
    truth = studio.truth(person, pose, bare, camera, place, gaze, depth, canvas.light_through())
    return AxisPicture(_as_taken(generator, to_grey(colour), condition.light), truth, closed)


def gesture_of(studio: Studio, generator: Generator, person: Person, hand: Hand) -> Gesture | None:
    """A hand somewhere on the face or over one eye or both, or none."""
    side = float(generator.choice([-1.0, 1.0]))
    face = face_places(person.identity, studio.model)
    if hand == "on_the_face":
        return hand_on_face(generator, face, side)
    return cover_eyes(generator, face, side, bool(generator.random() < 0.5)) if hand == "over_the_eyes" else None


def face_state(studio: Studio, generator: Generator, *, closed: bool) -> FaceState:
    """A neutral, speaking or yawning face whose lids are shut or well open."""
    state = studio.sampler.sample(generator, NEUTRAL, closed_share=0.0)
    opening = 0.0 if closed else float(generator.uniform(0.75, 1.05))
    return replace(state, openness=np.full(2, opening, np.float32))


def light_for(kind: LightKind, drawn: Light) -> Light:
    """The light that was drawn, made into one of this kind: with the edge of a hard shadow across the face, or without sun."""
    if kind == "night_infrared":
        return drawn
    if kind == "dusk":
        nobody = np.zeros(3, np.float32)
        return replace(_without_edge(drawn), sun_colour=nobody, lamp_colour=nobody, self_shadow=False, mean=0.30)
    if kind == "day":
        return _without_edge(drawn)
    direction = np.array([0.55, 0.45, 0.70], np.float32)
    direction /= np.linalg.norm(direction)
    edge = np.array([0.8, -0.6, 0.0, 0.0], np.float32)
    edge[:3] -= direction * float(edge[:3] @ direction)
    sun = np.array([1.3, 1.22, 1.1], np.float32)
    mean = 0.30 + 0.45 * float(sun.mean()) * float(direction[2]) * 0.5
    return replace(
        _without_edge(drawn), sun_direction=direction, sun_colour=sun, cut_a=edge, cut_b=NOWHERE, cut_softness=0.1,
        cut_floor=0.05, self_shadow=True, sun_shadow=True, mean=mean,
    )  # fmt: skip


def _without_edge(light: Light) -> Light:
    return replace(light, cut_a=EVERYWHERE, cut_b=EVERYWHERE, cut_floor=1.0, sun_shadow=False)


def _metered(light: Light, tone: Array) -> float:
    """The exposure of a camera that meters the face, as for the training pictures but without their errors."""
    return 0.30 / (light.mean * (0.5 * float(tone.mean()) + 0.11))


def _as_taken(generator: Generator, grey: NDArray[np.float32], kind: LightKind) -> NDArray[np.uint8]:
    """What the camera makes of it: a little soft, with the noise of so little light."""
    soft = cv2.GaussianBlur(grey, (0, 0), 0.7)
    noise = generator.normal(0, NOISE_LEVELS[kind], grey.shape)
    return np.clip(np.rint(soft + noise), 0, 255).astype(np.uint8)
