"""What the vehicle and the driver's controls say, brought onto the drive's clock and handed over in time with the frames."""

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
        """The records up to and including drive time `t` that were not handed over before, in order."""
        ...

    def health(self) -> InputHealth | None:
        """For the health message: what came over an endpoint; None without one."""
        ...


class RecordedInput:
    """The vehicle and driver records of a recorded drive, each at its time."""

    def __init__(self, records: Iterable[DriveRecord]) -> None:
        """`records` in the order of their times; those of other kinds are passed over."""
        self._waiting = deque(record for record in records if isinstance(record, VehicleState | DriverInput))

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """The records that are due."""
        while self._waiting and self._waiting[0].t <= t:
            yield self._waiting.popleft()

    def health(self) -> None:
        """A recording is well."""


class JoinedInputs:
    """Several inputs as one, in the order in which they are listed."""

    def __init__(self, inputs: Sequence[VehicleInput]) -> None:
        self._inputs = inputs

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """What all of them have up to `t`."""
        for each in self._inputs:
            yield from each.until(t)

    def health(self) -> InputHealth | None:
        """That of the endpoint, if one of them is one."""
        return next((told for told in (each.health() for each in self._inputs) if told is not None), None)
