"""Eyeballs and lashes: small meshes laid into a deformed head, in the head's frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.render.assets import Array, IntArray
from tools.render.heads import HeadModel, Identity, eyeball_profile

_RINGS_DEG = np.array([0.01, 4, 8, 12, 16, 20, 24, 28, 34, 44, 56, 70, 85, 100], np.float32)
_SEGMENTS = 26


def grid_triangles(rows: int, columns: int, wrap: bool = False) -> IntArray:
    """Triangles of a grid of vertices stored row by row; `wrap` joins the last column to the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if wrap else columns - 1), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    return np.stack([np.stack([a, c, b], -1), np.stack([b, c, d], -1)], -2).reshape(-1, 3).astype(np.int32)


class Eyeball:
    """A ball with the cornea's bulge, in units of its own radius, z along the gaze."""

    def __init__(self) -> None:
        theta = np.radians(_RINGS_DEG)[:, None]
        phi = np.linspace(0, 2 * np.pi, _SEGMENTS, endpoint=False)[None]
        radius = eyeball_profile(_RINGS_DEG)[:, None]
        x, y = radius * np.sin(theta) * np.cos(phi), radius * np.sin(theta) * np.sin(phi)
        z = radius * np.cos(theta) * np.ones_like(phi)
        self.local = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
        slope = np.gradient(radius[:, 0] * np.cos(theta[:, 0])), np.gradient(radius[:, 0] * np.sin(theta[:, 0]))
        across, along = -slope[0], slope[1]
        length = np.hypot(across, along)
        nr, nz = (across / length)[:, None], (along / length)[:, None]
        self.normals = np.stack([nr * np.cos(phi), nr * np.sin(phi), nz * np.ones_like(phi)], -1)
        self.normals = self.normals.reshape(-1, 3).astype(np.float32)
        self.triangles = grid_triangles(len(_RINGS_DEG), _SEGMENTS, wrap=True)


def gaze_frame(direction: Array) -> Array:
    """Rotation (3, 3) whose third column is `direction`, without roll."""
    z = direction / np.linalg.norm(direction)
    x = np.cross([0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], -1).astype(np.float32)


def lash_textures(count: int = 8) -> NDArray[np.uint8]:
    """Strips of drawn lashes (count, 128, 512), roots in row 0; from sparse to dense."""
    generator = np.random.default_rng(5)
    strips = []
    for k in range(count):
        strip = np.zeros((512, 2048), np.uint8)
        lashes = int(45 + 25 * k)
        clumps = np.sort(generator.uniform(0, 2048, max(10, lashes // 3)))
        for _ in range(lashes):
            root = float(generator.uniform(0, 2048))
            clump = clumps[int(np.argmin(np.abs(clumps - root)))]
            tip = root + (clump - root) * float(generator.uniform(0.3, 0.9)) + float(generator.normal(0, 18))
            length = float(generator.uniform(0.55, 1.0)) * 505
            t = np.linspace(0, 1, 9)
            line = np.stack([root + (tip - root) * t**1.7, t * length], -1)
            for step in range(8):
                width = max(1, round((1 - t[step]) * 9) + 1)
                ends = [tuple(int(v) for v in line[step + i]) for i in (0, 1)]
                cv2.line(strip, ends[0], ends[1], 255, width, cv2.LINE_AA)
        strip[:26] = np.maximum(strip[:26], 190)
        strips.append(cv2.resize(strip, (512, 128), interpolation=cv2.INTER_AREA))
    return np.stack(strips)


def lash_strip(
    model: HeadModel, identity: Identity, vertices: Array, side: int, upper: bool, length_cm: float, curl: float, openness: float
) -> tuple[Array, Array, Array, Array, IntArray]:
    """Positions, normals, texture coordinates, shade and triangles of one row of lashes along a lid's margin."""
    margin = model.upper_margin[side] if upper else model.lower_margin[side]
    line = vertices[margin]
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    u = np.linspace(0.10 if upper else 0.30, 1.0, 18)
    root = np.stack([np.interp(u * steps[-1], steps, line[:, k]) for k in range(3)], -1)
    out = root - identity.eye_centres[side]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.array([0.0, 1.0, 0.0]) - out * out[:, 1:2]
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    outward = np.array([1.0 if side == 0 else -1.0, 0.0, 0.0]) * (u - 0.40)[:, None] * 0.9
    if upper:
        lift = -0.45 + (0.55 + 0.45 * curl) * min(openness, 1.1)
        profile = 0.45 + 0.55 * np.sin(np.pi * np.clip(u * 0.85 + 0.12, 0, 1))
    else:
        lift, curl = -0.75, -0.25 * curl
        profile = 0.55 + 0.45 * np.sin(np.pi * u)
    reach = (length_cm * profile)[:, None]
    first = out + up * lift + outward * 0.7
    second = out * 0.75 + up * (lift + 0.9 * curl) + outward
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    rows = [root + out * 0.015 + up * (0.02 if upper else -0.02), root + first * reach * 0.5]
    rows.append(rows[1] + second * reach * 0.5)
    ends = np.clip(np.minimum(u - u[0], 1 - u) * 9 + (0.35 if upper else 0.0), 0, 1)
    uv = np.concatenate([np.stack([u, np.full_like(u, v)], -1) for v in (0.0, 0.5, 1.0)])
    count = len(u)
    return (
        np.concatenate(rows).astype(np.float32),
        np.tile(out, (3, 1)).astype(np.float32),
        uv.astype(np.float32),
        np.tile(ends, 3).astype(np.float32),
        grid_triangles(3, count),
    )


def random_eye_colours(generator: Generator, infrared: bool) -> tuple[Array, Array]:
    """Iris colour at the rim and near the pupil, linear RGB. In infrared every iris is light."""
    if infrared:
        value = float(generator.uniform(0.12, 0.4))
        return np.full(3, value, np.float32), np.full(3, value * 1.1, np.float32)
    kinds = np.array(
        [
            [0.035, 0.018, 0.010],
            [0.06, 0.03, 0.014],
            [0.12, 0.065, 0.025],
            [0.10, 0.11, 0.05],
            [0.11, 0.17, 0.24],
            [0.16, 0.19, 0.21],
        ]
    )
    kind = int(generator.choice(6, p=[0.30, 0.24, 0.16, 0.10, 0.12, 0.08]))
    rim = kinds[kind] * generator.uniform(0.7, 1.4)
    inner = rim * generator.uniform(0.9, 1.8) * np.array([1.15, 1.0, 0.85])
    return rim.astype(np.float32), inner.astype(np.float32)
