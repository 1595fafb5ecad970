"""Drawn things that look like a face to a network that has seen few rooms: upright, mirror-symmetric, dark bars and blobs above
one another. Stools, lamps, sockets, headrests and car vents are of that kind, and the environment maps hold few of them."""

from __future__ import annotations

import cv2
import numpy as np

from tools.picture_files import Picture

Rng = np.random.Generator

_SCALE = 4  # drawn larger and reduced, so that edges are as soft as a camera's


def draw_decoy(rng: Rng, size: int) -> Picture:
    """A grey square (size, size): a shaded ground with a post, a seat or a shell, and bars, discs and rings on it, most of
    them mirrored about an upright axis."""
    side = size * _SCALE
    canvas = _ground(rng, side)
    axis = side * float(rng.uniform(0.35, 0.65))
    if rng.random() < 0.7:
        _shell(canvas, rng, axis)
    if rng.random() < 0.6:
        _post(canvas, rng, axis)
    for _ in range(int(rng.integers(2, 8))):
        _thing(canvas, rng, axis, mirrored=bool(rng.random() < 0.8))
    turned = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.normal(0, 6)), 1.0)
    canvas = np.asarray(cv2.warpAffine(canvas, turned, (side, side), borderMode=cv2.BORDER_REFLECT_101), dtype=np.uint8)
    return np.asarray(cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _ground(rng: Rng, side: int) -> Picture:
    """Slowly varying shades, at times with a floor line or upright folds."""
    knots = rng.uniform(10, 245, (int(rng.integers(2, 4)), int(rng.integers(2, 4)))).astype(np.float32)
    ground = np.asarray(cv2.resize(knots, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
    if rng.random() < 0.4:
        ground[int(side * rng.uniform(0.5, 0.95)) :] += float(rng.normal(0, 70))
    if rng.random() < 0.4:
        folds = np.interp(np.linspace(0, 1, side), np.linspace(0, 1, 24), rng.normal(0, 18, 24))
        ground += folds.astype(np.float32)
    return np.asarray(np.clip(ground, 0, 255), dtype=np.uint8)


def _shell(canvas: Picture, rng: Rng, axis: float) -> None:
    """Something round or boxy that a head could be: a headrest, a lampshade, a seat's back."""
    side = canvas.shape[0]
    center = (round(axis), round(side * rng.uniform(0.3, 0.7)))
    half = (round(side * rng.uniform(0.15, 0.45)), round(side * rng.uniform(0.1, 0.5)))
    if rng.random() < 0.6:
        cv2.ellipse(canvas, center, half, 0, 0, 360, _shade(rng), -1, cv2.LINE_AA)
    else:
        corner = (center[0] - half[0], center[1] - half[1])
        cv2.rectangle(canvas, corner, (center[0] + half[0], center[1] + half[1]), _shade(rng), -1)


def _post(canvas: Picture, rng: Rng, axis: float) -> None:
    """An upright bar on the axis, often with a bright edge, as polished tube has."""
    side = canvas.shape[0]
    half = max(1, round(side * rng.uniform(0.01, 0.08)))
    top, bottom = sorted(round(side * share) for share in rng.uniform(-0.1, 1.1, 2))
    x = round(axis)
    cv2.rectangle(canvas, (x - half, top), (x + half, bottom), _shade(rng), -1)
    if rng.random() < 0.5:
        cv2.line(canvas, (x, top), (x, bottom), _shade(rng), max(1, half // 2), cv2.LINE_AA)


def _thing(canvas: Picture, rng: Rng, axis: float, *, mirrored: bool) -> None:
    """A disc, bar or ring, across the axis or twice, one on either side."""
    side = canvas.shape[0]
    y, away = round(side * rng.uniform(0.05, 0.95)), side * float(rng.uniform(0.05, 0.4))
    wide, tall = round(side * rng.uniform(0.02, 0.3)), round(side * rng.uniform(0.01, 0.12))
    shade, kind = _shade(rng), rng.random()
    thickness = -1 if kind < 0.7 else max(1, round(side * rng.uniform(0.005, 0.03)))
    aside = [axis - away, axis + away] if mirrored else [axis + away]
    for x in [axis] if rng.random() < 0.5 else aside:
        if kind < 0.35:
            cv2.rectangle(canvas, (round(x) - wide, y - tall), (round(x) + wide, y + tall), shade, -1)
        else:
            cv2.ellipse(canvas, (round(x), y), (wide, max(1, tall)), 0, 0, 360, shade, thickness, cv2.LINE_AA)


def _shade(rng: Rng) -> int:
    return int(rng.integers(0, 256))
