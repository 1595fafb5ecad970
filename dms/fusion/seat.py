"""Whether somebody else may have taken the seat: it was empty while the vehicle stood. Nobody is recognised.

Where the vehicle says nothing, a seat that is empty for long belongs to a vehicle that stands.
"""

from __future__ import annotations

from dms.fusion.settings import FusionSettings
from dms.fusion.vehicle import is_parked, is_standing
from dms.types import VehicleState


class SeatWatch:
    """`is_in_doubt` from an absence at a standstill until the doubt is settled."""

    __slots__ = ("_empty_s", "_settings", "is_in_doubt")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._empty_s = 0.0
        self.is_in_doubt = False

    def update(self, held_s: float, face_missing: bool | None, vehicle: VehicleState) -> bool:
        """Take whether the face is missing for the last `held_s` seconds, None if unknown. Returns whether the seat is empty."""
        is_untold = vehicle.speed_kph is None and vehicle.gear is None
        if not face_missing or not (is_untold or is_standing(vehicle.speed_kph) or is_parked(vehicle.gear)):
            self._empty_s = 0.0
            return False
        self._empty_s += held_s
        is_empty = self._empty_s >= (self._settings.seat_empty_untold_s if is_untold else self._settings.seat_empty_s)
        self.is_in_doubt = self.is_in_doubt or is_empty
        return is_empty

    def settle(self) -> None:
        """Take note that it is known who sits there: the one from before, or somebody who is being learned."""
        self.is_in_doubt = False
