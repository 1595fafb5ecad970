"""Speed from satellites: a receiver's sentences through the real gpsd, and a gpsd that misbehaves."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import reduce
from operator import xor
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dms.types import VehicleState
from dms.vehicle import gpsd
from dms.vehicle.gpsd import GpsdOptions, open_feed, tells
from dms.vehicle.live import LiveVehicle
from tests.needs import need
from tests.vehicle.conftest import every, wait_until
from tools.ports import free_port

KPH = 50.0
TCP_REPAIR = 19
KPH_PER_KNOT = 1.852
SATELLITES = [(1, 40, 83), (2, 17, 308), (3, 7, 344), (4, 22, 228), (5, 60, 20), (6, 35, 140), (7, 70, 270), (8, 25, 190)]
TUNNEL = range(12, 20)


def sentence(body: str) -> str:
    """One line of NMEA 0183, with its checksum."""
    return f"${body}*{reduce(xor, body.encode()):02X}\r\n"


def drive() -> str:
    """Half a minute northwards at 50 km/h, as a receiver tells it once a second; in a tunnel there is no fix."""
    lines: list[str] = []
    for second in range(30):
        clock, minutes = f"1200{second:02d}.00", 7.038 + second * KPH / 3.6 / 1852
        place = f"48{minutes:07.4f},N,01131.0000,E"
        if second in TUNNEL:
            lines += [f"GPGGA,{clock},,,,,0,00,,,M,,M,,", f"GPRMC,{clock},V,,,,,,,301126,,,N"]
            continue
        lines += [f"GPGGA,{clock},{place},1,08,0.9,545.4,M,46.9,M,,", "GPGSA,A,3,01,02,03,04,05,06,07,08,,,,,1.5,0.9,1.2"]
        for half in (0, 1):
            seen = ",".join(
                f"{number:02d},{high:02d},{where:03d},44" for number, high, where in SATELLITES[4 * half : 4 * half + 4]
            )
            lines.append(f"GPGSV,2,{half + 1},08,{seen}")
        lines.append(f"GPRMC,{clock},A,{place},{KPH / KPH_PER_KNOT:.2f},000.0,301126,,,A")
    return "".join(map(sentence, lines))


def listening(port: int, **more: Any) -> LiveVehicle:
    options = GpsdOptions(port=port, **more)
    return LiveVehicle("gpsd", lambda: open_feed(options), tells(options), waits_s=lambda: itertools.repeat(0.05))


def told(reader: LiveVehicle) -> VehicleState:
    for _ in every(0.01):
        for state in reader.until(60.0):
            return state
    pytest.fail(f"no speed: {reader.health()}")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[int]:
    """The port of a gpsd whose receiver drives through a tunnel again and again, at twenty times the pace."""
    missing = [program for program in ("gpsd", "gpsfake") if shutil.which(program) is None]
    need("gpsd", f"{' and '.join(missing)} (Debian: gpsd, gpsd-clients) not installed" if missing else None)
    film, port = tmp_path / "drive.nmea", free_port()
    film.write_text(drive())
    command = ["gpsfake", "-q", "-c", "0.01", "-P", str(port), str(film)]
    fake = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield port
    fake.terminate()
    fake.wait(10.0)


def test_a_receiver_through_the_real_gpsd(receiver: int) -> None:
    with closing(listening(receiver)) as reader:
        state = told(reader)
        assert state.speed_kph == pytest.approx(KPH, abs=1.0)
        assert (state.turn_signal, state.steering_deg, state.gear, state.assist_active) == (None, None, None, None)
        wait_until(lambda: reader.health().signals["speed_kph"].sigma is not None, "gpsd states how uncertain it is")
        wait_until(lambda: reader.health().problem == "no fix; speed_kph is unknown to the vehicle", "the tunnel")
        wait_until(lambda: reader.health().problem is None, "and its end")


def test_a_gpsd_that_is_restarted_is_found_again() -> None:
    """A plain server that says what gpsd would: the real one takes seconds to start."""
    port = free_port()
    with closing(listening(port)) as reader:
        wait_until(lambda: "Connection refused" in (reader.health().problem or ""), "there is none")
        with Gpsd(port, [tpv(speed=10.0)]):
            assert told(reader).speed_kph == pytest.approx(36.0)
        wait_until(lambda: reader.health().state == "lost", "it is gone")
        with Gpsd(port, [tpv(speed=20.0)]):
            assert told(reader).speed_kph == pytest.approx(72.0)
        assert reader.health().reconnects >= 1


def tpv(**report: Any) -> bytes:
    """A report of a receiver with a fix."""
    return json.dumps({"class": "TPV", "device": "/dev/ttyACM0", "mode": 3, **report}).encode() + b"\n"


class Gpsd:
    """Says `lines` to whoever connects, and holds the line."""

    def __init__(self, port: int, lines: Sequence[bytes]) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self._lines = lines
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        try:
            while True:
                client, _ = self._server.accept()
                self._clients.append(client)
                client.sendall(b"".join(self._lines))
        except OSError:
            return  # the server is closed

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        for client in self._clients:
            client.close()


@pytest.mark.parametrize(
    ("lines", "options", "refused", "problem"),
    [
        pytest.param([tpv(speed=None)], {}, {}, None, id="a sentence without a speed says nothing"),
        pytest.param(
            [tpv(mode=1, speed=0.0)], {}, {"no_fix": 1}, "no fix; speed_kph is unknown to the vehicle", id="0 without a fix"
        ),
        pytest.param(
            [tpv(speed=20.0, eps=9.0)],
            {"uncertain_above_kph": 10.0},
            {"uncertain": 1},
            "the speed is uncertain by 32 km/h; speed_kph is unknown to the vehicle",
            id="too uncertain",
        ),
        pytest.param([tpv(speed=1e6)], {}, {"implausible": 1}, "speed_kph is unknown to the vehicle", id="faster than sound"),
        pytest.param([b"\xff\x00nonsense\n", b"[]\n", b"{}\n"], {}, {"malformed": 3}, None, id="nonsense"),
        pytest.param([tpv(speed="fast")], {}, {}, None, id="words"),
        pytest.param([tpv(speed=float("nan"))], {}, {}, None, id="no number"),
        pytest.param([tpv(speed=10**400)], {}, {}, None, id="more than any float"),
        pytest.param([tpv(speed=20.0, mode=float("nan"))], {}, {"no_fix": 1}, None, id="a fix that is no number"),
        pytest.param([tpv(speed=20.0)], {"device": "/dev/ttyUSB0"}, {}, None, id="another receiver"),
    ],
)
def test_what_tells_no_speed(lines: list[bytes], options: dict[str, Any], refused: dict[str, int], problem: str | None) -> None:
    port = free_port()
    with (
        Gpsd(port, [b'{"class":"DEVICES","devices":[{"path":"/dev/ttyACM0"}]}\n', *lines]),
        closing(listening(port, **options)) as reader,
    ):
        wait_until(lambda: reader.health().state == "connected", "connected")
        if refused:
            wait_until(lambda: reader.health().refused == refused, f"{refused}, not {reader.health().refused}")
            if problem is not None:
                assert reader.health().problem == problem
        assert list(reader.until(60.0)) == []


@pytest.mark.parametrize("eps", [float("nan"), float("inf"), -4.0, 10**400])
def test_an_uncertainty_that_is_none_is_left_out(eps: float) -> None:
    port = free_port()
    with Gpsd(port, [tpv(speed=20.0, eps=eps)]), closing(listening(port)) as reader:
        assert told(reader).speed_kph == 72.0
        assert reader.health().signals["speed_kph"].sigma is None


def test_what_gpsd_says_of_itself_is_one_line_without_control_characters() -> None:
    port = free_port()
    said = {"class": "ERROR", "message": "no\x1b[31m\ndevice" + "!" * 200}
    with Gpsd(port, [json.dumps(said).encode() + b"\n"]), closing(listening(port)) as reader:
        wait_until(lambda: "gpsd says" in (reader.health().problem or ""), "it is told")
        problem = reader.health().problem
        assert problem is not None
        assert problem.startswith("gpsd says: no [31m device!!!")
        assert len(problem) < 200


@pytest.mark.parametrize("host", ["gpsd://here", "a b", "here:2947", "a..b", "-"])
def test_a_host_that_none_can_be_is_refused(host: str) -> None:
    with pytest.raises(ValidationError, match="the name or the address of a machine"):
        GpsdOptions(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "gpsd.local", "gps-receiver", "bücher.example", "host."])
def test_a_host_may_be_a_name_or_an_address(host: str) -> None:
    assert GpsdOptions(host=host).host == host


def test_an_endless_line_is_not_read_to_its_end() -> None:
    port = free_port()
    with Gpsd(port, [b"x" * (1 << 18)]), closing(listening(port)) as reader:
        wait_until(lambda: "which gpsd does not send" in (reader.health().problem or ""), "it is hung up on")


def test_a_gpsd_whose_machine_lost_its_power_is_missed_and_reached_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never hangs up. A socket that is closed in the kernel's repair mode goes without a word, as the machine did."""
    monkeypatch.setattr(gpsd, "KEEPALIVE", dict.fromkeys(gpsd.KEEPALIVE, 1))
    with socket.create_server(("127.0.0.1", 0)) as server, closing(listening(server.getsockname()[1])) as reader:
        powered, _ = server.accept()
        powered.recv(1000)
        try:
            powered.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        except PermissionError:
            pytest.skip("only root may close a socket without a word")
        powered.close()
        again, _ = server.accept()
        with again:
            wait_until(lambda: reader.health().reconnects == 1, "another connection")
