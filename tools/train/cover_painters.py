"""What the covers of `covers.py` look like: light, reflections, hands, hair, dark lenses, painted onto a grey crop of an eye.

Each takes the crop (s, s) uint8 and returns another with the opacity (s, s) in [0, 1] of what lies before the eye.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.picture_files import Picture
from tools.train.backgrounds import Backgrounds

Mask = NDArray[np.float32]
Rng = np.random.Generator

SATURATED = 248


def blend(picture: Picture, filling: NDArray[np.floating], opacity: Mask) -> Picture:
    """The picture (s, s) with `filling` before it."""
    return np.asarray(np.clip(picture * (1.0 - opacity) + filling * opacity, 0, 255), np.uint8)


def _near(opening: NDArray[np.bool_], rng: Rng, spread: float) -> tuple[float, float]:
    """A point about the eye's middle, at times far from it."""
    rows, columns = np.nonzero(opening)
    size = opening.shape[0]
    middle = (columns.mean(), rows.mean()) if len(rows) else (size / 2, size / 2)
    x, y = np.array(middle) + rng.normal(0, spread * size, 2)
    return float(x), float(y)


def _ellipse(size: int, center: tuple[float, float], axes: tuple[float, float], angle_deg: float) -> Mask:
    mask = np.zeros((size, size), np.float32)
    fixed = [round(16 * value) for value in (*center, *axes)]
    cv2.ellipse(mask, tuple(fixed[:2]), tuple(fixed[2:]), angle_deg, 0, 360, 1.0, -1, cv2.LINE_AA, 4)
    return mask


def _softened(mask: Mask, rng: Rng) -> Mask:
    """The mask as it is, or with an edge up to two ninths of the crop wide."""
    if rng.random() < 0.35:
        return mask
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, mask.shape[0] / 9))), np.float32)


def glare(picture: Picture, opening: NDArray[np.bool_], rng: Rng) -> tuple[Picture, Mask]:
    """A blob of light, white or, from a coloured lamp in a grey picture, of any brightness above the skin's."""
    size = picture.shape[0]
    center = _near(opening, rng, 0.14 if rng.random() < 0.75 else 0.35)
    wide = float(rng.uniform(0.06, 0.55)) * size
    mask = _ellipse(size, center, (wide, wide * float(np.exp(rng.normal(-0.3, 0.4)))), float(rng.uniform(0, 180)))
    opacity = _softened(mask, rng) * float(rng.uniform(0.75, 1.0) if rng.random() < 0.8 else rng.uniform(0.2, 0.7))
    level = 255.0 if rng.random() < 0.6 else float(rng.uniform(90, 250))
    shade = level + rng.normal(0, rng.uniform(0, 8), picture.shape)
    return blend(picture, shade, opacity), opacity


def glow(picture: Picture, opening: NDArray[np.bool_], rng: Rng) -> tuple[Picture, Mask]:
    """Light without any edge that fades out over the eye. A coloured lamp's is often no brighter in a grey picture than the skin
    beside it, and then looks like a lid."""
    size = picture.shape[0]
    x, y = _near(opening, rng, 0.12 if rng.random() < 0.75 else 0.35)
    wide = float(rng.uniform(0.2, 0.9)) * size
    tall, angle = wide * float(np.exp(rng.normal(-0.35, 0.35))), float(rng.uniform(0, np.pi))
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    along = ((columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)) / wide
    across = ((rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)) / tall
    fall = np.exp(-((along**2 + across**2) ** float(rng.uniform(0.6, 3.0))))
    opacity = np.clip(fall * float(rng.uniform(0.6, 1.8)), 0.0, 1.0).astype(np.float32)
    shade = _level_of_light(picture, rng) * (1.0 + float(rng.normal(0, 0.06)) * along)
    return blend(picture, shade + rng.normal(0, rng.uniform(0, 6), picture.shape), opacity), _faintly_seen(opacity)


def veil(picture: Picture, rng: Rng) -> tuple[Picture, Mask]:
    """Haze over all of the crop, thicker towards one side: a sunlit or smeared pane, a lens against the light."""
    size = picture.shape[0]
    thin, thick = np.sort(rng.uniform(0.0, 1.0, 2))
    angle = float(rng.uniform(0, 2 * np.pi))
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / (size - 1) - 0.5
    ramp = 0.5 + (columns * np.cos(angle) + rows * np.sin(angle)) * float(rng.uniform(0.3, 2.0))
    opacity = (thin + (thick - thin) * np.clip(ramp, 0.0, 1.0)).astype(np.float32)
    veiled = blend(picture, np.full(picture.shape, _level_of_light(picture, rng)), opacity)
    return veiled, _faintly_seen(opacity)


def _faintly_seen(opacity: Mask) -> Mask:
    """What smooth light leaves to be seen: without grain of its own it hides less than its opacity says."""
    return np.asarray(opacity**1.7, np.float32)


def _level_of_light(picture: Picture, rng: Rng) -> float:
    """How bright a light is in a grey picture: white, of a colour, or by chance just as the skin."""
    kind = rng.random()
    if kind < 0.3:
        return 255.0
    if kind < 0.6:
        return float(rng.uniform(90, 250))
    return float(np.clip(np.median(picture) * np.exp(rng.normal(0.1, 0.3)), 20, 255))


