"""The darkness between things that nearly touch: an arm and the belly behind it, a hand and the wheel, a head and its rest.

Light from the environment reaches a surface from all around, and less of it where something stands before. The renderer knows
no such shade outside the head; it is estimated from the picture's depth alone, as by the unsharp mask of the depth buffer
(Luft, Colditz and Deussen 2006): what lies deeper than its surroundings, but not far behind them, is darker.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.render.assets import Array

REACHES_CM = (3.0, 11.0)
"""How far away that stands which takes the light: fingers, limbs."""
FARTHEST_CM = 70.0
"""Behind the nearest tenth of the picture; what is farther, a window's view above all, keeps its light."""


def contact_shade(distance: Array, focal_px: float, strength: float) -> NDArray[np.float32]:
    """The share (H, W) of light that stays, 1 for all, at distances (H, W) in cm; `strength` 1 halves it where it is darkest."""
    nearest = float(np.quantile(distance, 0.1))
    clipped = np.minimum(distance, nearest + FARTHEST_CM).astype(np.float32)
    lost = np.zeros_like(clipped)
    for reach_cm in REACHES_CM:
        spread_px = max(0.6, 0.6 * reach_cm * focal_px / nearest)
        deeper = np.maximum(clipped - cv2.GaussianBlur(clipped, (0, 0), spread_px), 0) / (0.5 * reach_cm)
        lost += deeper * np.exp(1 - deeper)
    near = np.clip((nearest + FARTHEST_CM - distance) / 10, 0, 1)
    return np.asarray(0.5 ** (strength * np.minimum(lost, 1.5) * near), np.float32)
