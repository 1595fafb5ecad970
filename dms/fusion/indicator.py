"""The side on which an indicator announces a manoeuvre that is still to come."""

from __future__ import annotations

from math import radians, sin
from typing import Literal

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings
from dms.fusion.vehicle import is_standing
from dms.types import TurnSignal, VehicleState

Side = Literal["none", "left", "right"]


class Indicator:
    """Follows the manoeuvre that an indicator announces, from when it is switched on.

    `side` is `none` while it is off or hazard lights are on, from when the manoeuvre is over (the car has turned and the wheel
    is back, or it has moved over and goes straight again), and when it has been forgotten: on for `indicator_forgotten_s` of
    driving. It is None while nothing is known of the indicator. Time at a standstill forgets nothing: who waits to turn will.
    """

    __slots__ = ("_aside_m", "_driven_s", "_heading_deg", "_is_over", "_most_deg", "_settings", "_signal", "side")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._begin("off")
        self.side: Side | None = None

    def _begin(self, signal: TurnSignal) -> None:
        self._signal = signal
        self._is_over = False
        self._driven_s = 0.0
        # To the indicated side since the indicator was switched on: how far the car turned, the most of it, how far it moved.
        self._heading_deg = self._most_deg = 0.0
        self._aside_m = 0.0

    def update(self, now: EventTime, vehicle: VehicleState, turn_rate_deg_s: float | None, road_yaw_deg: float | None) -> None:
        """Take the vehicle's state, how fast it turns and where its road goes, None if unknown."""
        signal = vehicle.turn_signal
        if signal is None:
            self.side = None
            return
        if signal != self._signal:
            self._begin(signal)
        if signal not in ("left", "right"):
            self.side = "none"
            return
        if not self._is_over:
            self._drive(now.held_s, vehicle.speed_kph, turn_rate_deg_s, road_yaw_deg)
        self.side = "none" if self._is_over else signal

    def _drive(self, held_s: float, speed_kph: float | None, turn_rate_deg_s: float | None, road_yaw_deg: float | None) -> None:
        settings = self._settings
        if is_standing(speed_kph):
            return
        self._driven_s += held_s
        self._is_over = self._driven_s > settings.indicator_forgotten_s
        if speed_kph is None or turn_rate_deg_s is None or road_yaw_deg is None:
            return
        to_side = 1.0 if self._signal == "left" else -1.0
        self._heading_deg += to_side * turn_rate_deg_s * held_s
        self._most_deg = max(self._most_deg, self._heading_deg)
        self._aside_m += speed_kph / 3.6 * sin(radians(self._heading_deg)) * held_s
        self._is_over |= self._has_turned(to_side * road_yaw_deg) or self._has_moved_over()

    def _has_turned(self, road_deg: float) -> bool:
        return self._heading_deg >= self._settings.turned_deg and road_deg <= self._settings.straight_deg

    def _has_moved_over(self) -> bool:
        """Steered out and back: the heading is nearly what it was, in another lane. In a bend it is not."""
        is_back = self._heading_deg <= self._settings.heading_back_share * self._most_deg
        return is_back and self._aside_m >= self._settings.moved_over_m
