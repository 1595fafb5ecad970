"""Wide views of a car's inside, as a camera on the dash, the mirror, a pillar or the roof sees it, with up to four people."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.render.assets import Array
from tools.render.backgrounds import environment_crop
from tools.render.cabin import Cabin, build_cabin
from tools.render.camera import Camera
from tools.render.degrade import degrade, to_grey
from tools.render.expressions import FACE_PRIOR
from tools.render.gestures import Gesture, face_places, hand_on_face, phone_at_ear
from tools.render.headwear import dressed
from tools.render.lighting import Light
from tools.render.occlusion import draw_gesture
from tools.render.person import Person
from tools.render.pictures import Shot
from tools.render.scene import Studio, gaze_vectors
from tools.render.seating import Sitter, View, limbs, looking, seat_person
from tools.render.shapes import join
from tools.render.truth import FaceTruth

CABIN_WIDTH, CABIN_HEIGHT = 480, 270
MOST_PEOPLE = 4
MOUNTS = ("dash", "mirror", "pillar", "far_pillar", "cluster", "roof")
MOUNT_SHARES = (0.34, 0.24, 0.10, 0.14, 0.08, 0.10)
LAMP_CM = 50.0  # distance at which the shaders' lamp has its nominal strength


def cabin_picture(studio: Studio, generator: Generator, people: list[Person], infrared: bool, held_out: bool) -> Shot:
    """480 x 270 view of a cabin; the first of `people` drives, or nobody does in one car of twenty."""
    width, height = CABIN_WIDTH, CABIN_HEIGHT
    cabin = build_cabin(generator, infrared, len(people))
    driven = bool(people) and generator.random() < 0.95
    view = _mounted(generator, cabin)
    camera = _lens(generator, width, height)
    sitters = _seated(generator, studio, people, cabin, view, driven)
    environment = int(generator.choice(studio.environment_choices(held_out)))
    light = studio.light_room.sample(generator, environment, infrared, True)
    nearest = sitters[0].placement(view).position if sitters else view.points(cabin.seats[0].head)
    exposure = metered_exposure(
        generator, light, people[0].skin_tone if people else np.full(3, 0.3), float(np.linalg.norm(nearest))
    )
    canvas = studio.canvas(width, height)
    studio.begin(
        canvas,
        camera,
        outside_view(generator, studio, environment, infrared, (width, height)),
        light,
        nearest,
        environment,
        exposure,
    )
    bodies = [part for k, sitter in enumerate(sitters) for part in limbs(generator, sitter, cabin, driven and k == 0)]
    canvas.draw_solid(view.solid(join([cabin.solid, *bodies])))
    drawn = []
    for sitter in sorted(sitters, key=lambda each: float(each.placement(view).position[2])):
        place, state = (
            sitter.placement(view),
            studio.sampler.sample(generator, FACE_PRIOR, 0.5 if sitter.manner == "asleep" else 0.12),
        )
        gaze = gaze_vectors(state)
        pose, bare = studio.draw_person(canvas, camera, light, sitter.person, state, place, gaze, [])
        draw_gesture(canvas, generator, _gesture(generator, studio, sitter.person), sitter.person, place)
        drawn.append((sitter, state, pose, bare, place, gaze))
    colour, depth = canvas.read()
    clear = canvas.light_through()
    drawn.sort(key=lambda each: sitters.index(each[0]))
    faces: tuple[FaceTruth, ...] = tuple(
        studio.truth(sitter.person, pose, bare, camera, place, gaze, depth, clear) for sitter, _, pose, bare, place, gaze in drawn
    )
    grey = vignetted(generator, to_grey(colour), infrared)
    return Shot(
        degrade(generator, grey, 0.5, blur_scale=0.7), colour, faces, tuple(each[1] for each in drawn), tuple(people),
        camera.field_of_view_deg, frozenset({"infrared_lamp"} if infrared else set()), infrared, driver=0 if driven else -1,
    )  # fmt: skip


def _mounted(generator: Generator, cabin: Cabin) -> View:
    """A camera on one of MOUNTS, aimed between the driver's head and the middle of the car."""
    u, side = generator.uniform, cabin.driver_side
    mount = str(generator.choice(MOUNTS, p=MOUNT_SHARES))
    place = {
        "dash": (u(-30, 30), u(1, 9), u(-8, 6)),
        "mirror": (u(-8, 8), u(24, cabin.roof_cm - 8), u(-24, -4)),
        "pillar": (side * u(54, 64), u(4, 26), u(-16, 2)),
        "far_pillar": (-side * u(50, 64), u(4, 26), u(-16, 2)),
        "cluster": (side * 37 + u(-8, 8), u(-7, 0), u(-28, -16)),
        "roof": (u(-12, 12), cabin.roof_cm - u(2, 5), u(-36, -16)),
    }[mount]
    driver = cabin.seats[0].head
    share = float(u(0.0, 1.0)) if mount not in ("cluster", "pillar") else float(u(0.5, 1.1))
    target = np.array([driver[0] * share, driver[1] + u(-16, 8), driver[2] - u(0, 40)])
    return looking(np.asarray(place), target, generator.normal(0, 3.5))