def reflection(picture: Picture, rng: Rng, reflections: Backgrounds) -> tuple[Picture, Mask]:
    """A lens that mirrors the surroundings: their light is added, and drowns the eye where it saturates or outshines it."""
    size = picture.shape[0]
    mirrored = reflections.draw(rng, size, size).astype(np.float32)
    mirrored *= float(rng.uniform(0.3, 1.6))
    lens = np.ones_like(mirrored)
    if rng.random() < 0.6:
        lens = _softened(_half_plane(size, rng), rng)
    added = mirrored * lens
    if rng.random() < 0.35:
        added = added + lens * float(rng.uniform(40, 255))
    lit = picture + added
    outshone = np.clip(added / 255.0, 0.0, 1.0) * 0.75
    opacity = np.where(lit >= SATURATED, 1.0, outshone).astype(np.float32)
    return np.clip(lit, 0, 255).astype(np.uint8), opacity


def _half_plane(size: int, rng: Rng) -> Mask:
    angle, offset = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.25) * size
    rows, columns = np.mgrid[0:size, 0:size] - (size - 1) / 2
    return np.asarray(columns * np.cos(angle) + rows * np.sin(angle) > offset, np.float32)


def streaks(picture: Picture, opening: NDArray[np.bool_], rng: Rng) -> tuple[Picture, Mask]:
    """Bars of light or shadow across the eye: flares, blinds, a sun edge burnt out."""
    size = picture.shape[0]
    mask = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        x, y = _near(opening, rng, 0.15)
        angle, reach = rng.uniform(0, np.pi), 2.0 * size
        step = np.array([np.cos(angle), np.sin(angle)]) * reach
        ends = [tuple(np.rint(np.array([x, y]) + sign * step).astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(mask, ends[0], ends[1], 1.0, int(rng.integers(1, max(2, size // 3))), cv2.LINE_AA)
    opacity = _softened(mask, rng) * float(rng.uniform(0.7, 1.0))
    level = 255.0 if rng.random() < 0.75 else float(rng.uniform(0, 25))
    return blend(picture, np.full(picture.shape, level), opacity), opacity


def hand(picture: Picture, opening: NDArray[np.bool_], rng: Rng) -> tuple[Picture, Mask]:
    """Fingers or a palm in a skin's shade, round and lit from one side."""
    size = picture.shape[0]
    tone = float(np.clip(np.median(picture) * np.exp(rng.normal(0, 0.35)), 10, 250))
    angle, width = float(rng.uniform(0, 180)), float(rng.uniform(0.10, 0.22)) * size
    mask, filling = np.zeros((size, size), np.float32), np.full((size, size), tone, np.float32)
    x, y = _near(opening, rng, 0.22)
    across = np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    for k in range(int(rng.integers(1, 5))):
        center = np.array([x, y]) + across * k * width * 1.9 * rng.uniform(0.9, 1.15)
        finger = _ellipse(size, (float(center[0]), float(center[1])), (size * float(rng.uniform(0.5, 1.2)), width), angle)
        rows, columns = np.mgrid[0:size, 0:size]
        depth = ((columns - center[0]) * across[0] + (rows - center[1]) * across[1]) / width
        round_shade = tone * (1.0 - 0.45 * np.clip(np.abs(depth + rng.uniform(-0.4, 0.4)), 0, 1.3) ** 2)
        filling = np.where(finger > mask, round_shade, filling)
        mask = np.maximum(mask, finger)
    opacity = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.6), np.float32)
    grain = cv2.GaussianBlur(rng.standard_normal((size, size)).astype(np.float32), (0, 0), 1.0) * float(rng.uniform(0, 8))
    return blend(picture, filling + grain, opacity), opacity


def strands(picture: Picture, opening: NDArray[np.bool_], rng: Rng) -> tuple[Picture, Mask]:
    """A lock of hair hanging over the eye: many thin curved lines of about one shade."""
    size = picture.shape[0]
    large = 3 * size
    mask, filling = np.zeros((large, large), np.float32), np.zeros((large, large), np.float32)
    tone = float(rng.uniform(5, 90) if rng.random() < 0.75 else rng.uniform(90, 220))
    x, _ = _near(opening, rng, 0.25)
    wide, lean, bow = rng.uniform(0.08, 0.5) * large, rng.normal(0, 0.35) * large, rng.normal(0, 0.25) * large
    t = np.linspace(-0.2, 1.2, 14)
    for _ in range(int(rng.integers(12, 140))):
        at = 3 * x + rng.normal(0, wide / 2)
        curve = np.column_stack([at + lean * (t - 0.5) + bow * np.sin(np.pi * t) + rng.normal(0, 2, 14), t * large])
        points = np.rint(curve).astype(np.int32)
        thickness = int(rng.integers(1, 5))
        cv2.polylines(mask, [points], False, 1.0, thickness, cv2.LINE_AA)
        cv2.polylines(filling, [points], False, tone * float(np.exp(rng.normal(0, 0.25))), thickness, cv2.LINE_AA)
    opacity = np.asarray(cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    shade = np.asarray(cv2.resize(filling, (size, size), interpolation=cv2.INTER_AREA), np.float32) / np.maximum(opacity, 0.05)
    return blend(picture, shade, opacity), opacity


def dark_lens(picture: Picture, rng: Rng) -> tuple[Picture, Mask]:
    """A tinted lens, from one that dims to one that is opaque, often darker above, with a sheen."""
    size = picture.shape[0]
    fall = np.linspace(0, float(rng.uniform(0, 0.35)), size, dtype=np.float32)[:, None]
    opacity = np.clip(float(rng.uniform(0.3, 1.0)) - fall, 0.0, 1.0) * np.ones((size, size), np.float32)
    shade = float(rng.uniform(0, 45)) + np.linspace(0, float(rng.uniform(0, 60)), size)[None, :]
    return blend(picture, np.broadcast_to(shade, picture.shape), opacity), np.asarray(opacity, np.float32)
