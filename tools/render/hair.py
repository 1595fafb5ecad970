"""Hair meshes fitted over the skull of the mean head, and hair colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.render.assets import Array, IntArray, TexturedMesh
from tools.render.heads import HEAD_VERTICES, HeadModel
from tools.render.shapes import normals_of

SKULL_CENTRE = np.array([0.0, 5.0, -0.5], np.float32)
_BINS = 48


@dataclass(frozen=True, slots=True)
class Hairstyle:
    """A hair mesh in the head's frame, with its texture."""

    name: str
    positions: Array
    normals: Array
    texture_coordinates: Array
    shade: Array  # ambient light reaching the vertex, 0..1
    cover: Array  # how much of the hair there is at the vertex, 0..1: strands thin out where a fringe ends
    triangles: IntArray
    texture: NDArray[np.uint8]
    texture_mean: float


def _spherical(points: Array) -> tuple[NDArray[np.integer], Array]:
    """Bin (two angles, as indices) and distance from the skull's centre."""
    out = points - SKULL_CENTRE
    distance = np.linalg.norm(out, axis=1)
    theta = np.arccos(np.clip(out[:, 1] / np.maximum(distance, 1e-6), -1, 1))
    phi = np.arctan2(out[:, 0], out[:, 2])
    rows = np.clip((theta / np.pi * _BINS).astype(int), 0, _BINS - 1)
    columns = np.clip(((phi / (2 * np.pi) + 0.5) * 2 * _BINS).astype(int), 0, 2 * _BINS - 1)
    return rows * 2 * _BINS + columns, distance


def skull_radius(vertices: Array) -> Array:
    """Greatest distance of the head from the skull's centre by direction (bins,), holes filled."""
    bins, distance = _spherical(vertices[:HEAD_VERTICES])
    table = np.zeros(_BINS * 2 * _BINS, np.float32)
    np.maximum.at(table, bins, distance)
    grid = table.reshape(_BINS, 2 * _BINS)
    for _ in range(6):
        wide = np.maximum.reduce([np.roll(grid, s, a) for a, s in ((0, 1), (0, -1), (1, 1), (1, -1))])
        grid = np.where(grid > 0, grid, wide)
    return grid.ravel()


