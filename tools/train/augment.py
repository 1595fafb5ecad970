"""Augmentation: what happens to a picture between face and network, through light, lens, sensor, compression and things in front.

Every function takes a grey picture (h, w) uint8 and returns another of the same shape; `covered` also says what is hidden.
Geometry is not touched here: crops are jittered, turned and mirrored by cutting them so (`dms.perception.crops.Crop`), which
keeps the truth exact.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.picture_files import Picture

Rng = np.random.Generator

_NOISE = np.random.default_rng(1).standard_normal((512, 512)).astype(np.float32)
_RAMP = np.linspace(0.0, 1.0, 256, dtype=np.float32)


def photometric(picture: Picture, rng: Rng, strength: float = 1.0, cover: float = 0.25) -> Picture:
    """A random chain of all degradations; `cover` is the chance that something is drawn over the picture."""
    if rng.random() < 0.45 * strength:
        picture = _uneven_light(picture, rng)
    if rng.random() < 0.18 * strength:
        picture = _shadow_edge(picture, rng)
    if rng.random() < cover:
        picture, _ = covered(picture, rng)
    if rng.random() < 0.85:
        picture = _tone(picture, rng)
    if rng.random() < 0.06 * strength:
        picture = np.asarray(cv2.equalizeHist(picture), dtype=np.uint8)
    if rng.random() < 0.40 * strength:
        picture = _low_resolution(picture, rng)
    if rng.random() < 0.30 * strength:
        picture = _blurred(picture, rng)
    if rng.random() < 0.55 * strength:
        picture = _noisy(picture, rng)
    if rng.random() < 0.20 * strength:
        picture = _compressed(picture, rng)
    return picture


def _uneven_light(picture: Picture, rng: Rng) -> Picture:
    """Light that varies smoothly over the picture, as lamps, windows and vignettes make it."""
    knots = np.exp(rng.normal(0.0, rng.uniform(0.15, 0.6), (3, 3))).astype(np.float32)
    height, width = picture.shape
    gain = cv2.resize(knots, (width, height), interpolation=cv2.INTER_CUBIC)
    return as_picture(picture * np.maximum(gain / gain.mean(), 0.05))


def _shadow_edge(picture: Picture, rng: Rng) -> Picture:
    """A straight or curved edge beyond which less (or more) light falls."""
    height, width = picture.shape
    mask = np.zeros((height, width), np.float32)
    center = rng.uniform(0, (width, height))
    angle, reach = rng.uniform(0, 2 * np.pi), 2.0 * width
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    depth = across * (reach if rng.random() < 0.6 else rng.uniform(0.1, 0.5) * width)
    corners = [center - along * reach, center + along * reach, center + along * reach + depth, center - along * reach + depth]
    cv2.fillConvexPoly(mask, np.array(corners, np.int32), 1.0)
    soft = int(rng.integers(0, 5)) * 2 + 1
    mask = np.asarray(cv2.GaussianBlur(mask, (soft, soft), 0), np.float32)
    factor = rng.uniform(0.25, 0.8) if rng.random() < 0.7 else rng.uniform(1.2, 2.2)
    return as_picture(picture * (1.0 + (factor - 1.0) * mask))


def covered(picture: Picture, rng: Rng) -> tuple[Picture, NDArray[np.bool_]]:
    """One or two flat, grainy or borrowed patches over a part of the picture, and where (h, w) they lie."""
    picture = picture.copy()
    height, width = picture.shape
    hidden = np.zeros((height, width), bool)
    for _ in range(int(rng.integers(1, 3))):
        mask = np.zeros((height, width), np.uint8)
        center = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        axes = (int(width * rng.uniform(0.04, 0.22)), int(height * rng.uniform(0.04, 0.22)))
        if rng.random() < 0.5:
            cv2.ellipse(mask, center, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
        else:
            corners = cv2.boxPoints((center, (2.0 * axes[0], 2.0 * axes[1]), float(rng.uniform(0, 180))))
            cv2.fillConvexPoly(mask, corners.astype(np.int32), 1)
        kind = rng.random()
        if kind < 0.4:
            filling = np.full_like(picture, int(rng.integers(0, 256)))
        elif kind < 0.7:
            filling = np.roll(picture, tuple(int(v) for v in rng.integers(10, height - 10, 2)), axis=(0, 1))
        else:
            filling = as_picture(rng.uniform(30, 220) + rng.uniform(5, 40) * _noise_patch(picture.shape, rng))
        picture = np.where(mask > 0, filling, picture)
        hidden |= mask > 0
    return picture, hidden


def _tone(picture: Picture, rng: Rng) -> Picture:
    """Exposure, contrast, gamma and clipping in one table."""
    curve = _RAMP ** float(np.exp(rng.normal(0.0, 0.35)))
    gain, pivot = float(np.exp(rng.normal(0.0, 0.3))), rng.uniform(0.2, 0.8)
    curve = (curve - pivot) * gain + pivot + rng.normal(0.0, 0.10)
    return np.asarray(cv2.LUT(picture, as_picture(255.0 * curve)), dtype=np.uint8)


def _low_resolution(picture: Picture, rng: Rng) -> Picture:
    """Seen by a camera with 1.2 to 4 times fewer pixels, shrunk with or without care and enlarged again."""
    height, width = picture.shape
    factor = float(np.exp(rng.uniform(np.log(1.2), np.log(4.0))))
    small = (max(8, round(width / factor)), max(8, round(height / factor)))
    way = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_NEAREST)[int(rng.choice(3, p=[0.65, 0.28, 0.07]))]
    back = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(2))]
    return np.asarray(cv2.resize(cv2.resize(picture, small, interpolation=way), (width, height), interpolation=back), np.uint8)


def _blurred(picture: Picture, rng: Rng) -> Picture:
    """Out of focus or moving."""
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 2.2))), np.uint8)
    length = int(rng.integers(3, 9))
    kernel = np.zeros((9, 9), np.float32)
    angle = rng.uniform(0, np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    cv2.line(kernel, tuple((4 - step).round().astype(int).tolist()), tuple((4 + step).round().astype(int).tolist()), 1.0)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def _noisy(picture: Picture, rng: Rng) -> Picture:
    """Sensor noise, fine or blotchy."""
    noise = _noise_patch(picture.shape, rng)
    if rng.random() < 0.3:
        noise = cv2.GaussianBlur(noise, (3, 3), 0) * 2.0
    return as_picture(picture + noise * float(np.exp(rng.uniform(np.log(1.5), np.log(16.0)))))


def _compressed(picture: Picture, rng: Rng) -> Picture:
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 75))])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def _noise_patch(shape: tuple[int, ...], rng: Rng) -> NDArray[np.float32]:
    top, left = (int(rng.integers(512 - side)) for side in shape)
    return _NOISE[top : top + shape[0], left : left + shape[1]]


def as_picture(values: NDArray[np.floating]) -> Picture:
    """Grey values of any size as a picture holds them."""
    return np.asarray(np.clip(values, 0.0, 255.0), np.uint8)
