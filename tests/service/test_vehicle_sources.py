"""The service with sources of vehicle data inside: from a bus to the cues and the health, and which of two counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dms.health import VehicleSourceHealth
from dms.service.vehicle import PreferredSources
from dms.types import VehicleState
from tests.service.toy_packages import install_steady

ROOT = Path(__file__).resolve().parents[2]
DBC = ROOT / "tests" / "vehicle" / "car.dbc"


class Script:
    """A source that tells what stands in `script`, once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.script: list[VehicleState] = []

    def until(self, t: float) -> Iterator[VehicleState]:
        told, self.script = self.script, []
        yield from told

    def health(self) -> VehicleSourceHealth:
        return VehicleSourceHealth("connected")


def test_a_field_is_taken_from_the_first_that_tells_it_as_long_as_it_does() -> None:
    bus, satellites = Script("can"), Script("gpsd")
    sources = PreferredSources([bus, satellites])
    satellites.script = [VehicleState(1.0, speed_kph=48.0)]
    assert list(sources.until(1.0)) == [VehicleState(1.0, speed_kph=48.0)], "the bus has said nothing yet"
    bus.script = [VehicleState(2.0, speed_kph=50.0, gear="D")]
    satellites.script = [VehicleState(2.0, speed_kph=48.0, steering_deg=3.0)]
    assert list(sources.until(2.0)) == [VehicleState(2.0, speed_kph=50.0, gear="D"), VehicleState(2.0, steering_deg=3.0)]
    bus.script = [VehicleState(4.0, gear="D")]
    satellites.script = [VehicleState(4.0, speed_kph=48.0)]
    assert list(sources.until(4.0)) == [VehicleState(4.0, gear="D")], "its last speed still counts"
    satellites.script = [VehicleState(4.1, speed_kph=47.0)]
    assert list(sources.until(4.1)) == [VehicleState(4.1, speed_kph=47.0)], "and now no longer"
    assert list(sources.sources_health()) == ["can", "gpsd"]


def test_a_drive_with_a_bus_and_a_strangers_source(start: Callable[..., Any], long_video: Path, tmp_path: Path) -> None:
    """The bus tells the steering, the stranger a speed that counts less than the bus's: from the rules' cues to the health."""
    toy = install_steady(tmp_path / "site")
    wheel, data = 257, (-125).to_bytes(2, "big", signed=True) + bytes(6)
    log = tmp_path / "bench.log"
    log.write_text("".join(f"({step / 50:.6f}) can0 {wheel:03X}#{data.hex().upper()}\n" for step in range(500)))
    signals = {"steering_deg": "WHEEL.ANGLE", "gear": "GearSelector"}
    sources = {"can": {"dbc": str(DBC), "log": str(log), "signals": signals}, "steady": {"kph": 82.0}}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(toy), str(ROOT)])}
    service = start("--source", long_video, settings={"vehicle": {"sources": sources}}, env=environment)
    state = service.wait_for("state", lambda message: (message["cues"] or {}).get("speed_kph") == 82.0)
    assert state["cues"]["steering_deg"] == pytest.approx(-12.5)
    silent = "vehicle source can: gear not told yet for"
    health = service.wait_for("health", lambda message: silent in " ".join(message["degraded"]))
    assert health["vehicle_sources"]["steady"]["problem"] is None
    assert health["threads"]["vehicle can"]["state"] == "ok"
    assert service.stop() == 0
