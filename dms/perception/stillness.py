"""Whether anything moves in a picture, however noisy it is.

A camera that repeats a picture and adds its sensor's noise (a frozen buffer behind a noise filter, a recording played into it)
changes every sample but shows nothing new. Noise changes the picture equally everywhere, while movement is local: eyelids, lips,
the outline of a head that breathes.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import Picture

Values = NDArray[np.float64]

LIVELIEST = 5
"""The place that varies fifth most stands for those that vary most: four may be damaged pixels."""
NOISE_RATIO = 6.0
"""Its variance over that of the median place: of pure noise up to 2.8 over 20 looks (measured with noise of 1 to 8 grey levels
on real and rendered pictures), above 35 for a driver who talks and above 2000 for a rendered one."""
LEAST_VARIANCE = 0.02
MOST_VARIANCE = 15.0
"""Noise below the one is rounding; a median variance above the other, in grey levels squared on a picture reduced to an eighth,
is no sensor's noise: the whole picture moves."""


class Stillness:
    """Remembers the looks of the last `span_s` seconds, each reduced."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._looks: deque[tuple[float, Values]] = deque()
        self._sum: Values = np.zeros(0)
        self._squares: Values = np.zeros(0)

    def look(self, picture: Picture, size: tuple[int, int], t: float) -> bool:
        """Take in a picture at `t` seconds, reduced to `size` (width, height). Returns whether nothing has moved for the whole
        span."""
        small = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        values = np.asarray(small, dtype=np.float64).ravel()
        if self._looks and (values.size != self._sum.size or not 0 < t - self._looks[-1][0] < self._span_s / 2):
            self._looks.clear()
        if not self._looks:
            self._sum, self._squares = np.zeros(values.size), np.zeros(values.size)
        self._add(values)
        self._looks.append((t, values))
        is_full = t - self._looks[0][0] >= self._span_s
        while t - self._looks[0][0] > self._span_s:
            self._add(self._looks.popleft()[1], sign=-1.0)
        return is_full and self._is_noise()

    def _add(self, values: Values, sign: float = 1.0) -> None:
        self._sum += sign * values
        self._squares += sign * values * values

    def _is_noise(self) -> bool:
        number = len(self._looks)
        variance = (self._squares - self._sum * self._sum / number) / (number - 1)
        ordered = np.partition(variance, (variance.size // 2, variance.size - LIVELIEST))
        median, liveliest = float(ordered[variance.size // 2]), float(ordered[-LIVELIEST])
        return median < MOST_VARIANCE and liveliest < NOISE_RATIO * max(median, LEAST_VARIANCE)
