"""How the car goes: its speed and yaw rate as somebody scripted them, and the pose that follows. This is the truth of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Knots = Sequence[tuple[float, float]]
"""(seconds, value): straight lines between them, the first and last value beyond."""
STEP_S = 0.02


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the car is: metres on a plane whose x axis is its first heading, radians counter-clockwise, metres driven."""

    x_m: float
    y_m: float
    heading_rad: float
    driven_m: float


class Trace:
    """Speed in km/h and yaw rate in degrees a second (> 0: to the left) over time. Metres driven are 0 at the end: where a car
    that stops stands, if it came straight."""

    def __init__(self, speed_kph: Knots, yaw_rate_deg_s: Knots, duration_s: float) -> None:
        self._speed, self._yaw_rate = speed_kph, yaw_rate_deg_s
        self._times: NDArray[np.float64] = np.arange(0.0, duration_s + 2 * STEP_S, STEP_S)
        speed_m_s = between(self._times, speed_kph) / 3.6
        heading = np.cumsum(np.radians(between(self._times, yaw_rate_deg_s))) * STEP_S
        columns = (speed_m_s * np.cos(heading), speed_m_s * np.sin(heading), speed_m_s)
        x_m, y_m, driven_m = (np.cumsum(column) * STEP_S for column in columns)
        self._poses = np.stack([x_m - driven_m[-1], y_m, heading, driven_m - driven_m[-1]])

    def speed_kph(self, t: float) -> float:
        """The speed at `t` seconds."""
        return float(between(t, self._speed))

    def yaw_rate_deg_s(self, t: float) -> float:
        """The yaw rate at `t` seconds."""
        return float(between(t, self._yaw_rate))

    def pose(self, t: float) -> Pose:
        """Where the car is at `t` seconds."""
        return Pose(*(float(np.interp(t, self._times, row)) for row in self._poses))


def between(t: float | NDArray[np.float64], knots: Knots) -> NDArray[np.float64]:
    """The values at `t` seconds."""
    times, values = zip(*knots, strict=True)
    return np.asarray(np.interp(t, times, values), np.float64)
