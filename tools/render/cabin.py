"""The inside of a car as solid meshes: roof, doors, pillars, seats, headrests, belts, the wheel, and what lies about.

Car frame in centimetres: origin in the middle of the dash's top edge, x towards the car's left (the picture's right for a
camera that looks back), y up, z forwards through the windscreen. Windows are left open: the picture's backdrop is the world
outside. Measures are those of a common saloon, drawn anew for every car.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.cloth import trim, upholstery
from tools.render.eyes import grid_triangles
from tools.render.fittings import fittings
from tools.render.shapes import join, normals_of, tube
from tools.render.upholstered import about_x, coat, cushion

Point = Array | Sequence[float]
FRONT, REAR = 0, 1
_FLOOR_CM = -72.0
SEAT = upholstery(0.04)
"""Gloss of seats and headrests."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place to sit: where a mean adult's head centre and hip are, car frame, cm."""

    head: Array  # (3,)
    hip: Array  # (3,)
    row: int


@dataclass(frozen=True, slots=True)
class Cabin:
    """A car's inside: everything that stands still, and its seats, the driver's first, the front passenger's second."""

    solid: Solid
    seats: tuple[Seat, ...]
    driver_side: float  # +1 left-hand drive, -1 right-hand drive
    roof_cm: float
    wheel_centre: Array  # (3,)


@dataclass(frozen=True, slots=True)
class _Paints:
    trim: Array
    cloth: Array
    stripe: Array
    roof: Array


def panel(corner: Point, along: Point, across: Point, colour: Array, gloss: float = 0.05, steps: int = 6) -> Solid:
    """A parallelogram from `corner`, subdivided so that its shade can vary."""
    a, b = np.meshgrid(np.linspace(0, 1, steps), np.linspace(0, 1, steps), indexing="ij")
    points = (
        (np.asarray(corner) + a[..., None] * np.asarray(along) + b[..., None] * np.asarray(across))
        .reshape(-1, 3)
        .astype(np.float32)
    )
    triangles = grid_triangles(steps, steps)
    return Solid(points, normals_of(points, triangles), coat(colour, gloss, len(points)), triangles)


def build_cabin(generator: Generator, infrared: bool, people_in: int) -> Cabin:
    """A car with room for `people_in` (0 to 4) and things on the seats that stay empty."""
    u = generator.uniform
    side = float(generator.choice([-1.0, 1.0]))
    roof_cm, sill_cm, half_width = float(u(38, 48)), float(u(-4, 8)), float(u(68, 76))
    paints = _paints(generator, infrared)
    front_z, rear_z = float(u(-98, -76)), float(u(-185, -160))
    seats = [Seat(np.array([s * 37.0, 20.0, front_z]), np.array([s * 37.0, -52.0, front_z - 4]), FRONT) for s in (side, -side)]
    rear = [Seat(np.array([x, 16.0, rear_z]), np.array([x, -50.0, rear_z - 2]), REAR) for x in (-34.0, 34.0, 0.0)]
    order = generator.permutation(2)
    seats += [rear[int(k)] for k in order] + [rear[2]]
    parts = _shell(generator, paints, roof_cm, sill_cm, half_width, front_z, rear_z)
    for seat in seats[:2]:
        parts += _front_seat(generator, paints, seat)
    parts += _rear_bench(generator, paints, rear)
    parts += fittings(generator, paints.trim, side, roof_cm, half_width, front_z)
    wheel_centre = np.array([side * 37.0, float(u(-16, -8)), front_z + float(u(42, 52))])
    parts += steering_wheel(generator, wheel_centre, float(u(20, 38)), paints.trim)
    for seat in seats[people_in:]:
        parts += _left_behind(generator, seat, infrared)
    solid = _darkened_below(join(parts), generator, roof_cm)
    return Cabin(solid, tuple(seats), side, roof_cm, wheel_centre)


