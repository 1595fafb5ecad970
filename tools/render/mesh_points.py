"""A dense set of the mesh's vertices whose pixels go into every shard, so that landmarks can be redefined without
rendering again."""

from __future__ import annotations

import numpy as np

from tools.render.assets import Array, IntArray

FACE_VERTICES = 9409
REGIONS = (
    (range(36, 48), 0.70, 0.14),
    (range(48, 68), 0.60, 0.16),
    (range(17, 27), 1.70, 0.28),
    (range(27, 36), 0.90, 0.25),
    (range(17), 0.80, 0.35),
)
"""Landmarks (from 0), how far around them vertices are kept, and how far apart those are, in centimetres."""


def mesh_points(neutral: Array, landmarks: IntArray) -> IntArray:
    """Vertices of the neutral face (n, 3) around its landmarks (68,), dense at lids and lips; sorted, the landmarks included."""
    face = neutral[:FACE_VERTICES]
    kept = [int(vertex) for vertex in landmarks]
    for points, reach, spacing in REGIONS:
        distance = np.linalg.norm(face[:, None] - face[landmarks[list(points)]], axis=2).min(axis=1)
        for vertex in np.flatnonzero(distance < reach).tolist():
            if np.linalg.norm(face[kept] - face[vertex], axis=1).min() >= spacing:
                kept.append(vertex)
    return np.unique(kept).astype(np.int32)
