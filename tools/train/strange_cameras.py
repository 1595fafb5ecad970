"""Pictures as other cameras and programs make them: tone curves, local contrast, halos, veils, the contrast of another place.

What is learned on rendered pictures has to hold on photographs. Which camera took them, and what its maker did to them, is not
known beforehand, so that a picture's shapes are kept here and everything else about it is drawn at random: as in random
convolutions (Xu et al. 2021) and in Fourier domain adaptation (Yang and Soatto 2020), whose other domain is here the
environment maps. Grey pictures (h, w) uint8 in and out.
"""

from __future__ import annotations

import cv2
import numpy as np

from tools.picture_files import Picture
from tools.train.augment import as_picture

Rng = np.random.Generator
_MOST_FREQUENCIES = 0.05
"""Of a picture's side: whose strength is taken from another picture."""


def strange_camera(picture: Picture, elsewhere: Picture, rng: Rng) -> Picture:
    """One or two things that a camera does; `elsewhere` is a photograph of the same size, of anything."""
    for _ in range(int(rng.integers(1, 3))):
        kind = int(rng.integers(6))
        if kind == 0:
            picture = _tone_curve(picture, rng)
        elif kind == 1:
            picture = _local_contrast(picture, rng)
        elif kind == 2:
            picture = _filtered(picture, rng)
        elif kind == 3:
            picture = _halo(picture, rng)
        elif kind == 4:
            picture = _veiled(picture, rng)
        else:
            picture = _contrast_of(picture, elsewhere, rng)
    return picture


def _tone_curve(picture: Picture, rng: Rng) -> Picture:
    """A curve of any shape that never falls."""
    steps = rng.gamma(0.6, 1.0, 6) + 0.02
    heights = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    curve = np.interp(np.linspace(0, 1, 256), np.linspace(0, 1, 7), heights)
    curve = cv2.GaussianBlur(curve.reshape(1, -1), (0, 0), 12.0).ravel()
    return np.asarray(cv2.LUT(picture, as_picture(255 * curve)), np.uint8)


def _local_contrast(picture: Picture, rng: Rng) -> Picture:
    """Every part of the picture stretched for itself, as phones do against bright windows."""
    tiles = int(rng.integers(2, 7))
    return np.asarray(cv2.createCLAHE(float(rng.uniform(1.0, 5.0)), (tiles, tiles)).apply(picture), np.uint8)


def _filtered(picture: Picture, rng: Rng) -> Picture:
    """A small filter drawn at random, which keeps the mean."""
    side = int(rng.choice([3, 5]))
    kernel = rng.normal(0.0, float(rng.uniform(0.05, 0.45)) / side, (side, side))
    kernel -= kernel.mean()
    kernel[side // 2, side // 2] += 1.0
    return as_picture(np.asarray(cv2.filter2D(picture.astype(np.float32), -1, kernel), np.float32))


def _halo(picture: Picture, rng: Rng) -> Picture:
    """Sharpened over a wide reach: bright rims around what is dark before a window."""
    wide = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), float(rng.uniform(2, 14)))
    return as_picture(picture + (picture - wide) * rng.uniform(0.2, 1.0))


def _veiled(picture: Picture, rng: Rng) -> Picture:
    """Stray light of a low sun over a part of the picture or all of it."""
    height, width = picture.shape
    x, y = np.meshgrid(np.arange(width) - rng.uniform(-0.2, 1.2) * width, np.arange(height) - rng.uniform(-0.2, 1.0) * height)
    share = rng.uniform(0.2, 0.75) * np.exp(-np.hypot(x, y) / (width * rng.uniform(0.3, 2.0)))
    return as_picture(picture * (1 - share) + rng.uniform(140, 255) * share)


def _contrast_of(picture: Picture, elsewhere: Picture, rng: Rng) -> Picture:
    """The slow light and dark of another place under the edges of this one."""
    height, width = picture.shape
    own, other = np.fft.rfft2(picture.astype(np.float32)), np.fft.rfft2(elsewhere.astype(np.float32))
    reach = max(1, int(rng.uniform(0.01, _MOST_FREQUENCIES) * height))
    rows = np.minimum(np.arange(height), height - np.arange(height))[:, None]
    slow = (rows <= reach) & (np.arange(own.shape[1])[None] <= reach)
    share = rng.uniform(0.3, 1.0)
    strength = np.where(slow, (1 - share) * np.abs(own) + share * np.abs(other), np.abs(own))
    return as_picture(np.fft.irfft2(strength * np.exp(1j * np.angle(own)), s=(height, width)))
