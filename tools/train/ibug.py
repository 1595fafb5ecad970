"""Moves the mesh's landmarks to where annotators of photographs put them, for shards with the mesh's own points. Later shards
hold those of `tools/render/markup.py` under `ibug` and do not need this.

Some of the mesh's 68 vertices follow the same contour as the iBUG points but sit elsewhere along it. They are slid towards a
neighbour on that contour by the share that brings the rendered mean face to the published mean shape of the iBUG annotation:
there the inner-lip points 62 and 64 (counted from 1) lie straight below the peaks of the upper lip, 66 and 68 straight above
57 and 59, and the lid points at a third of the eye's width. No photograph was measured for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SLIDES = {
    37: (38, 0.15), 44: (43, 0.15), 40: (41, 0.11), 47: (46, 0.11), 41: (40, 0.07), 46: (47, 0.07),
    56: (57, 0.28), 58: (57, 0.28),
    61: (62, 0.33), 63: (62, 0.33), 65: (66, 0.35), 67: (66, 0.35),
}  # fmt: skip
"""Point (from 0) to the neighbour it slides towards, and by which share of the way."""

_FROM = np.array(list(SLIDES))
_TOWARDS = np.array([neighbour for neighbour, _ in SLIDES.values()])
_SHARE = np.array([share for _, share in SLIDES.values()], np.float32)[:, None]


def to_ibug(landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
    """Landmarks (..., 68, 2) of the mesh as iBUG points (..., 68, 2)."""
    points = np.array(landmarks, dtype=np.float32)
    points[..., _FROM, :] += _SHARE * (landmarks[..., _TOWARDS, :] - landmarks[..., _FROM, :])
    return points
