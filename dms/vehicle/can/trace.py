"""The vehicle trace of a recorded drive, out of a log of its bus: what the service would have told its rules while it drove."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from dms.types import VehicleState
from dms.vehicle.can.log import CanLog
from dms.vehicle.fields import FieldName, believed, vehicle_state
from dms.vehicle.source import Reading
from dms.vehicle.told import Told

EVERY_S = 0.05
"""One state in so many seconds, with the newest value of each field: about as often as a camera delivers frames."""
_OUT_OF_ORDER_S = 1.0
"""Channels are logged side by side, and their messages may stand so far out of order. What is earlier is of another clock."""


class CanTrace:
    """The states that a log tells, in drive time. Iterate as often as wanted; any length is read in one go, without holding it.

    `starts_s` is the drive time of the log's second 0. States before the drive begins are left out. After an iteration, `states`
    counts them, `told` those that told each field, `implausible` values that no vehicle can have, `earlier` messages whose times
    go back, as when somebody sets the clock of the logger: they tell nothing.

    Raises, while iterating:
        SourceError: the log cannot be read; the message names it.
    """

    def __init__(self, log: CanLog, tells: Mapping[FieldName, float], starts_s: float) -> None:
        self.log = log
        self.states = 0
        self.implausible = 0
        self.earlier = 0
        self.told: dict[FieldName, int] = {}
        self.first_s: float | None = None
        self.last_s: float | None = None
        self._tells = tells
        self._starts_s = starts_s

    def __iter__(self) -> Iterator[VehicleState]:
        self.states = self.implausible = self.earlier = 0
        self.told = dict.fromkeys(self._tells, 0)
        self.first_s = self.last_s = None
        heard = Told(self._tells)
        counts_s = max(self._tells.values(), default=0.0)
        due_s: float | None = None
        newest_s = -math.inf
        for each in self.log:
            t = each.t + self._starts_s
            if t < newest_s - _OUT_OF_ORDER_S:
                self.earlier += 1
                continue
            t = newest_s = max(t, newest_s)
            due_s = t if due_s is None else due_s
            while t > due_s:
                yield from self._state(heard, due_s)
                due_s += max(EVERY_S, t - due_s - counts_s)  # no value is told again after that
            values, implausible = believed(each.values)
            self.implausible += implausible
            heard.take(Reading(t, values))
        if due_s is not None:
            yield from self._state(heard, due_s)

    def _state(self, heard: Told, now_s: float) -> Iterator[VehicleState]:
        values, known_for_s = heard.due(now_s)
        t = now_s - known_for_s
        if not values or t < 0.0:
            return
        self.states += 1
        for name in values:
            self.told[name] += 1
        self.first_s = t if self.first_s is None else self.first_s
        self.last_s = t
        yield vehicle_state(round(t, 6), values)
