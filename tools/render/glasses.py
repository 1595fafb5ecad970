"""Glasses and sunglasses that sit on a person's nose, and bright panes that their lenses mirror."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Sheet, Solid
from tools.render.heads import HeadModel, Identity
from tools.render.shapes import join, tube


@dataclass(frozen=True, slots=True)
class Glasses:
    """Frame and lenses in the head's frame."""

    frame: Solid
    lenses: Sheet
    lens_colour: Array
    lens_alpha: float
    reflection: float


@dataclass(frozen=True, slots=True)
class Pane:
    """A bright window, sky edge or lamp that lenses mirror: where about the place that one eye's lens mirrors, how wide (both in
    radians of the mirrored direction), its edge's softness and its middle bar as shares of its size, its light as displayed."""

    eye: int  # 0 the driver's left lens, 1 the right one
    offset: tuple[float, float]
    half: tuple[float, float]
    roll_deg: float
    edge: float
    bar: float
    light: Array  # (3,)


NO_PANE = {
    "pane_centre": np.zeros(3, np.float32), "pane_right": np.array([1, 0, 0], np.float32),
    "pane_up": np.array([0, 1, 0], np.float32), "pane_shape": np.array([1, 1, 0.1, -1], np.float32),
    "pane_light": np.zeros(3, np.float32),
}  # fmt: skip


def random_pane(generator: Generator, infrared: bool) -> Pane:
    """From a lamp's spot to a sky that fills the lens; half of them too faint to hide what lies behind."""
    u = generator.uniform
    wide = float(np.exp(u(np.log(0.05), np.log(0.7))))
    light = float(u(0.9, 2.6) if generator.random() < 0.5 else u(0.1, 0.7))
    tint = np.ones(3) if infrared else np.clip(1 + generator.normal(0, 0.12, 3), 0.7, 1.3)
    offset = generator.normal(0, 0.05 + 0.25 * wide, 2)
    return Pane(
        int(generator.integers(2)), (float(offset[0]), float(offset[1])), (wide, wide * float(u(0.35, 1.2))), float(u(-25, 25)),
        float(np.exp(u(np.log(0.02), np.log(0.6)))), float(u(0.03, 0.15)) if generator.random() < 0.3 else -1.0,
        (light * tint).astype(np.float32),
    )  # fmt: skip


def pane_uniforms(pane: Pane | None, lenses: Sheet) -> dict[str, Array]:
    """What the lens shader needs for a pane mirrored in lenses given in camera space."""
    if pane is None:
        return NO_PANE
    middle = 0 if pane.eye == 0 else len(lenses.positions) // 2
    towards = -lenses.positions[middle] / np.linalg.norm(lenses.positions[middle])
    normal = lenses.normals[middle]
    mirrored = 2 * normal * float(normal @ towards) - towards
    right = np.cross([0.0, 1.0, 0.0], mirrored)
    right = right / (np.linalg.norm(right) + 1e-6)
    up = np.cross(mirrored, right)
    c, s = np.cos(np.radians(pane.roll_deg)), np.sin(np.radians(pane.roll_deg))
    vectors = {
        "pane_centre": mirrored + right * pane.offset[0] + up * pane.offset[1], "pane_right": right * c + up * s,
        "pane_up": up * c - right * s, "pane_shape": np.array([*pane.half, pane.edge, pane.bar]), "pane_light": pane.light,
    }  # fmt: skip
    return {name: np.asarray(value, np.float32) for name, value in vectors.items()}


