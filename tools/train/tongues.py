"""Tongues that are out: they hide an open mouth's dark inside and its lower lip, so that it looks shut."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.picture_files import Picture
from tools.train.cover_painters import blend

Rng = np.random.Generator
LEAST_OPEN = 0.12
"""Of the mouth, for a tongue to come out."""
INNER_LIPS = slice(60, 68)
_RIGHT_CORNER, _UPPER, _LEFT_CORNER, _LOWER = 0, 2, 4, 6
_FINE = 16
"""Steps of a pixel in which OpenCV takes coordinates here."""


def tongue_out(picture: Picture, landmarks: NDArray[np.floating], rng: Rng) -> Picture:
    """A tongue between the lips of a grey face crop (s, s), its landmarks (68, 2) in crop units: it fills the mouth, or hangs out
    of it to any side. Truth about the lips stays as it is: people label the lip below a tongue where they know it to be."""
    size = picture.shape[0]
    inner = (landmarks[INNER_LIPS] + 0.5) * size - 0.5
    if not np.isfinite(inner).all():
        return picture
    mouth = np.zeros((size, size), np.float32)
    cv2.fillPoly(mouth, [np.rint(inner * _FINE).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    across = inner[_LEFT_CORNER] - inner[_RIGHT_CORNER]
    wide, down = float(np.linalg.norm(across)), inner[_LOWER] - inner[_UPPER]
    if wide < 4.0 or float(np.linalg.norm(down)) < 1.0:
        return picture
    body, along = _body(inner, across, wide, down, rng, size)
    before_lip = _below(inner, down, size)
    mask = body * np.maximum(mouth, before_lip)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.4, 1.0))), np.float32)
    shade = _flesh(picture, mouth, along, wide, rng)
    return blend(picture, shade, mask)


def _body(
    inner: NDArray[np.floating], across: NDArray[np.floating], wide: float, down: NDArray[np.floating], rng: Rng, size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The outline (s, s) of a tongue from inside the mouth to its tip, and how far (s, s) every pixel is from its middle line, in
    half widths."""
    turn = np.radians(rng.normal(0, 14 if rng.random() < 0.75 else 40))
    axis = down / np.linalg.norm(down)
    axis = np.array([axis[0] * np.cos(turn) - axis[1] * np.sin(turn), axis[0] * np.sin(turn) + axis[1] * np.cos(turn)])
    root = inner[_UPPER] * 0.6 + inner[_LOWER] * 0.4 + across * rng.normal(0, 0.05)
    tip = inner[_LOWER] + axis * wide * (rng.uniform(-0.15, 0.1) if rng.random() < 0.35 else rng.uniform(0.1, 0.85))
    half = wide * rng.uniform(0.26, 0.46)
    body = np.zeros((size, size), np.float32)
    steps = np.linspace(0.0, 1.0, 9)
    for share in steps:
        middle = root + (tip - root) * share
        radius = half * (1.0 - 0.35 * share**3)
        cv2.circle(body, np.rint(middle * _FINE).astype(int).tolist(), round(radius * _FINE), 1.0, -1, cv2.LINE_AA, 4)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    line = (tip - root) / max(float(np.linalg.norm(tip - root)), 1e-3)
    off = (columns - root[0]) * line[1] - (rows - root[1]) * line[0]
    return body, np.asarray(off / half, np.float32)


def _below(inner: NDArray[np.floating], down: NDArray[np.floating], size: int) -> NDArray[np.float32]:
    """(s, s) what lies on the chin's side of the line between the mouth's corners: a tongue hangs there before lip and chin."""
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    middle = inner.mean(axis=0)
    return np.asarray((columns - middle[0]) * down[0] + (rows - middle[1]) * down[1] > 0, np.float32)


def _flesh(picture: Picture, mouth: NDArray[np.float32], off: NDArray[np.float32], wide: float, rng: Rng) -> NDArray[np.float32]:
    """Grey values (s, s): about those of the lips, darker towards the edges and in the furrow, wet, a little rough."""
    around = cv2.dilate(mouth, np.ones((5, 5), np.uint8)) > mouth + 0.5
    level = float(picture[around].mean()) if around.any() else float(picture.mean())
    shade = level * rng.uniform(0.75, 1.3) * (1.0 - rng.uniform(0.1, 0.4) * np.clip(np.abs(off), 0, 1.2) ** 2)
    shade *= 1.0 - rng.uniform(0.0, 0.3) * np.exp(-((off / 0.12) ** 2))
    rough = rng.normal(0, rng.uniform(0, 12), picture.shape).astype(np.float32)
    shade = shade + cv2.GaussianBlur(rough, (0, 0), 0.8)
    if rng.random() < 0.4:
        shade = shade + rng.uniform(15, 90) * np.exp(-(((off - rng.normal(0, 0.3)) / 0.15) ** 2)) * (rough > 0)
    return np.asarray(shade, np.float32)
