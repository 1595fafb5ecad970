"""A cheap camera: exposure that follows the picture, noise that grows with its gain, JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.outside.textures import Values

METERED = (slice(40, 200), slice(60, 260))
"""The middle of a picture of 320 by 240, by whose mean the exposure is chosen."""
WANTED_LEVEL, DARKEST_LEVEL = 105.0, 4.0
LEAST_GAIN, MOST_GAIN = 0.3, 6.0


@dataclass(frozen=True, slots=True)
class Camera:
    """The picture's faults: noise in grey levels at a gain of 1, JPEG quality, whether it is infrared with lamps of its own and
    so needs no other exposure, and how long the exposure takes to follow."""

    noise: float = 2.0
    quality: int = 80
    infrared: bool = False
    exposure_s: float = 0.8


class Sensor:
    """Takes pictures in order of time."""

    def __init__(self, camera: Camera, size: tuple[int, int], generator: Generator) -> None:
        self._camera, self._generator = camera, generator
        self._width, self._height = size
        self._grain = generator.normal(0.0, 1.0, (2 * self._height, 2 * self._width)).astype(np.float32)
        self._gain = 1.0

    def shot(self, light: Values, period_s: float) -> NDArray[np.uint8]:
        """The picture of what falls on the sensor (height, width), `period_s` after the one before."""
        level = max(float(light[METERED].mean()), DARKEST_LEVEL)
        wanted = 1.0 if self._camera.infrared else float(np.clip(WANTED_LEVEL / level, LEAST_GAIN, MOST_GAIN))
        self._gain += (wanted - self._gain) * min(1.0, period_s / self._camera.exposure_s)
        row, column = (int(self._generator.integers(0, size)) for size in (self._height, self._width))
        grain = self._grain[row : row + self._height, column : column + self._width]
        noise = grain * np.float32(self._camera.noise * max(1.0, self._gain**0.7))
        shown = np.clip(light * np.float32(self._gain) + noise, 0, 255).astype(np.uint8)
        packed = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, self._camera.quality])[1]
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
