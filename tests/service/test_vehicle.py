"""The vehicle's voice: from the file beside a recording, and from programs that push it while the service runs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zmq

from dms.errors import DmsError
from dms.service.vehicle import JoinedInputs, ReceivedInput, RecordedInput, VehicleRecord
from dms.types import DriverInput, Label, VehicleState


def test_the_trace_of_a_recorded_drive_comes_in_time_with_its_frames() -> None:
    trace = [
        VehicleState(0.0, speed_kph=50.0),
        Label(0.5, 1.0, "fatigue.yawning"),
        VehicleState(1.0, 80.0),
        DriverInput(1.0, "pause"),
    ]
    recorded = RecordedInput(trace)
    assert list(recorded.until(0.033)) == [VehicleState(0.0, speed_kph=50.0)]
    assert list(recorded.until(0.9)) == []
    assert list(recorded.until(5.0)) == [VehicleState(1.0, 80.0), DriverInput(1.0, "pause")]
    assert list(recorded.until(9.0)) == []


@pytest.fixture
def vehicle(tmp_path: Path) -> Iterator[tuple[ReceivedInput, zmq.Socket[bytes]]]:
    endpoint = f"ipc://{tmp_path}/vehicle"
    with closing(ReceivedInput(endpoint)) as received, zmq.Context() as context, context.socket(zmq.PUSH) as gateway:
        gateway.set(zmq.LINGER, 0)
        gateway.connect(endpoint)
        yield received, gateway


def arrived(received: ReceivedInput, t: float, number: int = 1) -> list[VehicleRecord]:
    records: list[VehicleRecord] = []
    give_up = time.monotonic() + 30.0
    while len(records) < number and time.monotonic() < give_up:
        records += received.until(t)
        time.sleep(0.005)
    return records


def test_a_gateway_needs_not_know_the_clock_of_the_drive(vehicle: tuple[ReceivedInput, zmq.Socket[bytes]]) -> None:
    received, gateway = vehicle
    gateway.send_json({"topic": "vehicle", "speed_kph": 82.0, "turn_signal": "left"})
    gateway.send_json({"topic": "driver", "t": 1.7e9, "action": "acknowledge"})
    assert arrived(received, 12.5, 2) == [
        VehicleState(12.5, speed_kph=82.0, turn_signal="left"),
        DriverInput(12.5, "acknowledge"),
    ]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"hello",
        b"[1, 2]",
        b"\xff\xfe",
        b'{"topic":"vehicle","speed_kph":NaN}',
        b'{"topic":"vehicle","speed_kph":"fast"}',
        b'{"topic":"driver","action":"eject"}',
        b'{"topic":"label","end":1.0,"kind":"fatigue.sleep"}',
    ],
)
def test_nonsense_is_refused_by_name_and_the_next_message_is_heard(
    vehicle: tuple[ReceivedInput, zmq.Socket[bytes]], nonsense: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    received, gateway = vehicle
    gateway.send(nonsense)
    gateway.send(json.dumps({"topic": "vehicle", "speed_kph": 30.0}).encode())
    assert arrived(received, 1.0) == [VehicleState(1.0, speed_kph=30.0)]
    assert "refused" in caplog.text


def test_a_flood_of_messages_does_not_hold_up_the_frames(vehicle: tuple[ReceivedInput, zmq.Socket[bytes]]) -> None:
    received, gateway = vehicle
    for _ in range(150):
        gateway.send_json({"topic": "vehicle", "speed_kph": 30.0})
    assert len(arrived(received, 0.0)) <= 100


def test_an_endpoint_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    with pytest.raises(DmsError, match="vehicle endpoint ipc://"):
        ReceivedInput(f"ipc://{tmp_path}/no/such/folder/vehicle")
    with pytest.raises(DmsError, match="vehicle endpoint pigeon://"):
        ReceivedInput("pigeon://coop")


def test_several_inputs_are_one() -> None:
    joined = JoinedInputs([RecordedInput([VehicleState(0.0, 50.0)]), RecordedInput([DriverInput(0.1, "resume")])])
    assert list(joined.until(1.0)) == [VehicleState(0.0, 50.0), DriverInput(0.1, "resume")]
