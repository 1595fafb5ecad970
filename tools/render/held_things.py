"""What hands hold: phones, cigarettes, e-cigarettes, cups, bottles, cans, food, and cases that are none of these.

Every thing stands about its own origin, its long axis along y; a phone's screen faces +z. Centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.eyes import grid_triangles
from tools.render.shapes import ellipsoid, join, normals_of, paint, tube

_OUTLINE = 28


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing to hold and the room that it takes: half of width, height and depth (3,), cm."""

    solid: Solid
    half: Array


def make_phone(generator: Generator, infrared: bool) -> Thing:
    """A smartphone of any size with or without a case, its screen dark or lit, cameras on its back."""
    u = generator.uniform
    half = np.array([u(3.2, 4.1), u(6.6, 8.3), u(0.35, 0.65)])
    if generator.random() < 0.08:
        half = np.array([u(2.2, 2.8), u(5.0, 6.5), u(0.6, 1.0)])  # a small old one
    case = _any_colour(generator, infrared, (0.005, 0.02, 0.06, 0.25, 0.7), (0.34, 0.22, 0.14, 0.16, 0.14))
    lit = generator.random() < 0.35
    screen = np.full(3, float(np.exp(u(np.log(0.4), np.log(2.5))))) if lit and not infrared else np.full(3, u(0.004, 0.02))
    gloss = float(u(0.2, 1.0))
    parts = [_rounded_slab(half, case, screen, gloss, 1.6 if not lit else 0.2, float(u(0.90, 0.98)))]
    lens = np.array([half[0] * float(generator.choice([-0.5, 0.0, 0.5])), half[1] * 0.68, -half[2] - 0.08])
    bump = np.diag([float(u(0.6, 1.6)), float(u(0.6, 1.8)), 0.18])
    parts.append(ellipsoid(lens, bump, np.full(3, 0.008), 1.0))
    return Thing(join(parts), half)


def _any_colour(generator: Generator, infrared: bool, levels: tuple[float, ...], shares: tuple[float, ...]) -> Array:
    level = float(generator.choice(levels, p=shares)) * float(generator.uniform(0.7, 1.3))
    tint = np.ones(3) if infrared else np.clip(1 + generator.normal(0, 0.45, 3), 0.15, 2)
    return np.clip(level * tint, 0.003, 0.85).astype(np.float32)


def _rounded_slab(half: Array, case: Array, screen: Array, gloss: float, shine: float, bezel: float) -> Solid:
    """A flat thing with round corners: a front with a border, a back and an edge between them."""
    phi = np.linspace(0, 2 * np.pi, _OUTLINE, endpoint=False)
    cos, sin = np.cos(phi), np.sin(phi)
    outline = np.stack([np.sign(cos) * np.abs(cos) ** 0.28, np.sign(sin) * np.abs(sin) ** 0.28], -1) * half[:2]
    rings = [(0.02, 1.0, screen, shine), (0.5, 1.0, screen, shine), (bezel - 0.01, 1.0, screen, shine),
             (bezel, 1.0, case * 0.3, gloss), (0.985, 1.0, case, gloss), (1.0, 0.5, case, gloss), (1.0, -0.5, case, gloss),
             (0.985, -1.0, case, gloss), (0.5, -1.0, case, gloss), (0.02, -1.0, case, gloss)]  # fmt: skip
    positions = np.concatenate([np.column_stack([outline * s, np.full(_OUTLINE, z * half[2])]) for s, z, _, _ in rings])
    colours = np.concatenate([paint(c, g, _OUTLINE) for _, _, c, g in rings])
    k = np.arange(_OUTLINE)
    triangles = []
    for row in range(len(rings) - 1):
        a, b = row * _OUTLINE + k, row * _OUTLINE + (k + 1) % _OUTLINE
        triangles.append(np.stack([np.stack([a, a + _OUTLINE, b], -1), np.stack([b, a + _OUTLINE, b + _OUTLINE], -1)], 1))
    faces = np.concatenate(triangles).reshape(-1, 3).astype(np.int32)
    positions = positions.astype(np.float32)
    normals = normals_of(positions, faces)
    flat = np.abs(positions[:, 2]) > half[2] * 0.9
    normals[flat] = np.array([0, 0, 1], np.float32) * np.sign(positions[flat, 2:3])
    return Solid(positions, normals, colours, faces)


