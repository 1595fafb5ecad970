"""What stands outside a car, painted from noise and simple shapes: grey levels 0 to 255, with how much each pixel covers.

A strip is a wall along the road, metres wide and high; a sprite is one upright thing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture of something upright: `grey` and `cover` (0 to 1) are (height, width), row 0 at the top."""

    grey: Values
    cover: Values
    width_m: float
    height_m: float


def clouds(generator: Generator, height: int, width: int, coarsest_px: int) -> Values:
    """Noise of many sizes, mean 0 and deviation 1, that joins at its left and right side."""
    total = np.zeros((height, width), np.float32)
    size, strength = coarsest_px, 1.0
    while size >= 1:
        rows, columns = max(2, height // size + 1), max(2, width // size)
        coarse = generator.normal(0, strength, (rows, columns)).astype(np.float32)
        joined = np.concatenate([coarse, coarse[:, :1]], axis=1)
        finer = cv2.resize(joined, (width + width // columns, height), interpolation=cv2.INTER_LINEAR)
        total += finer[:, :width]
        size, strength = size // 2, strength * 0.65
    return np.asarray((total - total.mean()) / (total.std() + 1e-6), np.float32)


def sky(generator: Generator, contrast: float, skyline: float) -> Values:
    """A panorama (256, 1024) from the zenith to straight down. `contrast` of clouds in grey levels; `skyline` 0 to 1 is how high
    hills, woods or houses stand at the horizon."""
    rows = np.linspace(0.0, 1.0, 256, dtype=np.float32)[:, None]
    picture = 235.0 - 70.0 * np.abs(rows - 0.5) + contrast * clouds(generator, 256, 1024, 64)
    heights = 128.0 - skyline * 24.0 * (0.6 + 0.4 * clouds(generator, 2, 1024, 128)[0])
    is_land = (np.arange(256, dtype=np.float32)[:, None] > heights[None]) & (skyline > 0)
    land = 95.0 + 25.0 * clouds(generator, 256, 1024, 16)
    return np.asarray(np.clip(np.where(is_land, land, picture), 0, 255), np.float32)


def ground(generator: Generator, contrast: float) -> Values:
    """Asphalt, grass and stains (512, 512) that repeat in both directions; contrast in grey levels."""
    picture = 105.0 + contrast * clouds(generator, 512, 512, 64)
    return np.asarray(np.clip((picture + picture[::-1]) / 2, 0, 255), np.float32)


def facades(generator: Generator) -> Painted:
    """A row of houses with windows, doors and alleys between them: 120 m long, 9 m high."""
    grey = np.full((90, 1200), 150.0, np.float32)
    cover = np.ones_like(grey)
    at = 0
    while at < 1200:
        wide = int(generator.integers(70, 200))
        grey[:, at : at + wide] = generator.uniform(70, 220)
        cover[: int(generator.integers(0, 40)), at : at + wide] = 0.0
        for left in range(at + 8, min(at + wide, 1200) - 14, int(generator.integers(22, 40))):
            for top in (12, 42, 66):
                grey[top : top + 15, left : left + 11] = generator.uniform(20, 90)
        if generator.random() < 0.4:
            cover[:, at + wide : at + wide + 25] = 0.0
        at += wide + int(generator.integers(0, 25))
    return Painted(grey + 6 * clouds(generator, 90, 1200, 16), cover, 120.0, 9.0)


def hedge(generator: Generator, gaps: float) -> Painted:
    """Bushes and trees along a road: 120 m long, 6 m high; `gaps` is the share of it that is open."""
    outline = clouds(generator, 2, 1200, 64)[0]
    heights = np.clip(28.0 + 14.0 * outline, 0, 60)
    heights[outline < np.quantile(outline, gaps)] = 0.0
    rows = 60.0 - np.arange(60, dtype=np.float32)[:, None]
    return Painted(
        np.clip(85.0 + 35.0 * clouds(generator, 60, 1200, 8), 10, 230), (rows <= heights).astype(np.float32), 120.0, 6.0
    )


def guard_rail(generator: Generator) -> Painted:
    """Two bars on posts, 120 m long, 0.8 m high."""
    grey = np.full((16, 2400), 170.0, np.float32) + 5 * clouds(generator, 16, 2400, 8)
    cover = np.zeros_like(grey)
    cover[1:7] = 1.0
    for post in range(0, 2400, 80):
        cover[:, post : post + 4] = 1.0
    grey[3:5] -= 40
    return Painted(grey, cover, 120.0, 0.8)


def tunnel_wall(generator: Generator) -> Painted:
    """A dirty wall with a lamp every 12 m, 120 m long, 6 m high."""
    grey = 55.0 + 6 * clouds(generator, 60, 1200, 64)
    for lamp in range(0, 1200, 120):
        grey[4:9, lamp : lamp + 25] = 255.0
        cv2.circle(grey, (lamp + 12, 8), 28, float(grey[30, lamp]) + 45, -1)
        grey[4:9, lamp : lamp + 25] = 255.0
    return Painted(grey, np.ones_like(grey), 120.0, 6.0)


def train(generator: Generator, length_m: float = 200.0) -> Painted:
    """Coaches with windows, doors and gaps."""
    columns = int(length_m * 10)
    grey = np.full((40, columns), generator.uniform(90, 200), np.float32) + 4 * clouds(generator, 40, columns, 32)
    cover = np.ones_like(grey)
    for coach in range(0, columns, 260):
        cover[:, coach : coach + 8] = 0.0
        for left in range(coach + 25, min(coach + 250, columns) - 20, 28):
            grey[8:20, left : left + 19] = generator.uniform(25, 60)
    return Painted(grey, cover, length_m, 4.0)


def lorry(generator: Generator) -> Painted:
    """The side of a trailer: 14 m of one colour with a little dirt and maybe letters on it, 4 m high."""
    grey = np.full((40, 140), generator.uniform(120, 240), np.float32) + 2 * clouds(generator, 40, 140, 32)
    if generator.random() < 0.5:
        for left in range(25, 115, 15):
            grey[12:24, left : left + 9] = 60.0
    cover = np.ones_like(grey)
    cover[34:] = 0.0
    grey[34:, 15:40] = grey[34:, 100:125] = 30.0
    cover[34:, 15:40] = cover[34:, 100:125] = 1.0
    return Painted(grey, cover, 14.0, 4.0)


def car(generator: Generator) -> Painted:
    """A car from the side."""
    grey, cover = np.full((15, 43), generator.uniform(25, 235), np.float32), np.zeros((15, 43), np.float32)
    cv2.fillPoly(cover, [np.array([[0, 13], [0, 7], [9, 6], [14, 0], [31, 0], [37, 6], [42, 8], [42, 13]], np.int32)], (1.0,))
    grey[1:6, 14:31] = 45.0
    for wheel in (9, 33):
        cv2.circle(grey, (wheel, 12), 3, 20.0, -1)
        cv2.circle(cover, (wheel, 12), 3, 1.0, -1)
    return Painted(grey, cover, 4.4, 1.5)


def tree(generator: Generator) -> Painted:
    """A trunk and a crown."""
    grey = np.clip(75.0 + 35.0 * clouds(generator, 70, 50, 12), 5, 220)
    cover = np.zeros_like(grey)
    cover[40:, 22:28] = 1.0
    crown = cv2.GaussianBlur((clouds(generator, 48, 48, 12) > -0.9).astype(np.float32), (0, 0), 1.0)
    x, y = np.meshgrid(np.linspace(-1, 1, 48), np.linspace(-1, 1, 48))
    cover[:48, 1:49] = np.maximum(cover[:48, 1:49], crown * (x**2 + y**2 < 1))
    return Painted(np.asarray(grey, np.float32), cover, 5.0, 7.0)


def pole(generator: Generator) -> Painted:
    """A lamp post or the post of a sign."""
    grey, cover = np.full((60, 12), generator.uniform(40, 200), np.float32), np.zeros((60, 12), np.float32)
    cover[:, 5:7] = 1.0
    if generator.random() < 0.5:
        grey[0:12], cover[0:12] = generator.uniform(60, 250), 1.0
    return Painted(grey, cover, 1.0, 5.0)


def walker(generator: Generator) -> Painted:
    """Somebody on foot."""
    grey, cover = np.full((18, 7), generator.uniform(20, 200), np.float32), np.zeros((18, 7), np.float32)
    cv2.circle(cover, (3, 2), 2, 1.0, -1)
    cover[4:18, 1:6] = 1.0
    grey[:4] = 150.0
    return Painted(grey, cover, 0.7, 1.8)


def lamp(generator: Generator) -> Painted:
    """A light seen by night, with its halo; its height is that of a street lamp's head."""
    x, y = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21))
    glow = np.exp(-6.0 * (x**2 + y**2)).astype(np.float32)
    return Painted(np.full_like(glow, 255.0), glow * float(generator.uniform(0.6, 1.0)), 0.8, 0.8)