def steering_wheel(generator: Generator, centre: Array, tilt_deg: float, colour: Array) -> list[Solid]:
    """Rim, hub and spokes, the hub's face turned to the driver."""
    phi = np.linspace(0, 2 * np.pi, 41)
    turn = about_x(tilt_deg)
    ring = np.stack([18.5 * np.cos(phi), 18.5 * np.sin(phi), np.zeros(41)], -1) @ turn.T + centre
    parts = [tube(ring, 1.6, colour, 0.25, sides=8), cushion(centre, np.array([7.0, 5.5, 2.5]), tilt_deg, colour, 0.2, 0.7)]
    for angle in np.radians([0, 180, *([270] if generator.random() < 0.7 else [240, 300])]):
        end = centre + turn @ np.array([18 * np.cos(angle), 18 * np.sin(angle), 0.0])
        parts.append(tube(np.stack([centre, end]), 1.8, colour * 1.2, 0.3))
    return parts


def _paints(generator: Generator, infrared: bool) -> _Paints:
    """Linear reflectances. Most interiors are dark; many fabrics that look black reflect infrared."""
    u = generator.uniform
    trim = np.full(3, float(np.exp(u(np.log(0.015), np.log(0.35)))))
    cloth = np.full(3, float(np.exp(u(np.log(0.015), np.log(0.55)))))
    roof = np.full(3, float(u(0.02, 0.65)))
    if infrared:
        return _Paints(trim * u(1, 2), np.full(3, u(0.03, 0.7)), np.full(3, u(0.03, 0.7)), roof)
    tint = np.clip(1 + generator.normal(0, 0.25, 3), 0.5, 1.6)
    return _Paints(trim, np.clip(cloth * tint, 0.01, 0.8), np.full(3, u(0.02, 0.6)), roof)


def _shell(
    generator: Generator, paints: _Paints, roof_cm: float, sill_cm: float, half_width: float, front_z: float, rear_z: float
) -> list[Solid]:
    """Roof, doors, pillars, the rear wall around its window, floor and console."""
    u = generator.uniform
    back, trim = rear_z - float(u(22, 45)), paints.trim
    inner = half_width - float(u(8, 14))
    length = np.array([0.0, 0.0, back + 12])
    if generator.random() < 0.12:
        glass = -float(u(25, 45)) + front_z
        parts = [
            panel([-inner, roof_cm, -12], [2 * inner, 0, 0], [0, 0, front_z + 12], paints.roof),
            panel([-inner, roof_cm, glass], [2 * inner, 0, 0], [0, 0, back - glass], paints.roof),
        ]
    else:
        parts = [panel([-inner, roof_cm, -12], [2 * inner, 0, 0], length, paints.roof, steps=10)]
    shelf = float(u(6, 16))
    pillar_b, pillar_c = front_z - float(u(6, 22)), rear_z - float(u(-8, 6))
    for s in (-1.0, 1.0):
        edge = np.array([s * half_width, roof_cm - 9, -12.0])
        parts.append(panel([s * inner, roof_cm, -12], edge - [s * inner, roof_cm, -12], length, paints.roof * 0.9))
        parts.append(panel([s * half_width, _FLOOR_CM, -2], [s * 2, sill_cm - _FLOOR_CM, 0], length, trim))
        parts.append(panel([s * (half_width - 6), sill_cm - 14, -8], [0, 4, 0], length * 0.9, trim * 1.6, 0.2))
        parts.append(tube(np.array([[s * half_width, sill_cm, 8], [s * inner, roof_cm - 1, -38]]), float(u(3, 6)), trim, 0.1))
        for z, wide in ((pillar_b, u(8, 13)), (pillar_c, u(12, 34))):
            low = np.array([s * (half_width + 1), sill_cm - 2, z])
            parts.append(panel(low, [-s * (half_width - inner) * 0.7, roof_cm - sill_cm, -3], [0, 0, -wide], paints.roof * 0.7))
        if generator.random() < 0.6:
            handle = np.array([[0, 0, 0], [-2, -2.5, -3], [-2, -2.5, -13], [0, 0, -16.0]]) * [s, 1, 1]
            parts.append(tube(handle + np.array([s * inner, roof_cm - 4, front_z + 8]), 0.9, paints.roof * 0.8, 0.2))
        parts.append(panel([s * inner * 0.85, shelf, back], [s * 22, 0, 0], [0, roof_cm - shelf, 6], trim))
    parts.append(panel([-half_width, shelf, rear_z - 14], [2 * half_width, 0, 0], [0, 0, back - rear_z + 14], trim * 0.9))
    parts.append(panel([-half_width, _FLOOR_CM, back], [2 * half_width, 0, 0], [0, shelf - _FLOOR_CM, 0], trim * 0.7))
    parts.append(panel([-half_width, _FLOOR_CM, 0], [2 * half_width, 0, 0], [0, 0, back], trim * 0.4))
    parts.append(panel([-half_width, -3, -6], [2 * half_width, 0, 0], [0, 3, 50], trim * 0.8, 0.15))
    parts.append(panel([-half_width, _FLOOR_CM, -10], [2 * half_width, 0, 0], [0, 68, 4], trim * 0.6))
    parts.append(cushion(np.array([0, -48.0, front_z + 15]), np.array([9.0, 14, 42]), 0, trim, 0.2, 0.3))
    if generator.random() < 0.7:
        lamp = np.array([u(-5, 5), roof_cm - 1, u(-60, -20)])
        parts.append(cushion(lamp, np.array([9.0, 1.2, 6]), 0, paints.roof * u(0.4, 1.4), 0.4, 0.3))
    return parts


