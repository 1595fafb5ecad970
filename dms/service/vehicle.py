"""Values of the vehicle and inputs of the driver, on the drive's clock and in time with the frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from dms.health import InputHealth, VehicleSourceHealth
from dms.types import DriveRecord, DriverInput, VehicleState
from dms.vehicle.fields import FIELDS, HOLD_S

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


class VehicleTeller(Protocol):
    """A source inside the service: in it, a `dms.vehicle.live.LiveVehicle`."""

    name: str

    def until(self, t: float) -> Iterable[VehicleState]:
        """Yield what it tells up to drive time `t`, and has not told before."""
        ...

    def health(self) -> VehicleSourceHealth:
        """Return its part of the health message."""
        ...


class PreferredSources:
    """The sources of vehicle data as one: a field is taken from the first that tells it, as long as it does."""

    def __init__(self, sources: Sequence[VehicleTeller]) -> None:
        self._sources = sources
        self._told_s: list[dict[str, float]] = [{} for _ in sources]

    def until(self, t: float) -> Iterator[VehicleState]:
        """Yield what they tell up to `t`, without what a better source has told within the time that a value counts."""
        for rank, source in enumerate(self._sources):
            for state in source.until(t):
                told = {name: value for name in FIELDS if (value := getattr(state, name)) is not None}
                self._told_s[rank].update(dict.fromkeys(told, state.t))
                kept: dict[str, Any] = {
                    name: value for name, value in told.items() if not self._is_told_better(name, rank, state.t)
                }
                if kept:
                    yield VehicleState(state.t, **kept)

    def _is_told_better(self, name: str, rank: int, t: float) -> bool:
        return any(t - told_s[name] <= HOLD_S for told_s in self._told_s[:rank] if name in told_s)

    def health(self) -> None:
        """Return None: they have no endpoint; `sources_health` says how each gets on."""

    def sources_health(self) -> dict[str, VehicleSourceHealth]:
        """Return each source's part of the health message, by name."""
        return {source.name: source.health() for source in self._sources}


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
