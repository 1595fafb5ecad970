"""What values of the COVESA Vehicle Signal Specification (version 6.0) mean for us."""

from __future__ import annotations

from dms.vehicle.fields import FieldName, Value

INDICATORS = "Vehicle.Body.Lights.DirectionIndicator"
SIDES = ("Left", "Right")
_GEARS = {0: "N", 126: "P", 127: "D"}
"""Of `Vehicle.Powertrain.Transmission.SelectedGear`: 0 neutral, 126 park, 127 drive; below 0 the reverse gears."""


def from_vss(field: FieldName, value: object) -> Value | None:
    """Return the field's value, None if VSS has no such one. Speeds are km/h, angles degrees to the left there as here."""
    if isinstance(value, bool):
        return value if field == "assist_active" else None
    if field in ("speed_kph", "steering_deg"):
        return float(value) if isinstance(value, int | float) else None
    if field == "gear" and isinstance(value, int):
        return _GEARS.get(value, "R" if value < 0 else str(value))
    return value if field == "gear" and isinstance(value, str) else None
