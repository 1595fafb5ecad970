"""A bus that is listened to while the car drives: it is absent, goes off, comes back, floods, and never holds anybody up."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import can
import pytest

from dms.errors import SourceError
from dms.types import VehicleState
from dms.vehicle.can import bus
from dms.vehicle.can.options import CanOptions
from dms.vehicle.can.source import open_feed, tells
from dms.vehicle.live import LiveVehicle
from tests.vehicle.conftest import DBC, Encode, every, wait_until
from tools.ports import free_port

_channels = itertools.count()
SIGNALS = {"speed_kph": "SPEED_KPH", "gear": {"signal": "GearSelector", "timeout_s": 600}}


@pytest.fixture
def channel() -> str:
    """A bus of our own in this process."""
    return f"car-{next(_channels)}"


def options(channel: str, **more: Any) -> CanOptions:
    return CanOptions.model_validate({"dbc": str(DBC), "signals": SIGNALS, "interface": "virtual", "channel": channel, **more})


def listening(wanted: CanOptions) -> LiveVehicle:
    """A reader that tries again at once: tests need not wait for a bus."""
    return LiveVehicle("can", lambda: open_feed(wanted), tells(wanted), waits_s=lambda: itertools.repeat(0.02))


@pytest.fixture
def car(channel: str) -> Iterator[can.BusABC]:
    with can.Bus(interface="virtual", channel=channel) as sender:
        yield sender


def send(car: can.BusABC, message: tuple[int, bytes]) -> None:
    identifier, data = message
    car.send(can.Message(arbitration_id=identifier, data=data, is_extended_id=identifier > 0x7FF))


def speed(encode: Encode, kph: float) -> tuple[int, bytes]:
    return encode("MOTION", SPEED_KPH=kph, SPEED_MPH=0, SPEED_MPS=0, SPEED_PLAIN=0, SPEED_VALID=1)


def told(reader: LiveVehicle, t: float) -> list[VehicleState]:
    """What comes next, at `t`."""
    for _ in every(0.005):
        if found := list(reader.until(t)):
            return found
    pytest.fail("nothing was told")


def test_a_drive_on_a_bus(car: can.BusABC, channel: str, encode: Encode) -> None:
    with closing(listening(options(channel))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        send(car, speed(encode, 82.0))
        (state,) = told(reader, 12.5)
        assert (state.speed_kph, state.gear, state.turn_signal) == (pytest.approx(82.0), None, None)
        assert 0.0 <= state.t <= 12.5
        send(car, encode("GEARBOX", PAGE=0, GearSelector=3, GearNumber=0))
        assert told(reader, 12.6)[0].gear == "Drive"
        assert list(reader.until(12.7)) == [], "nothing is told twice"
        health = reader.health()
        assert (health.accepted, health.signals["speed_kph"].value) == (2, pytest.approx(82.0))


def test_between_two_frames_only_the_newest_value_counts(car: can.BusABC, channel: str, encode: Encode) -> None:
    with closing(listening(options(channel))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        for kph in range(100):
            send(car, speed(encode, float(kph)))
        wait_until(lambda: reader.health().accepted == 100, "all were heard")
        (state,) = reader.until(3.0)
        assert state.speed_kph == pytest.approx(99.0)


def test_a_gear_that_is_sent_when_it_changes_counts_until_the_bus_is_lost(channel: str, encode: Encode) -> None:
    with can.Bus(interface="virtual", channel=channel) as car, closing(listening(options(channel))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        send(car, encode("GEARBOX", PAGE=0, GearSelector=3, GearNumber=0))
        assert told(reader, 1.0)[0].gear == "Drive"
        assert told(reader, 9.0)[0].gear == "Drive", "told again, for as long as it counts"
        send(car, encode("GEARBOX", PAGE=0, GearSelector=15, GearNumber=0))
        wait_until(lambda: "gear is unknown to the vehicle" in (reader.health().problem or ""), "the selector says SNA")
        assert list(reader.until(12.0)) == []


def test_a_bus_that_goes_off_says_so_and_comes_back(car: can.BusABC, channel: str, encode: Encode) -> None:
    with closing(listening(options(channel))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        car.send(can.Message(is_error_frame=True, arbitration_id=bus.BUS_OFF))
        wait_until(lambda: "bus-off" in (reader.health().problem or ""), "bus-off is told")
        assert reader.health().refused == {"error_frames": 1}
        send(car, speed(encode, 50.0))
        assert told(reader, 5.0)[0].speed_kph == pytest.approx(50.0)
        assert "bus-off" not in (reader.health().problem or "")


def test_what_stops_is_named(car: can.BusABC, channel: str, encode: Encode) -> None:
    with closing(listening(options(channel, signals={"speed_kph": "SPEED_KPH"}))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        send(car, speed(encode, 50.0))
        wait_until(lambda: reader.health().accepted == 1, "heard")
        assert reader.health().problem is None
        wait_until(lambda: reader.health().problem == "speed_kph not told for 2 s", "the speed stopped")
        assert reader.health().signals["speed_kph"].value is None


def test_a_flood_is_cut_down_and_the_frames_do_not_wait(car: can.BusABC, channel: str, encode: Encode) -> None:
    with closing(listening(options(channel))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        identifier, data = speed(encode, 50.0)
        message = can.Message(arbitration_id=identifier, data=data, is_extended_id=False)
        over = threading.Event()

        def flood() -> None:
            while not over.is_set():
                for _ in range(500):
                    car.send(message)
                time.sleep(0.001)

        sender = threading.Thread(target=flood)
        sender.start()
        try:
            wait_until(lambda: reader.health().refused.get("too_many", 0) > 500, "it is cut down")
            assert len(list(reader.until(3.0))) <= 1, "a flood is one record for the frames"
        finally:
            over.set()
            sender.join()


def test_nonsense_is_counted_and_tells_nothing(car: can.BusABC, channel: str) -> None:
    with closing(listening(options(channel))) as reader:
        wait_until(lambda: reader.health().state == "connected", "connected")
        for data in (b"\xff" * 8, b"\x10", b""):
            car.send(can.Message(arbitration_id=256, data=data, is_extended_id=False))
        car.send(can.Message(arbitration_id=259, data=b"\xff" * 8, is_extended_id=False))
        car.send(can.Message(arbitration_id=256, is_remote_frame=True, dlc=8, is_extended_id=False))
        wait_until(lambda: reader.health().refused.get("malformed") == 1, "an unknown page")
        assert list(reader.until(3.0)) == []
        assert reader.health().accepted == 0


def test_a_bus_that_is_absent_is_waited_for() -> None:
    absent = options("no-such-bus", interface="socketcan")
    with closing(listening(absent)) as reader:
        wait_until(lambda: "socketcan no-such-bus: " in (reader.health().problem or ""), "its absence is told")
        assert reader.health().state == "lost"
        assert list(reader.until(1.0)) == []


def test_a_bus_between_two_machines(encode: Encode) -> None:
    """python-can's bus over UDP: real sockets, hence what a gateway or a bench uses."""
    port = free_port(socket.SOCK_DGRAM)
    over_udp = {"interface": "udp_multicast", "interface_options": {"port": port}}
    try:
        car = can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port)
    except (OSError, can.CanError) as error:
        pytest.skip(f"needs a network that carries multicast: {error}")
    with car, closing(listening(options("239.74.163.2", **over_udp))) as reader:
        wait_until(lambda: reader.health().state == "connected", reader.health().problem or "connected")
        send(car, speed(encode, 61.0))
        assert told(reader, 2.0)[0].speed_kph == pytest.approx(61.0)


def test_a_log_stands_in_for_a_bus(encode: Encode, tmp_path: Path) -> None:
    path = tmp_path / "bench.log"
    identifier, data = speed(encode, 33.0)
    path.write_text("".join(f"({step / 100:.6f}) can0 {identifier:03X}#{data.hex().upper()}\n" for step in range(10)))
    with closing(listening(options("can0", log=str(path)))) as reader:
        assert told(reader, 2.0)[0].speed_kph == pytest.approx(33.0)
        wait_until(lambda: reader.health().reconnects >= 1, "it begins anew")


def test_a_dbc_that_was_altered_is_told_and_waited_for(tmp_path: Path) -> None:
    dbc = tmp_path / "car.dbc"
    dbc.write_text("nothing of that kind\n")
    wanted = options("x", dbc=str(dbc))
    with pytest.raises(SourceError, match=r"car\.dbc: not a description of a CAN bus"):
        open_feed(wanted)
    dbc.write_text(DBC.read_text().replace("SPEED_KPH", "SPEED"))
    with pytest.raises(SourceError, match=r"signals\.speed_kph: the DBC has no signal 'SPEED_KPH'; did you mean 'SPEED_MPH'\?"):
        open_feed(wanted)
