"""One training picture of each kind: a face, an eye in close-up, the view into a car."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dms.perception.head_geometry import rotation_from_angles
from tools.render.assets import Array
from tools.render.backgrounds import backdrop
from tools.render.camera import Camera, look_towards
from tools.render.degrade import degrade, to_grey
from tools.render.expressions import FACE_PRIOR, FaceState
from tools.render.glare import blind
from tools.render.headwear import dressed
from tools.render.occlusion import Occlusion, draw_gesture, random_occlusion, what_is_seen
from tools.render.person import FLAG_NAMES, Person
from tools.render.scene import (
    PIVOT,
    Placement,
    Studio,
    gaze_vectors,
    place_head,
    wheel_before,
)
from tools.render.seen import Seen
from tools.render.truth import FaceTruth

FACE_SIZE, EYE_SIZE, EYE_DRAWN = 192, 96, 160
SCENE_WIDTH, SCENE_HEIGHT = 320, 240
YAWN_JAW, EYE_WIDTH_CM = 0.7, 3.0
FACE_SPAN_CM = 14.5  # a face box's side, mean head seen from the front


@dataclass(frozen=True, slots=True)
class Shot:
    """A finished picture with its truths."""

    image: NDArray[np.uint8]  # (H, W)
    colour: NDArray[np.uint8]  # (H, W, 3) before degradation
    faces: tuple[FaceTruth, ...]
    states: tuple[FaceState, ...]
    people: tuple[Person, ...]
    field_of_view_deg: float
    flags: frozenset[str]
    infrared: bool
    side: int = -1
    driver: int | None = None
    """Which of `faces` drives, -1 for nobody; None where nothing says who does."""
    seen: Seen = field(default_factory=Seen)


def flag_row(names: frozenset[str]) -> NDArray[np.bool_]:
    """Flags as a row in the order of FLAG_NAMES."""
    return np.array([name in names for name in FLAG_NAMES])


def _angles(generator: Generator, wide: bool) -> tuple[float, float, float]:
    """Yaw, pitch, roll: dense near zero, with tails; of the wide ones some look down into a lap, where a camera above the
    wheel sees hair and one cheek, and some far aside, up to the full profile that a camera at the side always sees."""
    draw = generator.random() if wide else 1.0
    if draw < 0.17:
        yaw, pitch = generator.normal(0, 30.0), generator.normal(-40.0, 12.0)
        return float(np.clip(yaw, -90, 90)), float(np.clip(pitch, -65, -10)), float(np.clip(generator.normal(0, 14.0), -45, 45))
    if draw < 0.31:
        yaw, pitch = float(generator.uniform(58, 93)), float(np.clip(generator.normal(-5, 12.0), -40, 35))
        return yaw * float(generator.choice([-1.0, 1.0])), pitch, float(np.clip(generator.normal(0, 10.0), -35, 35))
    spread = generator.choice([9.0, 24.0, 40.0], p=[0.37, 0.37, 0.26] if wide else [0.5, 0.4, 0.1])
    yaw = float(np.clip(generator.normal(0, spread), -85, 85))
    pitch = float(np.clip(generator.normal(-2, generator.choice([7.0, 15.0, 24.0], p=[0.45, 0.4, 0.15])), -45, 45))
    roll = float(np.clip(generator.normal(0, generator.choice([5.0, 12.0, 22.0], p=[0.5, 0.35, 0.15])), -45, 45))
    return yaw, pitch, roll


def _exposure(generator: Generator, light: object, tone: Array) -> float:
    """Camera exposure: meters the face most of the time, gets it wrong at times."""
    mean = float(light.mean)  # type: ignore[attr-defined]
    metered = 0.5 * float(tone.mean()) + 0.5 * 0.22
    wrong = generator.normal(0, 0.28) if generator.random() < 0.9 else generator.normal(0, 0.7)
    return float(np.clip(0.30 / (mean * metered) * np.exp(wrong), 0.2, 60))


def face_picture(studio: Studio, generator: Generator, person: Person, held_out: bool) -> Shot:
    """192 x 192 picture of one face."""
    size = FACE_SIZE
    environment = int(generator.choice(studio.environment_choices(held_out)))
    in_car = bool(generator.random() < 0.5)
    light = studio.light_room.sample(generator, environment, person.infrared, in_car)
    distance = float(np.exp(generator.uniform(np.log(28), np.log(170))))
    face_px = size * generator.uniform(0.45, 0.70)
    focal = face_px * distance / (FACE_SPAN_CM * person.size)
    shift = generator.uniform(-0.35, 0.35, 2) * min(focal, 3 * size)
    camera = Camera(size, size, focal, size / 2 - 0.5 + float(shift[0]), size / 2 - 0.5 + float(shift[1]))
    relative = rotation_from_angles(*_angles(generator, True))
    margin = (size - face_px) * 0.32
    target = size / 2 + generator.uniform(-margin, margin, 2)
    face_centre = np.array([0.0, -1.8, 9.0]) - np.array([0.0, 1.0, 4.0])
    aim = look_towards(camera, float(target[0]), float(target[1]), distance)
    place = place_head(aim, relative, generator)
    place = place_head(aim - place.rotation @ face_centre * person.size, relative, generator)
    state = studio.sampler.sample(generator, FACE_PRIOR)
    if generator.random() < 0.3:
        state = _towards_camera(studio, generator, state, relative)
    yawning = state.weights[studio.sampler.place["jawOpen"]] > YAWN_JAW
    occlusion = random_occlusion(generator, person, studio.model, "face", bool(yawning))
    return _take(studio, generator, camera, person, state, place, light, environment, in_car, occlusion)


def _towards_camera(studio: Studio, generator: Generator, state: FaceState, relative: Array) -> FaceState:
    """Eyes that look into the lens, as far as they can turn."""
    aim = relative.T @ np.array([0.0, 0.0, 1.0])
    yaw = float(np.clip(np.degrees(np.arctan2(aim[0], aim[2])), -32, 32) + generator.normal(0, 2))
    pitch = float(np.clip(np.degrees(np.arcsin(aim[1])), -25, 22) + generator.normal(0, 2))
    weights = state.weights.copy()
    for name in ("In", "Out", "Up", "Down"):
        for side in ("L", "R"):
            weights[studio.sampler.place[f"eyeLook{name}_{side}"]] = 0
    studio.sampler.look(weights, yaw, pitch)
    return FaceState(state.expression, weights, state.openness, (yaw, pitch))


def _take(
    studio: Studio,
    generator: Generator,
    camera: Camera,
    person: Person,
    state: FaceState,
    place: Placement,
    light: object,
    environment: int,
    in_car: bool,
    occlusion: Occlusion,
) -> Shot:
    canvas = studio.canvas(camera.width, camera.height)
    picture = backdrop(generator, studio.environments[environment], camera.width, camera.height, person.infrared, in_car)
    if person.infrared:
        picture = np.repeat(np.rint(to_grey(picture)).astype(np.uint8)[..., None], 3, 2)
    exposure = _exposure(generator, light, person.skin_tone)
    gaze = gaze_vectors(state)
    studio.begin(canvas, camera, picture, light, place.position, environment, exposure)  # type: ignore[arg-type]
    pose, bare = studio.draw_person(
        canvas, camera, light, person, state, place, gaze, occlusion.worn, pane=occlusion.pane  # type: ignore[arg-type]
    )  # fmt: skip
    thing = draw_gesture(canvas, generator, occlusion.gesture, person, place)
    if occlusion.wheel:
        canvas.draw_solid(wheel_before(generator, place))
    colour, depth = canvas.read()
    colour, clear = _glared(generator, occlusion, colour, canvas.light_through(), camera, person, place)
    truth = studio.truth(person, pose, bare, camera, place, gaze, depth, clear)
    flags = person.flags | occlusion.flags
    if light.sun_shadow:  # type: ignore[attr-defined]
        flags = flags | {"sun_shadow"}
    if person.infrared:
        flags = flags | {"infrared_lamp"}
    image = degrade(generator, to_grey(colour), 0.45)
    return Shot(
        image, colour, (truth,), (state,), (person,), camera.field_of_view_deg, frozenset(flags), person.infrared,
        seen=what_is_seen(occlusion.gesture, thing, camera, depth),
    )  # fmt: skip


def _glared(
    generator: Generator, occlusion: Occlusion, colour: NDArray[np.uint8], clear: Array, camera: Camera, person: Person,
    place: Placement, only: int | None = None,
) -> tuple[NDArray[np.uint8], Array]:  # fmt: skip
    """The picture with glare if there is any, and the light that still comes through; about the eye `only` (0 left) if given."""
    if not occlusion.glare:
        return colour, clear
    centres = person.identity.eye_centres if only is None else person.identity.eye_centres[[only, only]]
    eyes = person.size * (centres + np.array([0, 0, 1.2]) - PIVOT) @ place.rotation.T + place.position
    width_px = EYE_WIDTH_CM * camera.focal_px / float(-eyes[:, 2].mean())
    colour, through = blind(generator, colour, camera.project(eyes), width_px, person.infrared)
    return colour, clear * through


def eye_picture(studio: Studio, generator: Generator, person: Person, held_out: bool) -> Shot:
    """96 x 96 close-up of one eye, drawn larger and reduced."""
    size = EYE_DRAWN
    environment = int(generator.choice(studio.environment_choices(held_out)))
    light = studio.light_room.sample(generator, environment, person.infrared, bool(generator.random() < 0.3))
    side = int(generator.integers(2))
    distance = float(np.exp(generator.uniform(np.log(22), np.log(120))))
    corners_px = size * generator.uniform(0.35, 0.75)
    yaw = float(np.clip(generator.normal(0, generator.choice([8.0, 25.0])), -50, 50))
    pitch = float(np.clip(generator.normal(0, generator.choice([7.0, 18.0])), -40, 40))
    roll = float(np.clip(generator.normal(0, generator.choice([5.0, 14.0])), -35, 35))
    eye_width = float(np.linalg.norm(np.diff(person.identity.rest[studio.model.landmarks[[42, 45]]], axis=0)))
    focal = corners_px * distance / (eye_width * person.size)
    camera = Camera(size, size, focal, size / 2 - 0.5, size / 2 - 0.5)
    relative = rotation_from_angles(yaw, pitch, roll)
    target = size / 2 + generator.uniform(-0.10, 0.10, 2) * size
    eye = person.identity.eye_centres[side] + np.array([0, 0, 1.4]) - np.array([0.0, 1.0, 4.0])
    aim = look_towards(camera, float(target[0]), float(target[1]), distance)
    place = place_head(aim, relative, generator)
    place = place_head(aim - place.rotation @ eye * person.size, relative, generator)
    state = _eye_state(studio, generator)
    if generator.random() < 0.4:
        state = _towards_camera(studio, generator, state, relative)
    canvas = studio.canvas(size, size)
    picture = backdrop(generator, studio.environments[environment], size, size, person.infrared, False)
    gaze = gaze_vectors(state)
    studio.begin(canvas, camera, picture, light, place.position, environment, _exposure(generator, light, person.skin_tone))
    occlusion = random_occlusion(generator, person, studio.model, "eye")
    pose, bare = studio.draw_person(
        canvas, camera, light, person, state, place, gaze, occlusion.worn, torso=False, pane=occlusion.pane
    )  # fmt: skip
    draw_gesture(canvas, generator, occlusion.gesture, person, place)
    colour, depth = canvas.read()
    colour, clear = _glared(generator, occlusion, colour, canvas.light_through(), camera, person, place, side)
    truth = studio.truth(person, pose, bare, camera, place, gaze, depth, clear)
    small = np.asarray(cv2.resize(colour, (EYE_SIZE, EYE_SIZE), interpolation=cv2.INTER_AREA), np.uint8)
    ratio = EYE_SIZE / size
    truth = _scaled(truth, ratio)
    image = degrade(generator, to_grey(small), 0.5)
    flags = person.flags | occlusion.flags | (frozenset({"sun_shadow"}) if light.sun_shadow else frozenset())
    return Shot(image, small, (truth,), (state,), (person,), camera.field_of_view_deg, flags, person.infrared, side)


def _scaled(truth: FaceTruth, ratio: float) -> FaceTruth:
    """Landmarks moved from the drawn size to the reduced one."""
    return FaceTruth(
        ((truth.landmarks + 0.5) * ratio - 0.5).astype(np.float32), truth.landmark_visible, truth.rotation, truth.position,
        truth.gaze, truth.openness, truth.eye_visible, truth.mouth_open, truth.mouth_visible,
        ((truth.mesh_points + 0.5) * ratio - 0.5).astype(np.float32),
    )  # fmt: skip


def _eye_state(studio: Studio, generator: Generator) -> FaceState:
    """A face for an eye close-up: lids balanced from shut to wide."""
    prior = np.array([0.55, 0.15, 0.06, 0.05, 0.06, 0.05, 0.05, 0.03])
    state = studio.sampler.sample(generator, prior, closed_share=0.0)
    draw = generator.random()
    weights, openness, gaze = state.weights, state.openness, state.gaze_deg
    if draw < 0.34:
        level = 0.0
    elif draw < 0.42:
        level = float(generator.uniform(0.03, 0.22))
    elif draw < 0.60:
        level = float(generator.uniform(0.22, 0.60))
        if generator.random() < 0.5:
            for name in ("In", "Out", "Up", "Down"):
                for side in ("L", "R"):
                    weights[studio.sampler.place[f"eyeLook{name}_{side}"]] = 0
            gaze = (float(generator.normal(0, 12)), float(generator.uniform(-35, -15)))
            studio.sampler.look(weights, *gaze)
    else:
        level = float(generator.uniform(0.6, 1.3))
    if draw < 0.42 and generator.random() < 0.35:
        weights[studio.sampler.place["eyeSquint_L"]] += float(generator.uniform(0, 1))
        weights[studio.sampler.place["eyeSquint_R"]] += float(generator.uniform(0, 1))
    openness = np.full(2, level, np.float32)
    return FaceState(state.expression, weights, openness, gaze)


def scene_picture(studio: Studio, generator: Generator, people: list[Person], held_out: bool) -> Shot:
    """320 x 240 view with as many faces as there are people (0 to 2), the driver first."""
    width, height = SCENE_WIDTH, SCENE_HEIGHT
    environment = int(generator.choice(studio.environment_choices(held_out)))
    infrared = people[0].infrared if people else bool(generator.random() < 0.2)
    in_car = bool(generator.random() < (0.75 if people else 0.35))
    light = studio.light_room.sample(generator, environment, infrared, in_car)
    focal = width / 2 / np.tan(np.radians(generator.uniform(30, 90)) / 2)
    camera = Camera(width, height, float(focal), width / 2 - 0.5, height / 2 - 0.5)
    picture = backdrop(generator, studio.environments[environment], width, height, infrared, in_car)
    if not people and generator.random() < 0.35:
        picture = picture[:, ::-1]
    canvas = studio.canvas(width, height)
    low, high = (22, 125) if generator.random() < 0.8 else (13, 178)
    first = float(np.exp(generator.uniform(np.log(low), np.log(high))))
    spots = _spots(generator, len(people), first, width, height)
    placements, states = [], []
    people = [dressed(generator, person, studio.model) for person in people]
    for person, (x, y, side) in zip(people, spots, strict=True):
        distance = focal * FACE_SPAN_CM * person.size / side
        position = look_towards(camera, x, y, float(np.clip(distance, 18, 560)))
        placements.append(place_head(position, rotation_from_angles(*_angles(generator, True)), generator))
        states.append(studio.sampler.sample(generator, FACE_PRIOR, 0.15))
    centre = placements[0].position if placements else np.array([0, 0, -80.0])
    tone = people[0].skin_tone if people else np.full(3, 0.2)
    studio.begin(canvas, camera, picture, light, centre, environment, _exposure(generator, light, tone))
    drawn = []
    for index in sorted(range(len(people)), key=lambda k: placements[k].position[2]):
        gaze = gaze_vectors(states[index])
        occlusion = random_occlusion(generator, people[index], studio.model, "face")
        pose, bare = studio.draw_person(
            canvas, camera, light, people[index], states[index], placements[index], gaze, occlusion.worn, pane=occlusion.pane
        )  # fmt: skip
        draw_gesture(canvas, generator, occlusion.gesture, people[index], placements[index])
        drawn.append((index, pose, bare, gaze))
    colour, depth = canvas.read()
    clear = canvas.light_through()
    truths = {
        index: studio.truth(people[index], pose, bare, camera, placements[index], gaze, depth, clear)
        for index, pose, bare, gaze in drawn
    }
    grey = to_grey(colour)
    if not people and generator.random() < 0.5:
        grey = _clutter(generator, grey)
    image = degrade(generator, grey, 0.6)
    flags = frozenset({"infrared_lamp"} if infrared else set())
    faces = tuple(truths[index] for index in range(len(people)))
    return Shot(image, colour, faces, tuple(states), tuple(people), camera.field_of_view_deg, flags, infrared)


def _spots(generator: Generator, count: int, side: float, width: int, height: int) -> list[tuple[float, float, float]]:
    """Where the faces go and how large: (x, y, side); the driver's is the larger, and they do not overlap."""
    spots: list[tuple[float, float, float]] = []
    for k in range(count):
        size = side if k == 0 else side * float(generator.uniform(0.35, 0.95))
        for _ in range(30):
            x = float(generator.uniform(0.05 * width + size * 0.3, 0.95 * width - size * 0.3))
            low, high = 0.15 * height + size * 0.3, 0.85 * height - size * 0.4
            y = float(generator.uniform(low, max(high, low + 1)))
            if all(abs(x - other[0]) > 0.75 * (size + other[2]) for other in spots):
                break
        else:
            x = float(-size * 2)
        spots.append((x, y, size))
    return spots


def _clutter(generator: Generator, grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shapes a detector may take for a face: ovals, dots, stripes."""
    picture = grey.copy()
    height, width = picture.shape
    for _ in range(int(generator.integers(1, 7))):
        x, y = int(generator.uniform(0, width)), int(generator.uniform(0, height))
        a, b = int(generator.uniform(3, 60)), int(generator.uniform(3, 60))
        tone = float(generator.uniform(0, 255))
        kind = int(generator.integers(3))
        if kind == 0:
            cv2.ellipse(picture, (x, y), (a, b), float(generator.uniform(0, 180)), 0, 360, tone, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(picture, (x, y), (x + a, y + b), tone, -1)
        else:
            cv2.line(picture, (x, y), (int(generator.uniform(0, width)), int(generator.uniform(0, height))), tone, 1 + a // 10)
    return picture
