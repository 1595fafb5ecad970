"""The 68 points of the iBUG mark-up, as places on the head's surface.

The mesh comes with 68 Multi-PIE vertices. Where annotators of the iBUG mark-up click elsewhere, a point is a place in a triangle
of the face: brows along the upper middle of the painted brow, the nose's base on alar edges, nostril sills and columella, lids at
a third and two thirds of the eye's width, lips on the vermilion border. Heights and spacings follow the mean shape published with
OpenFace for this mark-up (Baltrušaitis et al., 2018), in units of the distance of the outer eye corners. No photograph was
measured for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.render.assets import Array, IntArray

BROW_DROP_CM = np.array([0.66, 0.68, 0.64, 0.58, 0.60])
"""How far the brow's points, inner end first, lie below the mesh's own: 7 % of the distance of the eye corners."""

BROW_REACH_CM = 0.4
"""Brows of different people sit up to this much higher or lower than the mean one."""

NOSE_BASE_CM = ((0.0, -0.90), (0.72, -0.76), (1.42, -0.60))
"""x and y on the mean head of the columella, a nostril's sill and the alar edge."""

LID_SHARES = (0.32, 0.68)
"""Where along an eye's width, from the outer corner, the two points of each lid lie."""

LIP_SLIDES = {
    49: (50, 0.20), 53: (52, 0.20), 56: (57, 0.28), 58: (57, 0.28),
    61: (62, 0.33), 63: (62, 0.33), 65: (66, 0.35), 67: (66, 0.35),
}  # fmt: skip
"""Lip point (from 0) to the neighbour it slides towards along the lip's edge, and by which share of the way. The mesh's own
upper vermilion, 8.4 mm high in its middle, is as high as people's (8.0 mm in men, 8.7 mm in women; Farkas, 1994)."""

_EYES = ((36, 37, 38, 39, 40, 41), (45, 44, 43, 42, 47, 46))  # outer corner, upper lid, inner corner, lower lid


@dataclass(frozen=True, slots=True)
class MarkUp:
    """Points as weighted sums of up to three vertices each."""

    vertices: IntArray  # (68, 3)
    weights: Array  # (68, 3)
    brow_vertices: IntArray  # (2, 10, 3) brow points BROW_REACH_CM higher and as much lower
    brow_weights: Array  # (2, 10, 3)

    @property
    def used(self) -> IntArray:
        """All vertices that a point needs."""
        return np.unique(np.concatenate([self.vertices.ravel(), self.brow_vertices.ravel()]))

    def points(self, mesh: Array, brow_height_cm: float = 0.0) -> Array:
        """The 68 points (68, 3) on the vertices `mesh` (n, 3); a person's brows may sit higher or lower than the mean."""
        points = (mesh[self.vertices] * self.weights[..., None]).sum(1)
        if brow_height_cm:
            ends = (mesh[self.brow_vertices] * self.brow_weights[..., None]).sum(2)
            share = min(abs(brow_height_cm) / BROW_REACH_CM, 1.0)
            points[17:27] += share * (ends[0 if brow_height_cm > 0 else 1] - points[17:27])
        return np.asarray(points, np.float32)


class _Surface:
    """The neutral face as seen from the front, to find the place of (x, y) on it."""

    def __init__(self, neutral: Array, triangles: IntArray) -> None:
        self.neutral = neutral
        a, b, c = (neutral[triangles[:, k]] for k in range(3))
        facing = np.cross(b - a, c - a)[:, 2] > 0
        self.triangles = triangles[facing]
        self.corners = neutral[self.triangles][..., :2].astype(float)

    def place(self, x: float, y: float) -> tuple[IntArray, NDArray[np.float64]]:
        """Vertices (3,) and weights (3,) of the foremost point at (x, y)."""
        a, b, c = (self.corners[:, k] for k in range(3))
        det = (b[:, 1] - c[:, 1]) * (a[:, 0] - c[:, 0]) + (c[:, 0] - b[:, 0]) * (a[:, 1] - c[:, 1])
        det = np.where(np.abs(det) < 1e-9, np.inf, det)
        u = ((b[:, 1] - c[:, 1]) * (x - c[:, 0]) + (c[:, 0] - b[:, 0]) * (y - c[:, 1])) / det
        v = ((c[:, 1] - a[:, 1]) * (x - c[:, 0]) + (a[:, 0] - c[:, 0]) * (y - c[:, 1])) / det
        weights = np.stack([u, v, 1 - u - v], 1)
        hit = np.flatnonzero((weights > -1e-6).all(1) & np.isfinite(det))
        if not len(hit):
            raise ValueError(f"no face at x {x:.2f}, y {y:.2f} cm")
        depth = (self.neutral[self.triangles[hit], 2] * weights[hit]).sum(1)
        chosen = hit[int(np.argmax(depth))]
        return self.triangles[chosen], weights[chosen]


def _along(line: IntArray, neutral: Array, x: float) -> tuple[IntArray, NDArray[np.float64]]:
    """The place on a line of vertices, given by `line`, at which it passes `x`."""
    xs = neutral[line, 0]
    for k in range(len(line) - 1):
        low, high = xs[k], xs[k + 1]
        if (low - x) * (high - x) <= 0 and low != high:
            share = float((x - low) / (high - low))
            return np.array([line[k], line[k + 1], line[k]], np.int32), np.array([1 - share, share, 0.0])
    raise ValueError(f"the line from vertex {line[0]} to {line[-1]} does not pass x {x:.2f} cm")


def make_markup(
    neutral: Array, triangles: IntArray, landmarks: IntArray, upper: dict[int, IntArray], lower: dict[int, IntArray]
) -> MarkUp:
    """The mark-up of a neutral head. `upper` and `lower` are the lids' margins, 0 the driver's left eye, 1 the right."""
    surface = _Surface(neutral, triangles)
    vertices = np.repeat(landmarks[:, None], 3, 1).astype(np.int32)
    weights = np.tile(np.array([1.0, 0.0, 0.0]), (68, 1))
    marks = neutral[landmarks]
    brows = np.zeros((2, 10, 3), np.int32), np.zeros((2, 10, 3))
    for k in range(5):
        for index in (22 + k, 21 - k):
            x, y = float(marks[index, 0]), float(marks[index, 1] - BROW_DROP_CM[k])
            vertices[index], weights[index] = surface.place(x, y)
            for end, reach in enumerate((BROW_REACH_CM, -BROW_REACH_CM)):
                brows[0][end, index - 17], brows[1][end, index - 17] = surface.place(x, y + reach)
    for k, (x, y) in enumerate(NOSE_BASE_CM):
        for index, side in ((33 + k, 1), (33 - k, -1)):
            vertices[index], weights[index] = surface.place(side * x, y)
    for side, eye in ((1, _EYES[0]), (0, _EYES[1])):
        outer, inner = marks[eye[0], 0], marks[eye[3], 0]
        for lid, points in ((upper[side], eye[1:3]), (lower[side], (eye[5], eye[4]))):
            for index, share in zip(points, LID_SHARES, strict=True):
                vertices[index], weights[index] = _along(lid, neutral, float(outer + share * (inner - outer)))
    for index, (towards, share) in LIP_SLIDES.items():
        vertices[index], weights[index] = [landmarks[index], landmarks[towards], landmarks[index]], [1 - share, share, 0]
    return MarkUp(vertices, weights.astype(np.float32), brows[0], brows[1].astype(np.float32))
