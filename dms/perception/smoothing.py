"""Smoothing that steadies a resting head and lets a turning one through: the One Euro filter, in seconds rather than frames.

Casiez, Roussel, Vogel, "1 € filter", CHI 2012: a low-pass whose cut-off rises with the speed of the signal. Here every weight
comes from the time since the last value, so 15 and 60 frames a second give the same curve, and gaps are never bridged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LONGEST_GAP_S = 0.25
"""After a gap this long, what was before says nothing about what is now: three frames lost at 15 a second."""
SPEED_CUTOFF_HZ = 1.0

HEAD_RESTING_HZ, HEAD_PER_SPEED = 1.0, 0.04
GAZE_RESTING_HZ, GAZE_PER_SPEED = 3.0, 0.05
LANDMARK_RESTING_HZ, LANDMARK_PER_SPEED = 1.5, 4.0
"""Cut-off of a still signal in Hz, and Hz more for each degree (landmarks: face size) per second."""
EXPRESSION_HZ = 0.5

LANDMARK_VALUES = 136
EXPRESSION_VALUES = 8


class OneEuro:
    """Filters an array. Cut-off in Hz = `resting_hz` + `per_speed` * |speed|, speed in units per second; both may differ from
    value to value. With `per_speed` 0 it is a plain low-pass."""

    def __init__(self, resting_hz: FloatArray | float, per_speed: FloatArray | float = 0.0) -> None:
        self.resting_hz = resting_hz
        self.per_speed = per_speed
        self._t: float | None = None
        self._raw: FloatArray = np.empty(0)
        self._value: FloatArray = np.empty(0)
        self._speed: FloatArray = np.empty(0)

    def reset(self) -> None:
        """Forget everything. The next value passes unchanged."""
        self._t = None

    def __call__(self, t: float, raw: FloatArray) -> FloatArray:
        """The smoothed value at `t` seconds. A value that is not later than the previous one, or comes after a gap,
        restarts the filter."""
        dt_s = t - self._t if self._t is not None else math.inf
        self._t = t
        if not 0 < dt_s <= LONGEST_GAP_S:
            self._raw, self._value, self._speed = raw, raw, np.zeros_like(raw)
            return raw
        share_of_speed = -math.expm1(-2 * math.pi * SPEED_CUTOFF_HZ * dt_s)
        self._speed = self._speed + share_of_speed * ((raw - self._raw) / dt_s - self._speed)
        cutoff_hz = self.resting_hz + self.per_speed * np.abs(self._speed)
        self._raw = raw
        self._value = self._value - np.expm1(-2 * math.pi * dt_s * cutoff_hz) * (raw - self._value)
        return self._value


@dataclass(frozen=True, slots=True)
class SmoothFace:
    """Smoothed readings: yaw, pitch and roll in degrees (3,), expression shares (8,), landmarks (68, 2) in pixels."""

    head_deg: FloatArray
    expression: FloatArray
    landmarks: FloatArray


class FaceSmoother:
    """The filters of one tracked face. Eye and mouth openness have none: a blink lasts three frames."""

    def __init__(self) -> None:
        sizes = (3, EXPRESSION_VALUES, LANDMARK_VALUES)
        self._face = OneEuro(
            np.repeat([HEAD_RESTING_HZ, EXPRESSION_HZ, LANDMARK_RESTING_HZ], sizes),
            np.repeat([HEAD_PER_SPEED, 0.0, LANDMARK_PER_SPEED], sizes),
        )
        self._gaze = OneEuro(GAZE_RESTING_HZ, GAZE_PER_SPEED)
        self._per_speed_of_landmarks = np.asarray(self._face.per_speed)[-LANDMARK_VALUES:]

    def face(
        self,
        t: float,
        head_deg: tuple[float, float, float],
        expression: NDArray[np.floating],
        landmarks: NDArray[np.floating],
        face_size_px: float,
    ) -> SmoothFace:
        """All of a face in one pass. The landmarks' speed counts in face sizes, so that a near face is smoothed like a far
        one."""
        self._per_speed_of_landmarks[:] = LANDMARK_PER_SPEED / face_size_px
        smooth = self._face(t, np.concatenate((head_deg, expression, landmarks.reshape(-1)), dtype=np.float64))
        return SmoothFace(smooth[:3], smooth[3:-LANDMARK_VALUES], smooth[-LANDMARK_VALUES:].reshape(-1, 2))

    def gaze(self, t: float, gaze_deg: tuple[float, float]) -> tuple[float, float]:
        """Yaw and pitch of the gaze in degrees; the filter restarts if the gaze could not be read for a while."""
        yaw, pitch = self._gaze(t, np.array(gaze_deg)).tolist()
        return yaw, pitch

    def reset(self) -> None:
        """Forget the face."""
        self._face.reset()
        self._gaze.reset()
