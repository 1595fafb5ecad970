"""Pictures of a cabin, drawn: a seat, windows, a head with eyes, and the noise of a sensor."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def cabin(width: int = 640, height: int = 480, light: float = 1.0) -> Picture:
    """A grey cabin by day; `light` below 1 is dusk."""
    picture = np.full((480, 640), 70, dtype=np.uint8)
    cv2.rectangle(picture, (0, 0), (170, 200), 210, cv2.FILLED)
    cv2.rectangle(picture, (500, 20), (640, 230), 225, cv2.FILLED)
    cv2.rectangle(picture, (180, 260), (460, 480), 45, cv2.FILLED)
    head(picture, 150)
    scaled = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(scaled * light, 0, 255), dtype=np.uint8)


def head(picture: Picture, brightness: int) -> None:
    """Draw a head with eyes, brows and mouth into a 640 by 480 picture."""
    cv2.ellipse(picture, (320, 210), (85, 110), 0, 0, 360, brightness, cv2.FILLED)
    for x in (285, 355):
        cv2.ellipse(picture, (x, 190), (18, 8), 0, 0, 360, min(255, brightness + 60), cv2.FILLED)
        cv2.circle(picture, (x, 190), 7, brightness // 5, cv2.FILLED)
        cv2.line(picture, (x - 20, 168), (x + 20, 168), brightness // 3, 6)
    cv2.ellipse(picture, (320, 270), (30, 8), 0, 0, 360, brightness // 2, cv2.FILLED)


def night(face_brightness: int = 130) -> Picture:
    """Black but for a face in the light of an infrared lamp."""
    picture = np.full((480, 640), 4, dtype=np.uint8)
    head(picture, face_brightness)
    return picture


def noisy(picture: NDArray[np.floating] | Picture, sigma: float = 2.0, seed: int = 0) -> Picture:
    """With a sensor's noise, clipped to what a sensor gives."""
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.asarray(np.clip(np.rint(picture + noise), 0, 255), dtype=np.uint8)


def finger(brightness: float = 70.0, size: tuple[int, int] = (480, 640)) -> Picture:
    """A finger on the lens: soft shades, brighter where light comes through."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    distance = np.hypot(rows - size[0] / 2, columns - size[1] / 2) / size[1]
    return noisy(brightness * (1 - 0.7 * distance), 3.0)


def blurred(picture: Picture, sigma_px: float) -> Picture:
    """Out of focus."""
    return noisy(np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), np.uint8))
