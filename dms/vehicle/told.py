"""What a source has told so far: the newest value of each field, how often, how long ago."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dms.health import SignalHealth
from dms.vehicle.fields import FieldName, Value
from dms.vehicle.source import Reading

RATE_OVER_S = 5.0
"""The rate in the health message is that of the last seconds."""
MOST_COUNTED = 5000
_LEAST_S = 0.5
REPEAT_EVERY_S = 1.0
"""Fusion forgets a value after 2 s: one that is told only when it changes, and counts for longer, is told to it again."""


@dataclass(slots=True)
class _Field:
    counts_for_s: float
    value: Value | None = None
    sigma: float | None = None
    heard_s: float | None = None
    passed_on_s: float | None = None
    is_new: bool = False
    times_s: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_COUNTED))


class Told:
    """The fields of one source. Written by the thread that reads it, taken by the one of the frames: neither waits for the other.

    Of a field that is told several times between two frames only the newest value is passed on, so a flood costs the frames
    nothing.
    """

    def __init__(self, counts_for_s: Mapping[FieldName, float]) -> None:
        self._fields = {name: _Field(seconds) for name, seconds in counts_for_s.items()}
        self._lock = threading.Lock()

    def take(self, reading: Reading) -> None:
        """Take what was told. Fields that the source is not expected to tell are passed over."""
        with self._lock:
            for name, value in reading.values.items():
                held = self._fields.get(name)
                if held is None:
                    continue
                held.value, held.heard_s, held.is_new = value, reading.heard_s, value is not None
                held.sigma = reading.sigmas.get(name)
                if value is not None:
                    held.times_s.append(reading.heard_s)

    def forget(self) -> None:
        """The connection is lost: nothing is told again that was told only once."""
        with self._lock:
            for held in self._fields.values():
                held.value, held.is_new = None, False

    def due(self, now_s: float) -> tuple[dict[FieldName, Value], float]:
        """Return the values to pass on now, and for how many seconds the newest of them has been known."""
        values: dict[FieldName, Value] = {}
        youngest_s = float("inf")
        with self._lock:
            for name, held in self._fields.items():
                if held.value is None or held.heard_s is None or not (held.is_new or self._is_repeated(held, now_s)):
                    continue
                values[name] = held.value
                youngest_s = min(youngest_s, now_s - held.heard_s if held.is_new else 0.0)
                held.is_new, held.passed_on_s = False, now_s
        return values, max(0.0, youngest_s)

    @staticmethod
    def _is_repeated(held: _Field, now_s: float) -> bool:
        if held.heard_s is None or held.passed_on_s is None:
            return False
        return now_s - held.passed_on_s >= REPEAT_EVERY_S and now_s - held.heard_s <= held.counts_for_s

    def silent(self, now_s: float, since_s: float) -> Iterator[str]:
        """Yield each field that is not told any more, or never was since the connection stands (`since_s`), in words."""
        with self._lock:
            ages = {name: (held.heard_s, held.counts_for_s, held.value) for name, held in self._fields.items()}
        for name, (heard_s, counts_for_s, value) in ages.items():
            age_s = now_s - (since_s if heard_s is None else max(heard_s, since_s))
            if heard_s is not None and heard_s >= since_s and value is None:
                yield f"{name} is unknown to the vehicle"
            elif age_s > counts_for_s:
                told = "not told yet" if heard_s is None or heard_s < since_s else "not told"
                yield f"{name} {told} for {age_s:.0f} s"

    def health(self, now_s: float) -> Mapping[str, SignalHealth]:
        """Return each field's entry in the health message."""
        with self._lock:
            return {name: _health(held, now_s) for name, held in self._fields.items()}


def _health(held: _Field, now_s: float) -> SignalHealth:
    age_s = None if held.heard_s is None else max(0.0, now_s - held.heard_s)
    recent_s = [time_s for time_s in held.times_s if now_s - time_s <= RATE_OVER_S]
    over_s = min(RATE_OVER_S, max(_LEAST_S, now_s - held.times_s[0])) if held.times_s else RATE_OVER_S
    counts = age_s is not None and age_s <= held.counts_for_s
    return SignalHealth(
        value=held.value if counts else None,
        age_s=None if age_s is None else round(age_s, 3),
        per_s=round(len(recent_s) / over_s, 1),
        sigma=held.sigma if counts else None,
    )