def make_cigarette(generator: Generator) -> Thing:
    """Filter at -y, ash and a lit tip at +y."""
    length, radius = float(generator.uniform(4.5, 8.4)), float(generator.uniform(0.38, 0.45))
    y = np.array([0.0, 2.4, 2.41, length - 1.0, length - 0.9, length]) - length / 2
    line = np.stack([np.zeros(6), y, np.zeros(6)], -1)
    stick = tube(line, np.array([1, 1, 1, 1, 1, 0.5]) * radius, (0.75, 0.75, 0.73), 0.05, sides=8)
    rows = np.repeat(np.arange(6), 8)
    stick.colours[rows < 2, :3] = [0.55, 0.30, 0.12] if generator.random() < 0.6 else [0.75, 0.74, 0.72]
    stick.colours[rows == 5, :3] = [1.2, 0.35, 0.1] if generator.random() < 0.4 else [0.22, 0.22, 0.22]
    return Thing(stick, np.array([radius, length / 2, radius]))


def make_vaporiser(generator: Generator, infrared: bool) -> Thing:
    """An electronic cigarette: a pen or a box with a mouthpiece at -y."""
    half = float(generator.uniform(4.0, 6.5))
    thick = float(generator.uniform(0.5, 0.8) if generator.random() < 0.6 else generator.uniform(1.0, 1.6))
    y = np.array([-1.0, -0.8, -0.72, -0.6, 0.97, 1.0]) * half
    line = np.stack([np.zeros(6), y, np.zeros(6)], -1)
    colour = _any_colour(generator, infrared, (0.01, 0.05, 0.3, 0.6), (0.4, 0.2, 0.2, 0.2))
    body = tube(line, np.array([0.35, 0.4, 0.5, 1, 1, 0.6]) * [1, 1, 1, thick, thick, thick], colour, 0.8, sides=10)
    return Thing(body, np.array([thick, half, thick]))


def _turned(profile: list[tuple[float, float]], colour: Array, gloss: float) -> Solid:
    """A body of rotation from (y, radius) pairs, closed at both ends."""
    y, radius = np.array(profile).T
    line = np.stack([np.zeros_like(y), y, np.zeros_like(y)], -1)
    phi = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    around = np.stack([np.cos(phi), np.zeros(16), np.sin(phi)], -1)
    positions = (line[:, None] + around[None] * radius[:, None, None]).reshape(-1, 3).astype(np.float32)
    triangles = grid_triangles(len(y), 16, wrap=True)
    return Solid(positions, normals_of(positions, triangles), paint(colour, gloss, len(positions)), triangles)


