"""What may come between camera and face, apart from hands: the wheel's rim, a lock of hair."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.gestures import FacePlaces
from tools.render.shapes import join, tube


def make_wheel(generator: Generator, centre: Array) -> Solid:
    """The rim of a steering wheel between camera and face, in camera space."""
    phi = np.linspace(0, 2 * np.pi, 40)
    lean = generator.uniform(0.2, 0.8)
    radius = 18.5
    ring = np.stack([radius * np.cos(phi), radius * np.sin(phi) * np.cos(lean), -radius * np.sin(phi) * np.sin(lean)], -1)
    colour = np.full(3, generator.uniform(0.01, 0.08), np.float32)
    top = generator.uniform(-2, 10)
    parts = [tube(ring + centre - [0, radius * np.cos(lean) + top, 0], 1.6, colour, 0.25)]
    return join(parts)


def make_lock(generator: Generator, face: FacePlaces, colour: Array) -> Solid:
    """A lock of hair that falls from the forehead over one eye and the cheek, head frame; thin locks let the eye be read."""
    u, side = generator.uniform, float(generator.choice([-1.0, 1.0]))
    eye = face.of(face.eyes, side)
    count, spread = int(generator.integers(14, 70)), float(u(0.35, 1.5))
    t = np.linspace(0, 1, 9)
    root = eye + np.array([-side * u(0.0, 2.5), u(5.5, 7.5), u(0.6, 1.8)])
    over = eye + np.array([side * u(-0.8, 0.8), 0.0, u(2.0, 2.8)])
    end = eye + np.array([side * u(-0.5, 3.0), -u(1.5, 8.0), u(-0.6, 1.2)])
    strands = []
    for _ in range(count):
        shift, swing = generator.normal(0, spread, 3) * [1, 0.3, 0.15], generator.normal(0, 0.25, 3) * [1, 0, 0.4]
        control = 2 * over - (root + end) / 2
        line = (
            ((1 - t) ** 2)[:, None] * (root + 0.5 * shift)
            + (2 * t * (1 - t))[:, None] * (control + shift + swing)
            + (t**2)[:, None] * (end + 0.6 * shift)
        )
        radius = float(u(0.08, 0.2)) * np.interp(t, [0, 0.7, 1], [1, 1, 0.15])
        strands.append(tube(line, radius, colour * u(0.6, 1.4), 0.12, sides=4))
    return join(strands)