def fit(mesh: TexturedMesh, head: HeadModel) -> Hairstyle:
    """Scale and place a MakeHuman hair mesh so that its crown wraps the skull with a thumb's breadth to spare."""
    source = mesh.positions
    top = source[:, 1].max()
    crown = source[source[:, 1] > top - 0.9]
    skull = head.neutral[:HEAD_VERTICES]
    upper = skull[skull[:, 1] > 6.0]
    scale = float((np.ptp(upper[:, 0]) + 2.2) / np.ptp(np.clip(crown[:, 0], *np.percentile(crown[:, 0], [1, 99]))))
    scale = float(np.clip(scale, 8.5, 13.0))
    points = source * scale
    points[:, 0] -= (points[:, 0].max() + points[:, 0].min()) / 2 * 0.5
    points[:, 1] += upper[:, 1].max() + 1.0 - points[:, 1].max()
    high = points[:, 1] > 7.0
    points[:, 2] += (upper[:, 2].min() + upper[:, 2].max()) / 2 - (points[high, 2].min() + points[high, 2].max()) / 2
    style = Hairstyle(
        mesh.name, points.astype(np.float32), normals_of(points.astype(np.float32), mesh.triangles),
        mesh.texture_coordinates, np.ones(len(points), np.float32), np.ones(len(points), np.float32), mesh.triangles,
        mesh.texture if mesh.texture is not None else np.full((4, 4, 4), 255, np.uint8), 0.5,
    )  # fmt: skip
    texture = style.texture[::-1].copy()
    solid = texture[texture[..., 3] > 128]
    mean = float((solid[:, :3].astype(float) / 255 @ [0.3, 0.5, 0.2]).mean()) if len(solid) else 0.5
    wrapped = wrap(style.positions, skull)
    depth = np.linalg.norm(wrapped - SKULL_CENTRE, axis=1) - skull_radius(skull)[_spherical(wrapped)[0]]
    shade = np.clip(0.55 + 0.25 * depth, 0.45, 1.0).astype(np.float32)
    return Hairstyle(
        style.name, wrapped, normals_of(wrapped, style.triangles), style.texture_coordinates.astype(np.float32), shade,
        np.ones(len(wrapped), np.float32), style.triangles, texture, max(mean, 0.05),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fringe:
    """Where hair that falls before the face ends: a line across the forehead, at most a curtain over a cheek."""

    height_cm: float  # of the line above the origin of the head's frame, in the middle of the face; brows are at 5.5, eyes at 3.5
    tilt: float  # rise of the line towards the head's left, cm a cm
    softness_cm: float  # over which strands thin out
    cheek_cm: float  # how far hair at the sides reaches into the face


def random_fringe(generator: Generator) -> Fringe:
    """Most people's hair leaves the brows free; some fringes reach the brows, a few hang over one eye."""
    draw = generator.random()
    if draw < 0.62:
        height, tilt = generator.uniform(6.6, 9.5), generator.normal(0, 0.12)
    elif draw < 0.88:
        height, tilt = generator.uniform(5.0, 6.8), generator.normal(0, 0.12)
    else:
        height, tilt = generator.uniform(4.6, 6.0), generator.choice([-1, 1]) * generator.uniform(0.2, 0.55)
    return Fringe(float(height), float(tilt), float(generator.uniform(0.4, 1.6)), float(generator.uniform(-0.6, 0.9)))


def fringe_cover(points: Array, fringe: Fringe) -> Array:
    """How much of the hair at `points` (n, 3) is left, 0..1: none before the face below the fringe's line."""
    x, y, z = points.T
    above = (y - fringe.height_cm - fringe.tilt * x) / fringe.softness_cm + 0.5
    half_face = np.interp(y, [-11, -9, -4, 2, 7, 9], [3.0, 4.0, 6.0, 6.8, 6.6, 6.0]) - fringe.cheek_cm
    aside = (np.abs(x) - half_face) / 0.8 + 0.5
    behind = (4.5 - z) / 0.8 + 0.5
    below_chin = (-10.5 - y) / 0.8
    return np.asarray(np.clip(np.maximum.reduce([above, aside, behind, below_chin]), 0, 1), np.float32)


def wrap(points: Array, head_vertices: Array) -> Array:
    """Push hair that would lie inside the head out of it; the face below the hairline is left free."""
    table = skull_radius(head_vertices)
    bins, distance = _spherical(points)
    least = table[bins] + 0.35
    # Only strands that dip a little into the skull are lifted: what hangs beside the neck stays where it hangs.
    inside = (distance < least) & (distance > least - 3.5) & (points[:, 1] > -4.0)
    scale = np.where(inside, least / np.maximum(distance, 1e-3), 1.0)
    return np.asarray(SKULL_CENTRE + (points - SKULL_CENTRE) * scale[:, None], np.float32)


def random_hair_colour(generator: Generator, infrared: bool, age: float) -> Array:
    """Linear RGB; in infrared dyes and melanin fade, so that black hair may look grey."""
    if infrared:
        return np.full(3, float(generator.choice([0.02, 0.06, 0.15, 0.35])) * generator.uniform(0.6, 1.5), np.float32)
    kinds = np.array(
        [[0.006, 0.005, 0.005], [0.018, 0.011, 0.008], [0.05, 0.028, 0.016], [0.12, 0.06, 0.03], [0.30, 0.20, 0.10],
         [0.20, 0.06, 0.02], [0.30, 0.29, 0.28], [0.46, 0.46, 0.45]]
    )  # fmt: skip
    grey = 0.02 + 0.6 * max(age - 0.4, 0)
    share = np.array([0.34, 0.24, 0.16, 0.08, 0.12, 0.04, grey, grey / 2])
    colour = kinds[int(generator.choice(8, p=share / share.sum()))]
    return np.asarray(colour * generator.uniform(0.7, 1.4), np.float32)
