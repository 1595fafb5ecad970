"""Neck, shoulders and clothes under the head, and how the neck bends between them."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.cloth import garment
from tools.render.eyes import grid_triangles
from tools.render.shapes import normals_of

NECK_TOP_Y, NECK_BASE_Y = -8.5, -16.0
# Half width, half depth and centre depth of the torso by height, for a mean adult (cm).
_Y = np.array([-12.5, -14.5, -16.0, -17.5, -19.0, -21.0, -25.0, -32.0, -45.0, -110.0])
_WIDTH = np.array([7.0, 7.6, 9.2, 12.0, 15.5, 19.0, 22.0, 23.0, 23.5, 24.0])
_DEPTH = np.array([7.2, 7.8, 8.4, 9.0, 9.6, 10.3, 11.5, 12.5, 13.0, 13.0])
_BACK = np.array([-0.5, -0.8, -1.2, -1.6, -2.0, -2.2, -2.0, -1.5, -1.0, -1.0])


def bend_neck(vertices: Array, to_camera: Array, torso: Array, pivot: Array) -> Array:
    """Rotate head vertices (n, 3) about `pivot`: by the head's rotation, going over into the torso's down the neck."""
    local = vertices - pivot
    turned = local @ to_camera.T
    low = np.flatnonzero(vertices[:, 1] < NECK_TOP_Y)
    if len(low):
        blend = np.clip((NECK_TOP_Y - vertices[low, 1]) / (NECK_TOP_Y - NECK_BASE_Y), 0, 1)
        blend = (blend * blend * (3 - 2 * blend))[:, None]
        turned[low] = turned[low] * (1 - blend) + (local[low] @ torso.T) * blend
    return np.asarray(turned, np.float32)


def torso(generator: Generator, girth: float, infrared: bool) -> Solid:
    """Shoulders and chest in the head's frame, clothed; the mesh is the same for the same generator state."""
    columns = 36
    phi = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    power = np.interp(_Y, [-110, -20, -12], [0.75, 0.8, 1.0])[:, None]
    cos, sin = np.cos(phi)[None], np.sin(phi)[None]
    x = _WIDTH[:, None] * girth * np.sign(sin) * np.abs(sin) ** power
    z = _DEPTH[:, None] * girth * np.sign(cos) * np.abs(cos) ** power + _BACK[:, None]
    y = np.repeat(_Y[:, None], columns, 1) + 0.8 * np.abs(x) / 8 * (np.abs(_Y[:, None]) < 20)
    positions = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
    triangles = grid_triangles(len(_Y), columns, wrap=True)
    main, second = (_cloth(generator, infrared) for _ in range(2))
    colours = np.tile(np.array([*main, garment(0.04)], np.float32), (len(positions), 1))
    style = int(generator.integers(4))
    if style == 1:
        colours[np.sin(positions[:, 1] * generator.uniform(0.8, 2.0)) > 0.2, :3] = second
    if style == 2:
        colours[np.abs(positions[:, 0]) < generator.uniform(1, 5), :3] = second
    if generator.random() < 0.5:
        belt = np.abs(positions[:, 0] * float(generator.choice([-1, 1])) - (positions[:, 1] + 30) * 0.7) < 3.0
        colours[belt & (positions[:, 2] > 0), :3] = generator.uniform(0.05, 0.4)
    return Solid(positions, normals_of(positions, triangles), colours, triangles)


def _cloth(generator: Generator, infrared: bool) -> Array:
    if infrared:
        return np.full(3, generator.uniform(0.1, 0.8), np.float32)
    grey = generator.uniform(0.01, 0.8) ** 1.5
    colour = grey * np.clip(1 + generator.normal(0, 0.45, 3), 0.2, 2)
    return np.asarray(np.clip(colour, 0.005, 0.85), np.float32)
