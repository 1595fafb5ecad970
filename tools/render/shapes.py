"""Small solid meshes: tubes, boxes, ellipsoids, rings of profiles; and joining them."""

from __future__ import annotations

import numpy as np

from tools.render.assets import Array, IntArray
from tools.render.canvas import Solid
from tools.render.eyes import grid_triangles


def paint(colour: Array | tuple[float, float, float], gloss: float, count: int) -> Array:
    """The same colour and gloss for `count` vertices."""
    return np.tile(np.array([*colour, gloss], np.float32), (count, 1))


def normals_of(positions: Array, triangles: IntArray) -> Array:
    """Area-weighted unit vertex normals."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    total = np.zeros_like(positions)
    for k in range(3):
        np.add.at(total, triangles[:, k], flat)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9), np.float32)


def tube(line: Array, radius: float | Array, colour: Array | tuple[float, float, float], gloss: float, sides: int = 6) -> Solid:
    """A tube around a polyline (n, 3)."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    helper = np.where(np.abs(tangent[:, 1:2]) < 0.9, np.array([[0.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0]]))
    u = np.cross(helper, tangent)
    u /= np.linalg.norm(u, axis=1, keepdims=True) + 1e-9
    v = np.cross(tangent, u)
    phi = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = u[:, None] * np.cos(phi)[None, :, None] + v[:, None] * np.sin(phi)[None, :, None]
    positions = (line[:, None] + ring * np.broadcast_to(np.asarray(radius), (len(line),))[:, None, None]).reshape(-1, 3)
    return Solid(
        positions.astype(np.float32), ring.reshape(-1, 3).astype(np.float32), paint(colour, gloss, len(positions)),
        grid_triangles(len(line), sides, wrap=True),
    )  # fmt: skip


def ellipsoid(centre: Array, axes: Array, colour: Array | tuple[float, float, float], gloss: float) -> Solid:
    """An ellipsoid; `axes` (3, 3) holds the half axes as rows."""
    theta = np.linspace(0.01, np.pi - 0.01, 9)[:, None]
    phi = np.linspace(0, 2 * np.pi, 14, endpoint=False)[None]
    ball = np.stack([np.sin(theta) * np.cos(phi), np.cos(theta) * np.ones_like(phi), np.sin(theta) * np.sin(phi)], -1)
    ball = ball.reshape(-1, 3)
    length = np.linalg.norm(axes, axis=1, keepdims=True)
    normals = ball @ (axes / length**2)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    positions = centre + ball @ axes
    return Solid(
        positions.astype(np.float32),
        normals.astype(np.float32),
        paint(colour, gloss, len(ball)),
        grid_triangles(9, 14, wrap=True),
    )


def capsule(start: Array, end: Array, radius: float, colour: Array | tuple[float, float, float], gloss: float) -> Solid:
    """A finger-like shape from `start` to `end`."""
    t = np.array([-0.98, -0.7, 0.0, 0.0, 0.7, 0.98])
    direction = (end - start) / (np.linalg.norm(end - start) + 1e-9)
    base = np.where((np.arange(6) < 3)[:, None], start, end)
    line = base + direction * (t * radius)[:, None]
    return tube(line, radius * np.sqrt(np.maximum(1 - t**2, 0.01)), colour, gloss, sides=8)


def box(centre: Array, axes: Array, colour: Array | tuple[float, float, float], gloss: float) -> Solid:
    """A box with flat sides; `axes` (3, 3) holds the half axes as rows."""
    positions: list[Array] = []
    normals: list[Array] = []
    triangles: list[list[int]] = []
    for k in range(3):
        for sign in (-1.0, 1.0):
            a, b = axes[(k + 1) % 3], axes[(k + 2) % 3]
            start = len(positions)
            positions += [centre + sign * axes[k] + i * a + j * b for i in (-1, 1) for j in (-1, 1)]
            normals += [sign * axes[k] / np.linalg.norm(axes[k])] * 4
            triangles += [[start, start + 1, start + 2], [start + 2, start + 1, start + 3]]
    return Solid(
        np.array(positions, np.float32), np.array(normals, np.float32), paint(colour, gloss, 24), np.array(triangles, np.int32)
    )


def join(parts: list[Solid]) -> Solid:
    """One mesh out of several."""
    offsets = np.cumsum([0, *[len(part.positions) for part in parts]])
    return Solid(
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.normals for part in parts]),
        np.concatenate([part.colours for part in parts]),
        np.concatenate([part.triangles + offset for part, offset in zip(parts, offsets, strict=False)]).astype(np.int32),
    )


def moved(mesh: Solid, rotation: Array, translation: Array) -> Solid:
    """The mesh rotated, then moved."""
    return Solid(
        (mesh.positions @ rotation.T + translation).astype(np.float32),
        (mesh.normals @ rotation.T).astype(np.float32),
        mesh.colours,
        mesh.triangles,
    )