def make_glasses(generator: Generator, identity: Identity, model: HeadModel, sun: bool, infrared: bool) -> Glasses:
    """Glasses that sit on this identity's nose."""
    marks = identity.rest[model.landmarks]
    centre_x = float(np.abs(identity.eye_centres[:, 0]).mean()) + generator.uniform(-0.1, 0.15)
    half_width = generator.uniform(2.35, 2.75) + (0.25 if sun else 0.0)
    half_width = min(half_width, centre_x - 0.55)
    half_height = generator.uniform(1.25, 2.1) + (0.3 if sun else 0.0)
    power = generator.uniform(2.0, 4.5)
    centre_y = float(identity.eye_centres[:, 1].mean()) - generator.uniform(0.0, 0.5)
    front = max(float(marks[27, 2]) + 0.35, float(marks[[37, 38, 43, 44], 2].max()) + 1.1) + generator.uniform(0, 0.5)
    wrap = generator.uniform(0.010, 0.025) + (0.02 if sun else 0)
    tilt = generator.uniform(0.02, 0.14)
    phi = np.linspace(0, 2 * np.pi, 29)
    cos, sin = np.cos(phi), np.sin(phi)
    x = half_width * np.sign(cos) * np.abs(cos) ** (2 / power)
    y = half_height * np.sign(sin) * np.abs(sin) ** (2 / power)
    sag = generator.uniform(-0.15, 0.25)
    y = y + sag * half_height * np.where(x > 0, 0.4, 0) * np.sign(generator.normal())
    metal = generator.random() < 0.4
    thickness = float(generator.uniform(0.05, 0.1) if metal else generator.uniform(0.1, 0.28))
    shade = float(generator.choice([0.008, 0.02, 0.08, 0.3]))
    colour = np.clip(shade * (1 + generator.normal(0, 0.3, 3)), 0.004, 0.6)
    if infrared:
        colour[:] = colour.mean()
    gloss = float(generator.uniform(0.3, 1.0))
    rimless = generator.random() < 0.12 and not sun
    parts: list[Solid] = []
    positions: list[Array] = []
    normals: list[Array] = []
    uv: list[Array] = []
    triangles: list[list[int]] = []

    def bend(px: Array, py: Array) -> Array:
        return np.stack([px, py + centre_y, front - wrap * px**2 + tilt * py], -1)

    for side in (1.0, -1.0):
        ring = bend(side * (centre_x + x), y)
        if not rimless:
            parts.append(tube(ring, thickness, colour, gloss))
        start = sum(len(p) for p in positions)
        middle = bend(np.array([side * centre_x]), np.array([0.0]))
        positions.append(np.concatenate([middle, ring]))
        bulge = np.stack([np.concatenate([[0], side * x * 0.10]), np.concatenate([[0], y * 0.10]), np.ones(30)], -1)
        normals.append(bulge / np.linalg.norm(bulge, axis=1, keepdims=True))
        uv.append(np.stack([np.zeros(30), np.concatenate([[0.5], 0.5 - 0.5 * y / half_height])], -1))
        triangles += [[start, start + 1 + k, start + 2 + k] for k in range(28)]
        hinge = bend(np.array([side * (centre_x + half_width)]), np.array([half_height * 0.45]))[0]
        ear = np.array([side * (np.abs(marks[[0, 16], 0]).mean() + 0.45), marks[0, 1] + 0.6, marks[0, 2] - 1.5])
        bow = np.array([hinge, hinge + np.array([side * 0.35, 0.0, -0.8]), ear * [1, 1, 1] + [0, 0.2, 1.5], ear])
        parts.append(tube(bow, max(thickness, 0.09), colour, gloss))
    inner = centre_x - half_width
    t = np.linspace(-1, 1, 7)
    bridge = bend(inner * t, half_height * (0.35 + 0.15 * (1 - t**2)))
    parts.append(tube(bridge, max(thickness, 0.07), colour, gloss))
    if sun:
        seen_through = infrared and generator.random() < 0.5
        tinted = generator.random() < 0.25
        alpha = float(
            generator.uniform(0.1, 0.35)
            if seen_through
            else generator.uniform(0.3, 0.7)
            if tinted
            else generator.uniform(0.78, 0.98)
        )
    else:
        alpha = float(generator.uniform(0.0, 0.10))
    sheet = Sheet(
        np.concatenate(positions).astype(np.float32), np.concatenate(normals).astype(np.float32),
        np.concatenate(uv).astype(np.float32), np.ones(60, np.float32), np.array(triangles, np.int32),
    )  # fmt: skip
    lens = np.full(3, generator.uniform(0.0, 0.05), np.float32)
    reflection = float(generator.choice([0.3, 1.0, 2.5, 5.0], p=[0.4, 0.3, 0.2, 0.1]))
    return Glasses(join(parts), sheet, lens, alpha, reflection)
