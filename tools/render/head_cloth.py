"""What people wear on head and neck: caps, head scarves, face masks, scarves."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.eyes import grid_triangles
from tools.render.heads import HEAD_VERTICES, HeadModel
from tools.render.shapes import join, normals_of, paint, tube


def shell(
    model: HeadModel,
    rest: Array,
    normals: Array,
    chosen: NDArray[np.bool_],
    thickness: Array | float,
    colour: Array,
    generator: Generator,
) -> Solid:
    """The skin under `chosen` (HEAD_VERTICES,) bool raised by `thickness`: hats, scarves, masks."""
    triangles = model.skin_triangles[chosen[model.skin_triangles].all(1)]
    kept, compact = np.unique(triangles, return_inverse=True)
    raised = rest[kept] + normals[kept] * (thickness[kept, None] if isinstance(thickness, np.ndarray) else thickness)
    colours = np.tile(np.array([*colour, 0.02], np.float32), (len(kept), 1))
    stripes = 1 + 0.2 * np.sin(rest[kept, 1] * generator.uniform(2, 7)) * generator.random()
    colours[:, :3] *= stripes[:, None]
    return Solid(raised.astype(np.float32), normals[kept], colours, compact.reshape(-1, 3).astype(np.int32))


def make_hat(generator: Generator, model: HeadModel, vertices: Array, normals: Array, colour: Array) -> Solid:
    """A knitted cap, a peaked cap or a head scarf."""
    mean = model.neutral[:HEAD_VERTICES]
    kind = int(generator.choice(3, p=[0.4, 0.35, 0.25]))
    brim = generator.uniform(8.4, 10.4)
    x, y, z = np.abs(mean[:, 0]), mean[:, 1], mean[:, 2]
    if kind == 2:
        face = (x / 6.6) ** 2 + ((y - 1.5) / 9.6) ** 2 < 1
        chosen = ~(face & (z > 3.0)) & (y > -17) & ((y < -7.5) | (z < 4.5) | (y > 8.5) | ~face)
        return shell(model, vertices, normals, chosen, 0.8, colour, generator)
    line = np.interp(z, [-8, 0, 8], [brim - 7.5, brim - 3.5, brim])
    chosen = y > line
    lift = 0.7 + 0.6 * np.clip((y - line) / 5, 0, 1)
    cap = shell(model, vertices, normals, chosen, lift.astype(np.float32), colour, generator)
    if kind == 0:
        return cap
    t = np.linspace(-1, 1, 13)
    length, droop = generator.uniform(5, 8), generator.uniform(0.5, 2.5)
    base_z = float(vertices[chosen, 2].max()) + 0.4
    inner = np.stack([t * 6.8, np.full(13, brim + 0.3), base_z - 4.2 * t**2], -1)
    outer = inner + np.stack([t * 0.3, -droop * (1 - 0.5 * t**2), length * (1 - 0.75 * t**2)], -1)
    parts = [cap]
    for k in range(5):
        parts.append(tube(inner + (outer - inner) * k / 4, 0.45 * (1 if k else 0.6), colour, 0.03))
    rows = np.concatenate([inner, outer]).astype(np.float32)
    grid = grid_triangles(2, 13)
    parts.append(Solid(rows, normals_of(rows, grid), paint(colour, 0.03, 26), grid))
    return join(parts)


def make_face_mask(generator: Generator, model: HeadModel, rest: Array, normals: Array, colour: Array) -> Solid:
    """A cloth mask over nose, mouth and chin: the skin there raised and smoothed until nostrils and lips are gone."""
    mean = model.neutral[:HEAD_VERTICES]
    x, y, z = np.abs(mean[:, 0]), mean[:, 1], mean[:, 2]
    top = np.interp(x, [0, 1.5, 3, 6.5], [2.4, 1.2, 0.6, 0.4]) - generator.uniform(0, 0.8)
    chosen = (y < top) & (z > 4.5) & (y > -8.6)
    triangles = model.face_triangles[chosen[model.face_triangles].all(1)]
    kept, compact = np.unique(triangles, return_inverse=True)
    corners = compact.reshape(-1, 3).astype(np.int32)
    points = rest[kept] + normals[kept] * 0.45
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    count = np.bincount(edges[:, 0], minlength=len(kept))[:, None]
    for _ in range(12):
        total = np.zeros_like(points)
        np.add.at(total, edges[:, 0], points[edges[:, 1]])
        points = np.where(count > 0, 0.4 * points + 0.6 * total / np.maximum(count, 1), points)
    points[:, 2] = np.maximum(points[:, 2], rest[kept, 2] + 0.25)
    points = points.astype(np.float32)
    return Solid(points, normals_of(points, corners), paint(colour, 0.02, len(kept)), corners)


def make_scarf(generator: Generator, model: HeadModel, vertices: Array, normals: Array, colour: Array) -> Solid:
    """Cloth around the neck, up to the chin or over it."""
    mean = model.neutral[:HEAD_VERTICES]
    top = generator.uniform(-9.0, -4.0)
    chosen = (mean[:, 1] < top + 0.5 * (mean[:, 2] < 0)) & (mean[:, 1] > -19)
    lift = (1.0 + 0.7 * np.abs(np.sin(mean[:, 1] * 0.9 + mean[:, 0] * 0.1))).astype(np.float32)
    return shell(model, vertices, normals, chosen, lift, colour, generator)