def _lens(generator: Generator, width: int, height: int) -> Camera:
    """A wide lens: 72 to 118 degrees across; rarely a longer one."""
    across_deg = float(generator.uniform(72, 118) if generator.random() < 0.85 else generator.uniform(50, 72))
    focal = width / 2 / np.tan(np.radians(across_deg) / 2)
    return Camera(width, height, float(focal), width / 2 - 0.5, height / 2 - 0.5)


def _seated(generator: Generator, studio: Studio, people: list[Person], cabin: Cabin, view: View, driven: bool) -> list[Sitter]:
    """Driver and passengers on their seats; without a driver the first one takes the passenger's seat."""
    seats = cabin.seats if driven else cabin.seats[1:]
    sitters = []
    for k, (person, seat) in enumerate(zip(people[: len(seats)], seats, strict=False)):
        someone = dressed(generator, person, studio.model)
        sitters.append(seat_person(generator, someone, seat, cabin, view.place, driven and k == 0))
    return sitters


def _gesture(generator: Generator, studio: Studio, person: Person) -> Gesture | None:
    """A hand in the face or a phone at the ear, of one person in twelve."""
    draw, face = generator.random(), face_places(person.identity, studio.model)
    side = float(generator.choice([-1.0, 1.0]))
    if draw < 0.04:
        return hand_on_face(generator, face, side)
    return phone_at_ear(generator, face, person.infrared, side) if draw < 0.08 else None


def metered_exposure(generator: Generator, light: Light, tone: Array, distance_cm: float) -> float:
    """Metered on the driver, whom the lamp reaches weakly from far, or on the windows, which leaves the faces dark."""
    lamp = float(light.lamp_colour.mean())
    mean = light.mean - 0.8 * lamp * (1 - min(1.0, (LAMP_CM / distance_cm) ** 2))
    metered = 0.5 * float(tone.mean()) + 0.5 * 0.22
    wrong = generator.normal(0, 0.3) if generator.random() < 0.75 else generator.normal(-0.6, 0.7)
    return float(np.clip(0.30 / (mean * metered) * np.exp(wrong), 0.2, 90))


def outside_view(
    generator: Generator, studio: Studio, environment: int, infrared: bool, size: tuple[int, int], glare: float = 4.0
) -> NDArray[np.uint8]:
    """What the windows show: day, up to `glare` times as bright as the picture can show, dusk or night; in infrared mostly black,
    by day bright and grey."""
    span = float(generator.uniform(60, 120))
    picture = environment_crop(generator, studio.environments[environment], *size, span).astype(np.float32)
    night = generator.random() < (0.75 if infrared else 0.2)
    picture *= generator.uniform(0.0, 0.2) if night else float(np.exp(generator.uniform(np.log(0.6), np.log(glare))))
    if infrared:
        picture = np.repeat(to_grey(np.clip(picture, 0, 255).astype(np.uint8))[..., None], 3, 2)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def vignetted(generator: Generator, grey: NDArray[np.float32], infrared: bool) -> NDArray[np.float32]:
    """Darker corners, as wide lenses and lamps with a narrow beam give; stronger in infrared."""
    height, width = grey.shape
    strength = float(generator.uniform(0.2, 0.9) if infrared else generator.uniform(0.0, 0.45))
    middle = generator.normal(0, 0.12 if infrared else 0.03, 2)
    x, y = np.meshgrid(np.linspace(-1, 1, width) - middle[0], (np.linspace(-1, 1, height) - middle[1]) * height / width)
    return np.asarray(grey * (1 - strength * np.clip(x**2 + y**2, 0, 1)), np.float32)
