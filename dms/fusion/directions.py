"""Directions relative to this driver's forward."""

from __future__ import annotations

from math import acos, asin, atan2, cos, pi, sin

_RADIANS = pi / 180.0
_DEGREES = 180.0 / pi

Direction = tuple[float, float, float]
"""Yaw and pitch from forward, and the angle between the direction and forward, degrees."""


class Forward:
    """The head of a driver who looks forward, given by the angles that perception reads for it.

    That head is taken to be upright, which also levels a camera that is mounted at a tilt.
    """

    __slots__ = ("_axes",)

    def __init__(self, yaw_deg: float, pitch_deg: float, roll_deg: float = 0.0) -> None:
        yaw, pitch, roll = yaw_deg * _RADIANS, pitch_deg * _RADIANS, roll_deg * _RADIANS
        left = (cos(yaw), 0.0, -sin(yaw))
        up = (-sin(yaw) * sin(pitch), cos(pitch), -cos(yaw) * sin(pitch))
        self._axes = (
            *(a * cos(roll) + b * sin(roll) for a, b in zip(left, up, strict=True)),
            *(b * cos(roll) - a * sin(roll) for a, b in zip(left, up, strict=True)),
            *(sin(yaw) * cos(pitch), sin(pitch), cos(yaw) * cos(pitch)),
        )

    def relative(self, yaw_deg: float, pitch_deg: float) -> Direction:
        """Returns the direction that perception reads as these angles, relative to forward: rotated, not subtracted."""
        yaw, pitch = yaw_deg * _RADIANS, pitch_deg * _RADIANS
        level = cos(pitch)
        x, y, z = sin(yaw) * level, sin(pitch), cos(yaw) * level
        a, b, c, d, e, f, g, h, i = self._axes
        left, up, ahead = a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z
        # Rounding may leave the sphere by a hair.
        if not -1.0 < up < 1.0:
            up = 1.0 if up > 0.0 else -1.0
        if not -1.0 < ahead < 1.0:
            ahead = 1.0 if ahead > 0.0 else -1.0
        return atan2(left, ahead) * _DEGREES, asin(up) * _DEGREES, acos(ahead) * _DEGREES


def direction(yaw_deg: float, pitch_deg: float) -> Direction:
    """Returns the direction with this yaw and pitch from forward."""
    return yaw_deg, pitch_deg, acos(cos(yaw_deg * _RADIANS) * cos(pitch_deg * _RADIANS)) * _DEGREES
