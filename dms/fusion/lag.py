"""A value that follows another with a time constant: the first-order lag by which readings are smoothed over event time."""

from __future__ import annotations


def followed(value: float, target: float, held_s: float, time_constant_s: float) -> float:
    """Returns `value` after it has followed `target` for `held_s` seconds, whatever the frame rate was in between."""
    return value + (target - value) * (held_s / (time_constant_s + held_s))
