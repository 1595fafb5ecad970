"""What is fitted in a car or stands about in it, and is no phone: screens, vents, switches, handles, mirrors, levers, cups."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.shapes import ellipsoid, tube
from tools.render.upholstered import cushion

UP = np.array([0.0, 1.0, 0.0])


def fittings(generator: Generator, trim: Array, side: float, roof_cm: float, half_width: float, front_z: float) -> list[Solid]:
    """Car frame, cm; every car has other ones. `side` is the driver's: +1 left, -1 right."""
    parts = [*_dash(generator, trim, side), *_console(generator, trim, front_z)]
    for door in (-1.0, 1.0):
        parts += _door(generator, trim, door * half_width, front_z)
    if generator.random() < 0.6:
        middle = np.array([generator.uniform(-4, 4), roof_cm - generator.uniform(5, 9), generator.uniform(-26, -14)])
        parts.append(cushion(middle, np.array([11.0, 3.4, 1.6]), 0, np.full(3, 0.03), 0.6, 0.4))
    if generator.random() < 0.5:
        visor = np.array([side * 37.0, roof_cm - generator.uniform(3, 9), generator.uniform(-34, -20)])
        parts.append(
            cushion(
                visor, np.array([17.0, 7.0, 0.9]), generator.uniform(-80, 40), np.full(3, generator.uniform(0.05, 0.6)), 0.1, 0.4
            )
        )
    return parts


def _dash(generator: Generator, trim: Array, side: float) -> list[Solid]:
    """Instruments, a screen or a radio with its buttons, vents, trims of wood or metal."""
    u = generator.uniform
    hood = cushion(
        np.array([side * 37.0, u(-5, 0), u(-16, -9)]), np.array([u(13, 18), u(4, 7), 5.0]), 10, trim * u(0.7, 1.3), 0.2, 0.6
    )
    screen = np.full(3, float(np.exp(u(np.log(0.01), np.log(1.2)))))
    parts = [hood, _box(generator, [u(-6, 6), u(-22, -6), -10.5], [u(6, 11), u(3, 7), 1.0], screen, u(0.2, 1.0))]
    for _ in range(int(generator.integers(3, 12))):
        parts.append(
            _box(generator, [u(-14, 14), u(-44, -14), -10.5], [u(0.6, 3), u(0.5, 1.6), 0.9], trim * u(0.3, 4), u(0, 0.6))
        )
    for x in (-60.0, -14.0, 14.0, 60.0):
        if generator.random() < 0.7:
            parts.append(_box(generator, [x + u(-4, 4), u(-13, -6), -9.5], [u(3, 7), u(2, 4), 1.2], trim * u(0.2, 1.0), 0.3))
    if generator.random() < 0.4:
        parts.append(_box(generator, [-side * 38.0, u(-18, -10), -9.0], [26.0, u(0.6, 2.5), 0.8], trim * u(1, 6), u(0.2, 0.9)))
    return parts


def _console(generator: Generator, trim: Array, front_z: float) -> list[Solid]:
    """A lever, cups and bottles in their holders, a bag of something."""
    u = generator.uniform
    foot = np.array([u(-3, 3), -36.0, front_z + u(38, 52)])
    top = foot + np.array([u(-3, 3), u(12, 20), u(-6, 3)])
    parts = [tube(np.stack([foot, top]), 0.9, trim * 0.8, 0.4), ellipsoid(top, np.diag([2.6, 3.2, 2.8]), trim * u(0.5, 4), 0.4)]
    for _ in range(int(generator.integers(0, 3))):
        stand = np.array([u(-5, 5), -36.0, front_z + u(14, 40)])
        colour = np.clip(np.full(3, u(0.03, 0.8)) * (1 + generator.normal(0, 0.3, 3)), 0.01, 0.85)
        parts.append(tube(np.stack([stand, stand + u(5, 18) * UP]), u(2.8, 4.2), colour, u(0.1, 0.8), sides=12))
    return parts


def _door(generator: Generator, trim: Array, x: float, front_z: float) -> list[Solid]:
    """A pull, a handle, switches, a speaker, a pocket."""
    u, inwards = generator.uniform, -float(np.sign(x))
    at = x + inwards * 1.5
    handle, rest = [at, u(-22, -12), front_z + u(20, 55)], [at + inwards * 3, u(-24, -17), front_z + u(15, 45)]
    parts = [
        _box(generator, handle, [1.6, u(0.8, 1.6), u(4, 9)], trim * u(0.6, 5), u(0.2, 0.9)),
        _box(generator, rest, [3.5, 2.0, u(8, 18)], trim * u(0.6, 2), 0.1),
    ]
    for _ in range(int(generator.integers(0, 5))):
        parts.append(
            _box(generator, [at + inwards * 3.5, -14.5, front_z + u(25, 60)], [u(0.6, 1.4), 0.6, u(1, 2)], trim * u(0.3, 4), 0.3)
        )
    if generator.random() < 0.6:
        parts.append(_box(generator, [at, u(-52, -38), front_z + u(30, 65)], [0.9, 8.0, 8.0], trim * u(0.4, 1.5), 0.05, 1.0))
    if generator.random() < 0.6:
        parts.append(_box(generator, [at, u(-58, -48), front_z + u(10, 40)], [2.5, u(4, 8), u(12, 22)], trim * u(0.5, 1.6), 0.05))
    return parts


def _box(generator: Generator, centre: list[float], half: list[float], colour: Array, gloss: float, power: float = 0.3) -> Solid:
    tilt = float(generator.normal(0, 4))
    return cushion(np.array(centre), np.array(half), tilt, np.clip(colour, 0.004, 1.0), gloss, power)
