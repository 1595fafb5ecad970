"""Rounded boxes: seats, headrests, bags, and everything in a car that is neither flat nor a tube."""

from __future__ import annotations

import numpy as np

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.eyes import grid_triangles
from tools.render.shapes import normals_of


def cushion(centre: Array, half: Array, tilt_deg: float, colour: Array, gloss: float = 0.04, power: float = 0.45) -> Solid:
    """A rounded box (superquadric, Barr 1981) tilted backwards; `power` 1 is an ellipsoid, towards 0 a box."""
    theta = np.linspace(0.02, np.pi - 0.02, 13)[:, None]
    phi = np.linspace(0, 2 * np.pi, 24, endpoint=False)[None]

    def bent(value: Array) -> Array:
        return np.asarray(np.sign(value) * np.abs(value) ** power)

    x = bent(np.sin(theta)) * bent(np.sin(phi))
    z = bent(np.sin(theta)) * bent(np.cos(phi))
    y = bent(np.cos(theta)) * np.ones_like(phi)
    local = np.stack([x, y, z], -1).reshape(-1, 3) * half
    points = (local @ about_x(tilt_deg).T + centre).astype(np.float32)
    triangles = grid_triangles(13, 24, wrap=True)
    return Solid(points, normals_of(points, triangles), coat(colour, gloss, len(points)), triangles)


def about_x(tilt_deg: float) -> Array:
    """Rotation (3, 3) about the axis across the car."""
    cos, sin = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])


def coat(colour: Array, gloss: float, count: int) -> Array:
    """One colour and gloss (count, 4) for every vertex."""
    return np.tile(np.array([*np.clip(colour, 0, 1), gloss], np.float32), (count, 1))
