"""Light that blinds a camera at the eyes: blobs, streaks, bright panes and veils; with how much still comes through.

Drawn over the finished picture, since it arises in the lens: it is not part of the scene.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.render.assets import Array

SATURATED = 248.0
_SUBPIXEL = 16


def blind(
    generator: Generator, colour: NDArray[np.uint8], eyes: Array, width_px: float, infrared: bool
) -> tuple[NDArray[np.uint8], Array]:
    """The picture (H, W, 3) with glare about one eye or both, and the share of light (H, W) that still comes through.

    `eyes` (2, 2) are the eyes' middles in pixels, `width_px` an eye's width.
    """
    kind = int(generator.choice(4, p=[0.50, 0.16, 0.16, 0.18]))
    if kind == 3:
        return _veil(generator, colour, eyes, width_px)
    chosen = eyes if generator.random() < 0.5 else eyes[[int(generator.integers(2))]]
    size = width_px * float(np.exp(generator.uniform(np.log(0.18), np.log(1.1))))
    shape, angle = float(np.exp(generator.normal(-0.25, 0.35))), float(generator.uniform(0, 180))
    opacity: NDArray[Any] = np.zeros(colour.shape[:2], np.float32)
    for eye in chosen:
        spot = eye + generator.normal(0, 0.22, 2) * width_px
        if kind == 0:
            _ellipse(opacity, spot, (size, size * shape), angle)
        elif kind == 1:
            _streak(opacity, spot, angle, max(1.0, size * 0.5))
        else:
            _pane(generator, opacity, spot, size, angle)
    if generator.random() < 0.6:
        opacity = cv2.GaussianBlur(opacity, (0, 0), max(0.5, size * float(generator.uniform(0.08, 0.5))))
    opacity = np.clip(
        opacity * float(generator.uniform(0.9, 1.4) if generator.random() < 0.75 else generator.uniform(0.2, 0.8)), 0, 1
    )
    light = _light(generator, infrared)
    shown = colour * (1 - opacity[..., None]) + light * opacity[..., None]
    if generator.random() < 0.4:
        halo = cv2.GaussianBlur(opacity, (0, 0), 1.0 + size)
        shown = shown + halo[..., None] * light * float(generator.uniform(0.1, 0.5))
    return _clipped(shown, 1 - opacity, opacity > 0.1)


def _light(generator: Generator, infrared: bool) -> Array:
    """Linear display values of the glare: mostly white to saturation, some coloured or grey."""
    draw = generator.random()
    if draw < 0.6 or infrared:
        return np.full(3, 255.0 if generator.random() < 0.7 else generator.uniform(120, 255))
    return np.asarray(np.clip(generator.uniform(110, 255) * (1 + generator.normal(0, 0.35, 3)), 20, 255))


def _clipped(shown: Array, clear: Array, lit: NDArray[np.bool_]) -> tuple[NDArray[np.uint8], Array]:
    grey = shown.mean(2)
    return np.clip(shown, 0, 255).astype(np.uint8), np.where(lit & (grey >= SATURATED), 0.0, clear).astype(np.float32)


def _veil(generator: Generator, colour: NDArray[np.uint8], eyes: Array, width_px: float) -> tuple[NDArray[np.uint8], Array]:
    """A flare whose light lies over everything near it, with rays; what it saturates is lost."""
    spot = eyes.mean(0) + generator.normal(0, 1.6, 2) * width_px
    rows, columns = np.mgrid[0 : colour.shape[0], 0 : colour.shape[1]]
    across, down = columns - spot[0], rows - spot[1]
    reach = width_px * float(generator.uniform(0.6, 4.0))
    added = np.exp(-np.hypot(across, down) / reach) * float(generator.uniform(90, 420))
    rays = 1 + float(generator.uniform(0, 0.22)) * np.cos(
        np.arctan2(down, across) * int(generator.integers(4, 15)) + generator.uniform(0, 6)
    )
    added = (added * rays).astype(np.float32)
    outshone = np.clip(added / 255.0, 0, 1) * 0.75
    tint = np.clip(1 + generator.normal(0, 0.12, 3), 0.7, 1.2)
    return _clipped(colour + added[..., None] * tint, 1 - outshone, added > 20)


def _ellipse(mask: Array, spot: Array, axes: tuple[float, float], angle_deg: float) -> None:
    x, y, a, b = (round(float(v) * _SUBPIXEL) for v in (*spot, *axes))
    cv2.ellipse(mask, (x, y), (max(a, 1), max(b, 1)), angle_deg, 0, 360, 1.0, -1, cv2.LINE_AA, 4)


def _streak(mask: Array, spot: Array, angle_deg: float, thick_px: float) -> None:
    step = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))]) * 3 * max(mask.shape)
    ends = np.rint(np.stack([spot - step, spot + step])).astype(int).tolist()
    cv2.line(mask, ends[0], ends[1], 1.0, max(1, round(thick_px)), cv2.LINE_AA)


def _pane(generator: Generator, mask: Array, spot: Array, size: float, angle_deg: float) -> None:
    """A window's or a screen's reflection: a slanting rectangle."""
    box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size * [1.0, float(generator.uniform(0.4, 1.1))]
    c, s = np.cos(np.radians(angle_deg * 0.2)), np.sin(np.radians(angle_deg * 0.2))
    corners = box @ np.array([[c, s], [-s, c]]) + spot + generator.normal(0, 0.12, (4, 2)) * size
    cv2.fillConvexPoly(mask, np.rint(corners * _SUBPIXEL).astype(np.int32), 1.0, cv2.LINE_AA, 4)
