"""How much of a thing or of an eye's opening can be seen in a finished picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.render.assets import Array
from tools.render.camera import Camera
from tools.render.canvas import Solid

BEFORE_CM = 0.7  # something that much nearer than a surface hides it
SEEN_THROUGH = 0.25  # share of light from behind that leaves a pixel readable
EYE_BEHIND_CM = 1.3


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a picture shows of a thing: the share of its outline area, that area in pixels, and its middle (x, y)."""

    share: float
    area_px: float
    centre_px: tuple[float, float]


UNSEEN = Visibility(0.0, 0.0, (float("nan"), float("nan")))


def visibility_of(thing: Solid, camera: Camera, depth: Array) -> Visibility:
    """How much of a thing's outline (front faces, as projected) the picture shows, and where.

    `thing` is in camera space, `depth` (H, W) the picture's distances in cm.
    """
    corners = thing.positions[thing.triangles]
    pixels = camera.project(corners)
    edge_a, edge_b = pixels[:, 1] - pixels[:, 0], pixels[:, 2] - pixels[:, 0]
    area = np.abs(edge_a[:, 0] * edge_b[:, 1] - edge_a[:, 1] * edge_b[:, 0]) / 2
    middle = corners.mean(1)
    facing = np.einsum("nk,nk->n", thing.normals[thing.triangles].sum(1), middle) < 0
    area = np.where(facing, area, 0.0)
    spot = np.rint(camera.project(middle)).astype(int)
    height, width = depth.shape
    inside = (spot >= 0).all(1) & (spot[:, 0] < width) & (spot[:, 1] < height)
    nearest = depth[np.clip(spot[:, 1], 0, height - 1), np.clip(spot[:, 0], 0, width - 1)]
    seen = inside & (nearest > -middle[:, 2] - BEFORE_CM)
    whole = float(area.sum())
    shown = float(area[seen].sum())
    if shown <= 0.0:
        return UNSEEN
    x, y = (area[seen] @ pixels.mean(1)[seen] / shown).tolist()
    return Visibility(shown / whole, shown, (x, y))


def eye_opening(lids: Array, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Pixels (H, W) between the six lid points (6, 2) with their margin; of a shut eye a band along the lash line."""
    mask = np.zeros(shape, np.uint8)
    wide = float(np.ptp(lids, axis=0).max())
    corners = np.rint(np.clip(lids, -4 * shape[1], 4 * shape[1])).astype(np.int32)
    cv2.fillPoly(mask, [cv2.convexHull(corners)], 1)
    cv2.polylines(mask, [corners], True, 1, max(1, round(wide / 12)))
    return mask > 0


def readable_share(lids: Array, nearest_cm: float, depth: Array, clear: Array) -> float:
    """Share of an eye's opening that can be read: nothing solid stands before it and enough light comes through.

    `nearest_cm` is the distance of the lid point nearest to the camera, `clear` (H, W) the share of light that comes through
    lenses, strands and glare.
    """
    opening = eye_opening(lids, (depth.shape[0], depth.shape[1]))
    if not opening.any():
        return 0.0
    open_air = depth[opening] > nearest_cm - EYE_BEHIND_CM
    return float((open_air & (clear[opening] >= SEEN_THROUGH)).mean())
