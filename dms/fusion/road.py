"""Where the road is that the car is about to drive on: a bend's inside while the wheel is turned, behind in reverse.

Drivers look at the road that they reach within one to two seconds, near the tangent point of a bend (Land & Lee 1994), at
waypoints of their own path or beyond them (Lappi 2014; Lehtonen et al. 2014). Their eyes leave a bend with the wheel or before.
"""

from __future__ import annotations

from math import acos, cos, pi, radians, sqrt, tan

from dms.config.cabin import Steering
from dms.fusion.directions import Direction
from dms.fusion.settings import FusionSettings
from dms.fusion.vehicle import is_reverse
from dms.types import VehicleState

_DEGREES = 180.0 / pi
_MPS_PER_KPH = 1.0 / 3.6
_UNKNOWN = VehicleState(t=0.0)


class RoadAhead:
    """The road's direction as the driver sees it.

    `yaw_deg` is where the road goes that is reached within `road_preview_s`, degrees from straight ahead, > 0 to the left; None
    while the steering is unknown. All directions between straight ahead and there are the road's. `turn_rate_deg_s` is how fast
    the car turns, None if steering or speed is unknown. `is_behind`: reverse gear is in, and the road is behind the car.
    """

    __slots__ = ("_settings", "_steering", "_vehicle", "is_behind", "turn_rate_deg_s", "yaw_deg")

    def __init__(self, steering: Steering, settings: FusionSettings) -> None:
        self._settings = settings
        self._steering = (steering.ratio, steering.wheelbase_m, steering.characteristic_speed_kph)
        self._vehicle = _UNKNOWN
        self.yaw_deg: float | None = None
        self.turn_rate_deg_s: float | None = None
        self.is_behind = False

    def update(self, vehicle: VehicleState) -> None:
        """Take what is known of the vehicle now."""
        if vehicle is self._vehicle:
            return
        self._vehicle = vehicle
        self.is_behind = is_reverse(vehicle.gear)
        self.yaw_deg = self.turn_rate_deg_s = None
        if vehicle.steering_deg is not None:
            self._turn(vehicle.steering_deg, vehicle.speed_kph)

    def beyond_deg(self, yaw_deg: float) -> float:
        """Returns how far a direction lies beside the road, degrees: > 0 to its left, 0 between straight ahead and the bend."""
        road_deg = self.yaw_deg
        if road_deg is None or self.is_behind:
            return yaw_deg
        if road_deg > 0.0:
            return yaw_deg if yaw_deg < 0.0 else max(0.0, yaw_deg - road_deg)
        return yaw_deg if yaw_deg > 0.0 else min(0.0, yaw_deg - road_deg)

    def away_deg(self, direction: Direction) -> float:
        """Returns the angle between a direction and the nearest one of the road's, degrees."""
        yaw_deg, pitch_deg, away_deg = direction
        if self.is_behind and abs(yaw_deg) >= self._settings.looking_back_deg:
            return 0.0
        if not self.yaw_deg:
            return away_deg
        return acos(cos(radians(self.beyond_deg(yaw_deg))) * cos(radians(pitch_deg))) * _DEGREES

    def _turn(self, steering_deg: float, speed_kph: float | None) -> None:
        """The chord of the arc that is driven within the preview: half the angle by which the car turns meanwhile."""
        settings = self._settings
        curvature_per_m = self._curvature_per_m(steering_deg, speed_kph)
        if speed_kph is not None:
            speed_mps = abs(speed_kph) * _MPS_PER_KPH
            self.turn_rate_deg_s = speed_mps * curvature_per_m * _DEGREES
        elif curvature_per_m:
            # Nobody says how fast: as fast as drivers take such a bend, but no faster than in town.
            usual_mps = sqrt(settings.usual_lateral_mps2 / abs(curvature_per_m))
            speed_mps = min(usual_mps, settings.untold_bend_kph * _MPS_PER_KPH)
        else:
            speed_mps = 0.0
        chord_deg = 0.5 * speed_mps * settings.road_preview_s * curvature_per_m * _DEGREES
        self.yaw_deg = max(-settings.road_yaw_limit_deg, min(settings.road_yaw_limit_deg, chord_deg))

    def _curvature_per_m(self, steering_deg: float, speed_kph: float | None) -> float:
        """The single-track model: understeer grows with the square of the speed; no car corners faster than its tyres allow."""
        ratio, wheelbase_m, characteristic_kph = self._steering
        wheel_deg = max(-60.0, min(60.0, steering_deg / ratio))
        curvature_per_m = tan(radians(wheel_deg)) / wheelbase_m
        if speed_kph is None:
            return curvature_per_m
        curvature_per_m /= 1.0 + speed_kph * speed_kph / (characteristic_kph * characteristic_kph)
        lateral_mps2 = speed_kph * speed_kph * _MPS_PER_KPH * _MPS_PER_KPH * abs(curvature_per_m)
        most_mps2 = self._settings.most_lateral_mps2
        return curvature_per_m * most_mps2 / lateral_mps2 if lateral_mps2 > most_mps2 else curvature_per_m
