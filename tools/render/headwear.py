"""What people in cars wear on their heads and ears: hoods and headphones, in addition to the hats of `head_cloth`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.head_cloth import make_hat, shell
from tools.render.heads import HEAD_VERTICES, HeadModel
from tools.render.person import Person
from tools.render.shapes import ellipsoid, join, tube

HAT_SHARE, HOOD_SHARE, HEADPHONES_SHARE = 0.22, 0.10, 0.07


def make_hood(generator: Generator, model: HeadModel, vertices: Array, normals: Array, colour: Array) -> Solid:
    """A hood drawn up: loose cloth from the forehead to the shoulders with a thick rim around the face."""
    mean = model.neutral[:HEAD_VERTICES]
    x, y, z = np.abs(mean[:, 0]), mean[:, 1], mean[:, 2]
    face = (x / generator.uniform(6.6, 7.6)) ** 2 + ((y - 1.0) / generator.uniform(9.5, 11.0)) ** 2 < 1
    chosen = ~(face & (z > generator.uniform(1.5, 4.0))) & (y > -18) & ((y < -9.0) | (z < 6.0) | (y > 8.5))
    lift = (generator.uniform(1.2, 2.6) + 0.8 * np.clip((3.0 - z) / 8, 0, 1)).astype(np.float32)
    return shell(model, vertices, normals, chosen, lift, colour, generator)


def make_headphones(generator: Generator, model: HeadModel, vertices: Array, colour: Array) -> Solid:
    """A band over the crown and a cup on each ear."""
    ears = vertices[model.landmarks[[0, 16]]]
    wide = float(np.abs(ears[:, 0]).mean()) + 1.0
    height, back = float(ears[:, 1].mean()) + 1.5, float(ears[:, 2].mean()) - 2.5
    top = float(vertices[:, 1].max()) + 1.2
    arc = np.linspace(0, np.pi, 15)
    band = np.stack([wide * np.cos(arc), height + (top - height) * np.sin(arc), np.full(15, back)], -1)
    parts = [tube(band, float(generator.uniform(0.5, 1.2)), colour, 0.3)]
    size = float(generator.uniform(2.6, 4.2))
    for side in (-1.0, 1.0):
        axes = np.diag([1.6, size * 1.15, size])
        parts.append(ellipsoid(np.array([side * (wide + 0.3), height, back]), axes, colour, float(generator.uniform(0.05, 0.6))))
    return join(parts)


def dressed(generator: Generator, person: Person, model: HeadModel) -> Person:
    """The person with a cap, a hood or headphones more often than indoors; who has a hat already keeps it."""
    draw = generator.random()
    if "hat" in person.flags or draw > HAT_SHARE + HOOD_SHARE + HEADPHONES_SHARE:
        return person
    rest = person.identity.rest
    vertices, normals = rest[:HEAD_VERTICES], model.normals(rest)
    colour = np.full(3, generator.uniform(0.01, 0.6))
    if not person.infrared:
        colour = np.clip(colour * (1 + generator.normal(0, 0.3, 3)), 0.01, 0.8)
    colour = colour.astype(np.float32)
    if draw > HAT_SHARE + HOOD_SHARE:
        return replace(person, worn=(*person.worn, make_headphones(generator, model, vertices, colour)))
    make = make_hat if draw < HAT_SHARE else make_hood
    worn = make(generator, model, vertices, normals, colour)
    return replace(person, worn=(*person.worn, worn), hairstyle=None, flags=person.flags | {"hat"})