def _front_seat(generator: Generator, paints: _Paints, seat: Seat) -> list[Solid]:
    u = generator.uniform
    x, z = float(seat.head[0]), float(seat.head[2])
    tilt = float(u(8, 20))
    parts = [
        cushion(np.array([x, -17.0, z - 18]), np.array([u(21, 26), 33, 8]), -tilt, paints.cloth, SEAT),
        cushion(np.array([x, -56.0, z + 14]), np.array([25.0, 10, 27]), 0, paints.cloth, SEAT),
    ]
    if generator.random() < 0.5:
        for s in (-1, 1):
            parts.append(cushion(np.array([x + s * 22, -20.0, z - 13]), np.array([5.0, 28, 8]), -tilt, paints.stripe, SEAT))
    return parts + _headrest(generator, paints, np.array([x, float(u(20, 28)), z - float(u(19, 25))]))


def _rear_bench(generator: Generator, paints: _Paints, seats: list[Seat]) -> list[Solid]:
    z = float(seats[0].head[2])
    parts = [
        cushion(np.array([0, -22.0, z - 18]), np.array([64.0, 30, 8]), -14, paints.cloth, SEAT, 0.25),
        cushion(np.array([0, -58.0, z + 12]), np.array([64.0, 10, 26]), 0, paints.cloth, SEAT, 0.25),
    ]
    for seat in seats[: 3 if generator.random() < 0.6 else 2]:
        parts += _headrest(generator, paints, np.array([seat.head[0], generator.uniform(10, 20), z - generator.uniform(18, 24)]))
    return parts


def _headrest(generator: Generator, paints: _Paints, centre: Array) -> list[Solid]:
    """A headrest on its posts, at times with a hole, a screen, a seam or buttons: things that are taken for faces."""
    u = generator.uniform
    half = np.array([u(10, 15), u(6, 11), u(4, 6.5)])
    tilt, power = float(u(-18, 5)), float(u(0.35, 0.9))
    parts = [cushion(centre, half, tilt, paints.cloth * u(0.8, 1.2), SEAT, power)]
    for s in (-5.0, 5.0):
        parts.append(tube(centre + np.array([[s, 0, 0], [s, -half[1] - 9, -2]]), 0.7, np.full(3, 0.4), 0.9))
    front = about_x(tilt)
    draw = generator.random()
    spots: list[tuple[float, float, float, float]] = []
    if draw < 0.12:
        spots = [(-0.45, 0.15, 2.0, 1.2), (0.45, 0.15, 2.0, 1.2), (0.0, -0.5, 3.0, 0.8)]
    elif draw < 0.3:
        spots = [(0.0, 0.0, half[0] * 0.7, half[1] * 0.6)]
    elif draw < 0.42:
        spots = [(0.0, 0.5, half[0] * 0.8, 0.5), (0.0, -0.5, half[0] * 0.8, 0.5)]
    for x, y, wide, tall in spots:
        at = centre + front @ np.array([x * half[0], y * half[1], half[2] * 0.85])
        parts.append(cushion(at, np.array([wide, tall, half[2] * 0.25]), tilt, paints.stripe * u(0.2, 1.0), u(0, 0.9), 0.6))
    return parts


