"""The units in which DBC files give speeds and angles, however they write them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dms.vehicle.fields import FieldName

KPH_PER_MPH = 1.609344  # the international mile, exactly
KPH_PER_KNOT = 1.852  # the nautical mile, exactly
_SPEED: Mapping[str, float] = {
    **dict.fromkeys(("km/h", "kph", "kmh", "kmph", "km/hr"), 1.0),
    **dict.fromkeys(("m/s", "mps", "meter/s", "m/sec"), 3.6),
    **dict.fromkeys(("mph", "mi/h", "mile/h", "miles/h"), KPH_PER_MPH),
    **dict.fromkeys(("kn", "kt", "knot", "knots"), KPH_PER_KNOT),
}
_ANGLE: Mapping[str, float] = {
    **dict.fromkeys(("deg", "°", "degree", "degrees", "grad"), 1.0),  # "Grad" is German for degree; gons are not in use
    **dict.fromkeys(("rad", "radian", "radians"), 180.0 / math.pi),
}
FACTORS: Mapping[FieldName, Mapping[str, float]] = {"speed_kph": _SPEED, "steering_deg": _ANGLE}
WRITTEN: Mapping[FieldName, str] = {"speed_kph": "km/h, m/s, mph or kn", "steering_deg": "deg or rad"}
"""How a configuration may write them."""


def factor(field: FieldName, unit: str) -> float | None:
    """Return what a value in `unit` is to be multiplied by to be in the field's, None if that is not a unit of its kind."""
    return FACTORS[field].get(unit.strip().strip("[]()").strip().lower())
