"""Values of the vehicle and inputs of the driver, on the drive's clock and in time with the frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from dms.health import InputHealth
from dms.types import DriveRecord, DriverInput, VehicleState

VehicleRecord = VehicleState | DriverInput


class VehicleInput(Protocol):
    """A source of vehicle and driver records."""

    def until(self, t: float) -> Iterable[VehicleRecord]:
        """Yield the records up to and including drive time `t` that were not yielded before, in order."""
        ...

    def health(self) -> InputHealth | None:
        """Return the endpoint's part of the health message, or None without an endpoint."""
        ...


class RecordedInput:
    """The vehicle and driver records of a recorded drive, each at its time."""

    def __init__(self, records: Iterable[DriveRecord]) -> None:
        """`records` are in the order of their times. Those of other kinds are skipped."""
        self._waiting = deque(record for record in records if isinstance(record, VehicleState | DriverInput))

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """Yield the records that are due."""
        while self._waiting and self._waiting[0].t <= t:
            yield self._waiting.popleft()

    def health(self) -> None:
        """Return None: a recording has no endpoint."""


class JoinedInputs:
    """Several inputs as one, in the order in which they are listed."""

    def __init__(self, inputs: Sequence[VehicleInput]) -> None:
        self._inputs = inputs

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """Yield what all of them have up to `t`."""
        for each in self._inputs:
            yield from each.until(t)

    def health(self) -> InputHealth | None:
        """Return the health of the endpoint, if there is one among them."""
        return next((told for told in (each.health() for each in self._inputs) if told is not None), None)
