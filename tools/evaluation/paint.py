"""Paints things over the eyes of a finished picture so that they hide the lids: glare, a hand, hair, dark lenses.

Made apart from what training paints (`tools/train/covers.py`), so that it judges and does not repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.picture_files import Picture

Mask = NDArray[np.float32]
EYES = {"left": slice(42, 48), "right": slice(36, 42)}
"""Landmarks of the driver's own left and right eye; the left one lies on the picture's right."""
LIGHT = ((255, 255, 255), (90, 190, 255), (110, 255, 140), (255, 120, 90))
"""White, and the BGR of a low sun, a green lamp and a blue one."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One eye in the picture: its middle in pixels, half its width between the corners, and how its axis is turned."""

    x_px: float
    y_px: float
    half_width_px: float
    angle_deg: float


def spot_of(landmarks: NDArray[np.floating], eye: slice) -> Spot:
    """Where an eye is, from the 68 points (68, 2) in pixels."""
    points = np.asarray(landmarks, np.float64)[eye]
    across = points[3] - points[0]
    middle = points.mean(axis=0)
    half_width_px = float(np.linalg.norm(across)) / 2
    return Spot(float(middle[0]), float(middle[1]), half_width_px, float(np.degrees(np.arctan2(across[1], across[0]))))


def ellipse(shape: tuple[int, int], spot: Spot, wide: float, tall: float, turned_deg: float = 0.0) -> Mask:
    """A filled ellipse whose half axes are so many half widths of the eye; (height, width), 0 to 1."""
    mask = np.zeros(shape, np.float32)
    axes = (max(1, round(16 * spot.half_width_px * wide)), max(1, round(16 * spot.half_width_px * tall)))
    centre = (round(16 * spot.x_px), round(16 * spot.y_px))
    cv2.ellipse(mask, centre, axes, spot.angle_deg + turned_deg, 0, 360, 1.0, -1, cv2.LINE_AA, 4)
    return mask


def _soft(mask: Mask, spot: Spot) -> Mask:
    """A soft edge that leaves the middle as it is."""
    blurred = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.35 * spot.half_width_px))
    return np.asarray(np.clip(blurred * 1.6, 0.0, 1.0), np.float32)


def _lay(picture: Picture, filling: NDArray[np.floating] | tuple[int, ...], mask: Mask) -> Picture:
    opacity = mask[..., None]
    return np.asarray(np.clip(picture * (1.0 - opacity) + np.asarray(filling, np.float32) * opacity, 0, 255), np.uint8)


