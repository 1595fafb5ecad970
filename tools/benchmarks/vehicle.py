"""`python -m tools.benchmarks.vehicle`: how long the rules wait for what a bus says, and how soon a lost source is back.

Latency: the whole service watches a video in real time, with its networks; another process sends speeds on a bus over UDP, ten a
second at times of its own, each with a value that nothing else has. The time counts from before a message is sent until the rules
have taken it in. Between two frames only the newest value of a field counts, so a bus that speaks faster waits less.

Return: a server that speaks as gpsd does goes away for some time, and comes back. The time counts from when it listens again
until a speed is told; the service tries after 0.5, 1, 2, 4 and then every 5 s, each varied by a fifth.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import random
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import can
import cv2

from dms.config.settings import BusSettings, CalibrationSettings, JournalSettings, Settings
from dms.outputs.listener import Listener, Step
from dms.outputs.plugin import ConfiguredOutput, Output
from dms.service.app import run_service
from dms.service.log_thread import LogThread
from dms.types import VehicleState
from dms.vehicle.can.options import CanOptions
from dms.vehicle.can.source import SOURCE as CAN
from dms.vehicle.configured import ConfiguredVehicleSource
from dms.vehicle.gpsd import SOURCE as GPSD
from dms.vehicle.gpsd import GpsdOptions
from dms.vehicle.live import LiveVehicle
from tools.benchmarks.spread import spread
from tools.ports import free_port

VIDEO = Path("tests/data/drives/day_colour.mp4")
GROUP = "239.74.163.2"
SPEED_ID, STEP_KPH, MOST = 0x100, 0.01, 30_000
DBC = f"""VERSION ""
NS_ :
BS_:
BU_: CAR
BO_ {SPEED_ID} MOTION: 8 CAR
 SG_ SPEED : 0|16@1+ ({STEP_KPH},0) [0|300] "km/h" CAR
"""
OUTAGES_S = (0.2, 2.0, 10.0)


class TakenIn(Listener):
    """Notes when the rules have taken a speed in."""

    def __init__(self) -> None:
        self.at_s: dict[int, float] = {}

    def on_step(self, step: Step) -> None:
        """Note the time of a speed."""
        if isinstance(step.record, VehicleState) and step.record.speed_kph is not None:
            self.at_s.setdefault(round(step.record.speed_kph / STEP_KPH), time.monotonic())


def send(port: int, per_s: float, sent_s: Any) -> None:
    """Send speeds until the process is ended, and note when each was sent."""
    dice = random.Random(1)
    with can.Bus(interface="udp_multicast", channel=GROUP, port=port) as bus:
        for number in range(1, MOST):
            time.sleep(dice.uniform(0.5, 1.5) / per_s)
            sent_s[number] = time.monotonic()
            bus.send(can.Message(arbitration_id=SPEED_ID, data=number.to_bytes(2, "little") + bytes(6), is_extended_id=False))


def latencies_s(fps: float, seconds: float, per_s: float) -> list[float]:
    """Run the service on a video of so many frames a second. Returns the latency of each speed that the rules took in."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "bench.dbc").write_text(DBC)
        _film(folder / "film.avi", fps, seconds)
        settings = Settings(
            source=str(folder / "film.avi"),
            bus=BusSettings(endpoint=f"ipc://{folder}/bus"),
            journal=JournalSettings(path=str(folder / "journal.db")),
            calibration=CalibrationSettings(keep=False),
        )
        bus = CanOptions.model_validate(
            {
                "dbc": str(folder / "bench.dbc"),
                "signals": {"speed_kph": "SPEED"},
                "interface": "udp_multicast",
                "channel": GROUP,
                "interface_options": {"port": port},
            }
        )
        taken_in = TakenIn()
        output = ConfiguredOutput("bench", Output(CanOptions, lambda options, run: taken_in), bus)
        processes = multiprocessing.get_context("spawn")
        sent_s: Any = processes.Array("d", MOST, lock=False)
        sender = processes.Process(target=send, args=(port, per_s, sent_s), daemon=True)
        sender.start()
        try:
            with LogThread() as log:
                run_service(settings, log, [output], [ConfiguredVehicleSource("can", CAN, bus)])
        finally:
            sender.terminate()
            sender.join()
        return [at_s - sent_s[number] for number, at_s in taken_in.at_s.items() if 0 < number < MOST and sent_s[number] > 0.0]


def returns_s(outage_s: float, times: int) -> list[float]:
    """Let a source go away for some time, again and again. Returns how long each took from its return to a speed."""
    options = GpsdOptions(port=free_port())
    found: list[float] = []
    with closing(LiveVehicle("gpsd", lambda: GPSD.open(options), GPSD.tells(options))) as reader:
        with _serving(options.port):
            _await_speed(reader)
        for _ in range(times):
            time.sleep(outage_s)
            list(reader.until(0.0))
            with _serving(options.port):
                began_s = time.monotonic()
                _await_speed(reader)
                found.append(time.monotonic() - began_s)
    return found


@contextmanager
def _serving(port: int) -> Iterator[None]:
    """A server that tells whoever connects a speed ten times a second."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", port))
    server.settimeout(0.05)

    def serve() -> None:
        clients: list[socket.socket] = []
        while not over.is_set():
            with suppress(TimeoutError):
                clients.append(server.accept()[0])
            for client in clients:
                client.sendall(b'{"class":"TPV","mode":3,"speed":13.9}\n')
        for client in clients:
            client.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        server.close()


def _await_speed(reader: LiveVehicle) -> None:
    while not list(reader.until(0.0)):
        time.sleep(0.002)


def _film(path: Path, fps: float, seconds: float) -> None:
    """The bundled drive, played at another rate: what is seen does not matter here, but that the networks see it does."""
    drive = cv2.VideoCapture(str(VIDEO))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (640, 480))
    for _ in range(round(fps * seconds)):
        seen, picture = drive.read()
        if not seen:
            drive.set(cv2.CAP_PROP_POS_FRAMES, 0)
            seen, picture = drive.read()
        writer.write(picture)
    writer.release()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each video")
    parser.add_argument("--fps", type=float, nargs="*", default=[30.0, 15.0, 10.0])
    parser.add_argument("--returns", type=int, default=5, help="of each outage")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    print(f"load of this machine: {os.getloadavg()[0]:.1f} programs on {os.cpu_count()} processors")
    for fps in arguments.fps:
        print(
            spread(f"bus to rules, {fps:g} frames a second", latencies_s(fps, arguments.seconds, 10.0), 1e3, "ms"),
            flush=True,
        )
    for outage_s in OUTAGES_S:
        print(spread(f"told again after {outage_s:g} s without", returns_s(outage_s, arguments.returns), 1.0, "s"), flush=True)


if __name__ == "__main__":
    main()