def _left_behind(generator: Generator, seat: Seat, infrared: bool) -> list[Solid]:
    """A jacket over the seat's back, a bag, a box, a child's seat, a suit on its hanger; often nothing."""
    u = generator.uniform
    draw = generator.random()
    colour = np.full(3, float(u(0.02, 0.7))) * (1 if infrared else np.clip(1 + generator.normal(0, 0.4, 3), 0.2, 2))
    colour = np.clip(colour, 0.01, 0.8)
    x, _, z = (float(v) for v in seat.head)
    if draw < 0.25:
        shoulders = cushion(np.array([x, u(4, 10), z - 15]), np.array([u(22, 28), u(8, 14), 8]), -10, colour, 0.03, 0.7)
        body = cushion(np.array([x, -18.0, z - 13]), np.array([22.0, 28, 8]), -12, colour * 0.9, 0.03, 0.6)
        collar = cushion(np.array([x, u(16, 26), z - 18]), np.array([u(9, 14), u(6, 11), 7]), -10, colour, 0.03, u(0.6, 1))
        return [crumpled(each, generator) for each in (shoulders, body, collar)]
    if draw < 0.45:
        size = np.array([u(10, 20), u(8, 22), u(8, 16)])
        bag = cushion(np.array([x + u(-8, 8), -46 + size[1], z + u(-4, 6)]), size, u(-15, 15), colour, u(0, 0.4), u(0.3, 0.8))
        top = bag.positions[:, 1].max()
        arc = np.linspace(0, np.pi, 9)
        handle = np.stack([7 * np.cos(arc), u(4, 14) * np.sin(arc), np.zeros(9)], -1) + np.array([x, top - 2, z])
        return [crumpled(bag, generator), tube(handle, 0.8, colour * 0.6, 0.2)]
    if draw < 0.55:
        return [cushion(np.array([x, u(-20, 0), z - 6]), np.array([20.0, u(20, 32), 12]), -12, colour, 0.05, 0.5),
                cushion(np.array([x, u(4, 14), z - 4]), np.array([u(11, 17), 11, 8]), -8, colour * 0.7, 0.05, 0.8)]  # fmt: skip
    return []


def crumpled(mesh: Solid, generator: Generator, depth_cm: float = 3.5) -> Solid:
    """Folds in cloth: the surface pushed along its normals by a sum of waves, darker in the valleys."""
    waves = np.sin(mesh.positions @ generator.normal(0, 0.22, (3, 6)) + generator.uniform(0, 6, 6)).mean(1)
    points = (mesh.positions + mesh.normals * (waves * depth_cm)[:, None]).astype(np.float32)
    colours = mesh.colours.copy()
    colours[:, :3] *= (1 + 0.5 * waves)[:, None]
    return Solid(points, normals_of(points, mesh.triangles), colours, mesh.triangles)


def _darkened_below(mesh: Solid, generator: Generator, roof_cm: float) -> Solid:
    """Less light reaches the floor and the corners than the height of the windows; with a slow unevenness. What is neither cloth
    nor upholstery is a trim."""
    height = np.clip((mesh.positions[:, 1] - _FLOOR_CM) / (roof_cm - _FLOOR_CM), 0, 1)
    waves = np.sin(mesh.positions @ generator.normal(0, 0.06, (3, 5)) + generator.uniform(0, 6, 5)).mean(1)
    colours = mesh.colours.copy()
    colours[:, :3] *= ((0.25 + 0.75 * height**1.3) * (1 + 0.25 * waves))[:, None]
    gloss = colours[:, 3]
    colours[:, 3] = np.where(gloss >= 0, trim(gloss), gloss)
    return Solid(mesh.positions, mesh.normals, colours, mesh.triangles)