def white_hard(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A white ellipse with a hard edge."""
    return _lay(picture, LIGHT[0], ellipse(picture.shape[:2], spot, 1.4, 0.8))


def white_soft(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A white ellipse that fades out."""
    return _lay(picture, LIGHT[0], _soft(ellipse(picture.shape[:2], spot, 1.6, 1.0), spot))


def colour_hard(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A coloured ellipse with a hard edge."""
    light = LIGHT[int(rng.integers(1, len(LIGHT)))]
    return _lay(picture, light, ellipse(picture.shape[:2], spot, 1.4, 0.9, float(rng.uniform(-25, 25))))


def colour_soft(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A coloured ellipse that fades out."""
    light = LIGHT[int(rng.integers(1, len(LIGHT)))]
    return _lay(picture, light, _soft(ellipse(picture.shape[:2], spot, 1.7, 1.1), spot))


def streak(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A broad streak of light across the eye, brighter than the picture can show."""
    bar = ellipse(picture.shape[:2], spot, 4.0, 0.75, float(rng.uniform(-35, 35)))
    return _lay(picture, LIGHT[0], _soft(bar, spot))


def hand(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """Four fingers side by side over the eye, of the skin's own shade, with dark gaps and shading."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    lean = np.radians(float(rng.uniform(-30, 30)))
    across = ((columns - spot.x_px) * np.cos(lean) + (rows - spot.y_px) * np.sin(lean)) / spot.half_width_px
    along = (-(columns - spot.x_px) * np.sin(lean) + (rows - spot.y_px) * np.cos(lean)) / spot.half_width_px
    inside = (np.abs(across) < 2.6) & (along > -1.6 + 0.15 * across**2)
    finger = np.abs(np.mod(across / 1.3 + 0.5, 1.0) - 0.5) * 2
    shading = 1.05 - 0.45 * finger**4
    filling = _cheek(picture, spot)[None, None] * shading[..., None]
    return _lay(picture, filling + rng.normal(0, 2, picture.shape), inside.astype(np.float32))


def hair(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A lock of dark or fair hair that hangs over the eye, strand by strand."""
    mask, shade = np.zeros(picture.shape[:2], np.float32), np.zeros(picture.shape[:2], np.float32)
    tone = float(rng.choice([18.0, 45.0, 120.0]))
    reach = spot.half_width_px
    for _ in range(90):
        start = np.array([spot.x_px + rng.uniform(-1.8, 1.8) * reach, spot.y_px - 3.0 * reach])
        end = start + np.array([rng.normal(0, 0.6) * reach, rng.uniform(4.2, 5.5) * reach])
        bend = (start + end) / 2 + np.array([rng.normal(0, 0.3) * reach, 0])
        t = np.linspace(0, 1, 9)[:, None]
        line = np.rint((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end).astype(np.int32)
        width = max(1, round(0.16 * reach))
        cv2.polylines(mask, [line], False, 1.0, width, cv2.LINE_AA)
        cv2.polylines(shade, [line], False, tone * float(rng.uniform(0.5, 1.5)), width, cv2.LINE_AA)
    return _lay(picture, np.repeat(shade[..., None], 3, 2), mask)


def sunglasses(picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """A dark lens with a rim and a faint reflection."""
    lens = ellipse(picture.shape[:2], spot, 1.75, 1.35)
    rows = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None, None]
    sky = 14.0 + 40.0 * np.clip(1.2 - rows, 0, 1) * float(rng.uniform(0.2, 1.0))
    dark = _lay(picture, np.broadcast_to(sky, picture.shape), lens)
    rim = np.clip(ellipse(picture.shape[:2], spot, 1.9, 1.5) - lens, 0, 1)
    return _lay(dark, (8, 8, 8), rim)


REACH = 6.0
"""No cover reaches further from the eye than so many of its half widths."""


def painted(name: str, picture: Picture, spot: Spot, rng: Generator) -> Picture:
    """The picture, uint8 BGR (height, width, 3), with a cover of this name over the eye: a new one, painted only where it must
    be."""
    reach = REACH * spot.half_width_px
    left, top = max(0, int(spot.x_px - reach)), max(0, int(spot.y_px - reach))
    part = picture[top : int(spot.y_px + reach) + 1, left : int(spot.x_px + reach) + 1]
    result = picture.copy()
    if part.size:
        there = replace(spot, x_px=spot.x_px - left, y_px=spot.y_px - top)
        result[top : top + part.shape[0], left : left + part.shape[1]] = COVERS[name](part, there, rng)
    return result


COVERS: dict[str, Callable[[Picture, Spot, Generator], Picture]] = {
    "white, hard edge": white_hard, "white, soft edge": white_soft, "coloured, hard edge": colour_hard,
    "coloured, soft edge": colour_soft, "streak": streak, "hand": hand, "hair": hair, "sunglasses": sunglasses,
}  # fmt: skip
"""The surroundings of an eye, uint8 BGR, the eye's place in them and random numbers in; a new picture out."""


def _cheek(picture: Picture, spot: Spot) -> NDArray[np.float32]:
    """The mean colour (3,) of the skin below the eye."""
    below = ellipse(picture.shape[:2], Spot(spot.x_px, spot.y_px + 2.2 * spot.half_width_px, spot.half_width_px, 0.0), 0.7, 0.5)
    return np.asarray(cv2.mean(picture, (below * 255).astype(np.uint8))[:3], np.float32)
