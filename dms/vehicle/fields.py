"""What a vehicle can say: the fields of `VehicleState`, and which values they can have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, get_args

from dms.types import TurnSignal, VehicleState

FieldName = Literal["speed_kph", "turn_signal", "steering_deg", "gear", "assist_active"]
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
Value = float | str | bool

HOLD_S = 2.0
"""For so long a value counts after it was told, as fusion holds it (`FusionSettings.vehicle_hold_s`)."""
PLAUSIBLE = {"speed_kph": (-100.0, 500.0), "steering_deg": (-2000.0, 2000.0)}
"""No road vehicle is faster, and no steering wheel turns further: whoever tells such a value uses another unit, or is broken."""
TURN_SIGNALS: tuple[TurnSignal, ...] = get_args(TurnSignal)
LONGEST_GEAR = 20  # characters; "Neutral" has 7


def vehicle_state(t: float, values: Mapping[FieldName, Value]) -> VehicleState:
    """Return the record of values that `is_possible` has found to be."""
    return VehicleState(t, **values)  # type: ignore[arg-type]


def believed(values: Mapping[FieldName, Value | None]) -> tuple[dict[FieldName, Value | None], int]:
    """Return the values, None for each that the field cannot have, and how many those were."""
    kept = {name: value if value is None or is_possible(name, value) else None for name, value in values.items()}
    return kept, sum(kept[name] is None and value is not None for name, value in values.items())


def is_possible(name: FieldName, value: Value) -> bool:
    """Return whether a field can have this value: of its type, finite, and within `PLAUSIBLE`."""
    if name in PLAUSIBLE:
        least, most = PLAUSIBLE[name]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(value) and least <= value <= most  # type: ignore[arg-type,operator]
    if name == "turn_signal":
        return value in TURN_SIGNALS
    if name == "gear":
        return isinstance(value, str) and 0 < len(value) <= LONGEST_GEAR
    return isinstance(value, bool)
