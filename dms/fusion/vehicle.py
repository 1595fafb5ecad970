"""What the vehicle last said of itself, field by field, for as long as it counts."""

from __future__ import annotations

import math
from typing import Any

from msgspec.structs import replace

from dms.fusion.settings import FusionSettings
from dms.types import SpeedStatus, VehicleState

STANDING_BELOW_KPH = 3.0
"""Slower cars stand: sensors are not exact, and drivers who stand look anywhere [D]."""
_FIELDS = ("speed_kph", "turn_signal", "steering_deg", "gear", "assist_active")
_UNKNOWN = VehicleState(t=0.0)


class HeldVehicle:
    """Holds each field for `vehicle_hold_s` after it was last given: vehicles send them in different messages."""

    __slots__ = ("_expires", "_now", "_settings", "_speed_is_told", "_speed_was_told", "_times", "rejected")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._now = _UNKNOWN
        self._times: dict[str, float] = {}
        self._expires = math.inf
        self._speed_is_told = self._speed_was_told = False
        self.rejected = 0

    def forget(self) -> None:
        """Forget everything that was heard."""
        self._now = _UNKNOWN
        self._times.clear()
        self._expires = math.inf
        self._speed_is_told = self._speed_was_told = False

    @property
    def speed_status(self) -> SpeedStatus:
        """Whether the speed was told at the last moment asked for, is lost, or was never told in this drive."""
        if not self._speed_was_told:
            return "never_told"
        return "told" if self._speed_is_told else "lost"

    def take(self, state: VehicleState) -> None:
        """Take a state. One with an impossible time is counted and dropped; NaN and infinities count as unknown."""
        if not 0.0 <= state.t <= self._settings.latest_s:
            self.rejected += 1
            return
        given = {name: value for name in _FIELDS if _is_usable(value := getattr(state, name))}
        newest = {name: value for name, value in given.items() if state.t >= self._times.get(name, 0.0)}
        self._times |= dict.fromkeys(newest, state.t)
        self._now = replace(self._now, t=state.t, **newest)
        self._expires = min(self._times.values(), default=math.inf) + self._settings.vehicle_hold_s + 1e-9

    def at(self, t: float) -> VehicleState:
        """Returns what is known of the vehicle at `t`; nothing while its last state is from the future."""
        known = self._known_at(t)
        self._speed_is_told = known.speed_kph is not None
        self._speed_was_told |= self._speed_is_told
        return known

    def _known_at(self, t: float) -> VehicleState:
        if self._now.t - t > self._settings.vehicle_hold_s:
            return _UNKNOWN
        if t > self._expires:
            hold_s = self._settings.vehicle_hold_s + 1e-9
            stale = [name for name, given in self._times.items() if t - given > hold_s]
            forgotten: dict[str, Any] = dict.fromkeys(stale)
            self._now = replace(self._now, **forgotten)
            for name in stale:
                del self._times[name]
            self._expires = min(self._times.values(), default=math.inf) + hold_s
        return self._now


def is_standing(speed_kph: float | None) -> bool:
    """Returns whether the car is known to stand."""
    return speed_kph is not None and speed_kph < STANDING_BELOW_KPH


def is_parked(gear: str | None) -> bool:
    """Returns whether this is the parking position, however a vehicle writes it (`P`, `park`)."""
    return _begins_with(gear, "p")


def is_reverse(gear: str | None) -> bool:
    """Returns whether this is the reverse gear, however a vehicle writes it (`R`, `reverse`)."""
    return _begins_with(gear, "r")


def _begins_with(gear: str | None, letter: str) -> bool:
    return gear is not None and gear[:1].lower() == letter


def _is_usable(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))