def make_drink(generator: Generator, infrared: bool) -> Thing:
    """A paper cup, a mug, a can or a bottle; one drinks at +y."""
    u = generator.uniform
    kind = int(generator.choice(4, p=[0.34, 0.12, 0.22, 0.32]))
    colour = _any_colour(generator, infrared, (0.02, 0.15, 0.45, 0.8), (0.2, 0.25, 0.25, 0.3))
    if kind == 0:
        r, h = float(u(3.4, 4.6)), float(u(4.5, 7.5))
        body = _turned([(-h, 0.02), (-h, r * 0.74), (h * 0.3, r * 0.92), (h * 0.9, r), (h * 0.95, r * 1.04), (h, r * 1.02),
                        (h, 0.02)], colour, 0.15)  # fmt: skip
        if generator.random() < 0.5:
            body.colours[64:, :3] = _any_colour(generator, infrared, (0.02, 0.7), (0.5, 0.5))
        if generator.random() < 0.5:
            body.colours[32:48, :3] = _any_colour(generator, infrared, (0.05, 0.2, 0.5), (0.3, 0.4, 0.3))
        if generator.random() < 0.2:
            straw = np.array([[0, h, 0], [0.3, h + 6, 0.4]])
            body = join([body, tube(straw, 0.35, (0.7, 0.7, 0.7), 0.2)])
    elif kind == 1:
        r, h = float(u(3.8, 4.4)), float(u(4.2, 5.2))
        phi = np.linspace(-1.4, 1.4, 9)
        handle = np.stack([r + 2.2 * np.cos(phi), 2.8 * np.sin(phi), np.zeros(9)], -1)
        cup = _turned([(-h, 0.02), (-h, r * 0.95), (0, r), (h, r), (h, r * 0.9), (h * 0.8, 0.02)], colour, 0.6)
        body = join([cup, tube(handle, 0.6, colour, 0.6)])
    elif kind == 2:
        r, h = float(u(2.6, 3.4)), float(u(5.5, 8.2))
        rows = [(-h, 0.02), (-h, r * 0.8), (-h * 0.93, r), (0, r), (h * 0.88, r), (h * 0.98, r * 0.8), (h, r * 0.8), (h, 0.02)]
        body = _turned(rows, colour, 0.9)
        body.colours[-32:, :3] = 0.5
    else:
        r, h = float(u(2.8, 3.8)), float(u(9, 12.5))
        rows = [(-h, 0.02), (-h, r * 0.9), (-h * 0.94, r), (-0.2 * h, r * 0.96), (0, r), (0.35 * h, r), (0.62 * h, r * 0.75),
                (0.8 * h, 1.35), (0.97 * h, 1.3), (h, 1.3), (h, 0.02)]  # fmt: skip
        body = _turned(rows, colour, 0.9)
        label = _any_colour(generator, infrared, (0.1, 0.4, 0.8), (0.3, 0.3, 0.4))
        body.colours[48:80, :3] = label
        body.colours[-48:, :3] = _any_colour(generator, infrared, (0.05, 0.7), (0.5, 0.5))
    return Thing(body, np.array([r, h, r]))


def make_food(generator: Generator, infrared: bool) -> Thing:
    """A burger, an apple, a bar, a sandwich, a wrap in paper, crisps; one bites at +y."""
    u = generator.uniform
    colour = np.array([0.45, 0.24, 0.08]) * u(0.5, 1.4) if not infrared else np.full(3, u(0.2, 0.6))
    kind = int(generator.integers(5))
    if kind == 0:
        r = float(u(4.0, 5.5))
        halves = [ellipsoid(np.array([0, 0, z]), np.diag([r, r, 1.7]), colour, 0.1) for z in (-1.2, 1.2)]
        filling = ellipsoid(np.zeros(3), np.diag([r * 1.05, r * 1.05, 0.7]), np.array([0.12, 0.10, 0.04]) * u(0.5, 2), 0.1)
        return Thing(join([*halves, filling]), np.array([r, r, 2.6]))
    if kind == 1:
        fruit = np.array([0.4, 0.12, 0.05]) * np.clip(1 + generator.normal(0, 0.4, 3), 0.3, 2) if not infrared else colour
        return Thing(ellipsoid(np.zeros(3), np.diag([3.6, 3.5, 3.6]), fruit, 0.6), np.array([3.6, 3.5, 3.6]))
    half = {2: np.array([1.4, u(4, 6), 0.7]), 3: np.array([u(4, 5.5), u(4, 6), 1.6]), 4: np.array([2.4, u(6, 8), 2.2])}[kind]
    bitten = ellipsoid(np.zeros(3), np.diag(half * [1, 1, 1]), colour, 0.1)
    low = bitten.positions[:, 1] < half[1] * float(u(-0.2, 0.3))
    bitten.colours[low, :3] = _any_colour(generator, infrared, (0.1, 0.4, 0.8), (0.2, 0.3, 0.5))
    return Thing(bitten, half)


def make_case(generator: Generator, infrared: bool) -> Thing:
    """Something else to hold: a case for glasses, a wallet, a bundle of keys, a pen."""
    u = generator.uniform
    colour = _any_colour(generator, infrared, (0.01, 0.05, 0.2, 0.5), (0.3, 0.3, 0.2, 0.2))
    kind = int(generator.integers(3))
    half = (np.array([3.2, 8.0, 2.4]), np.array([0.5, 7.0, 0.5]), np.array([u(1, 2), u(2, 3), u(0.8, 1.5)]))[kind]
    return Thing(ellipsoid(np.zeros(3), np.diag(half), colour, float(u(0.1, 0.7))), half)
