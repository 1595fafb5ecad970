"""`python -m tools.benchmarks.outputs`: how long an alert takes to other machines, and whether one is ever lost on the way.

Latency: from the pipeline handing over an alert to its arrival at a real broker, server, socket or bus on this machine.
Loss: ten minutes of a drive as fast as they go, the broker away all the time, `kill -9` in the midst; then the broker comes back.
Reconnection: from the broker listening again to the first message, with the waits that the service has.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import can
import grpc
from kuksa.val.v2 import val_pb2, val_pb2_grpc

from dms.fusion.calibration import Calibration
from dms.outputs.aside import Aside
from dms.outputs.can.output import CanOptions, CanOutput
from dms.outputs.journald.output import JournaldOutput
from dms.outputs.kuksa.options import KuksaOptions
from dms.outputs.kuksa.output import KuksaOutput
from dms.outputs.listener import Listener, Step
from dms.outputs.mqtt.options import MqttOptions
from dms.outputs.mqtt.output import MqttOutput
from dms.outputs.webhook.options import WebhookOptions
from dms.outputs.webhook.output import WebhookOutput
from dms.types import Alert, AlertKind, Level, Observation, Phase
from tools.benchmarks.mqtt_broker import Ear, Mosquitto, wait_until
from tools.ports import free_port

DRIVE_S = 600.0
ALERT_EVERY_S = 2.0
OBSERVATIONS_HZ = 5.0
AWAY_S = 5.0

Opened = tuple[Listener, Callable[[int], bool]]
"""An output, and whether so many alerts have arrived on its other side."""


def main() -> None:
    """Measure, and print tables for docs/measured.md."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--alerts", type=int, default=100, help="alerts of which the latency is measured")
    parser.add_argument("--kills", type=int, default=5, help="drives that are killed")
    parser.add_argument("--absences", type=int, default=5, help="times that the broker goes and comes back")
    parser.add_argument("--drive", nargs=3, metavar=("PORT", "STORE", "SESSION"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.drive:
        drive(int(arguments.drive[0]), Path(arguments.drive[1]), arguments.drive[2])
        return
    print("| alert handed over → | p50 | p99 |\n|---|---|---|")
    for name, opened in OUTPUTS.items():
        took_ms = [1000.0 * each for each in latencies(opened, arguments.alerts)]
        print(f"| {name} | {median(took_ms):.1f} ms | {quantiles(took_ms, n=100)[98]:.1f} ms |", flush=True)
    print("\n| figure | measured |\n|---|---|")
    accepted = arrived = repeated = 0
    for _ in range(arguments.kills):
        figures = killed_drive()
        accepted, arrived, repeated = accepted + figures[0], arrived + figures[1], repeated + figures[2]
    print(
        f"| {arguments.kills} kills in ten minutes without a broker: alerts accepted, of these lost "
        f"| {accepted}, {accepted - arrived} |"
    )
    print(f"| … told more than once, under the same id | {repeated} |", flush=True)
    back_s = list(reconnections(arguments.absences))
    print(
        f"| broker back after {AWAY_S:g} s: until the alert of then is told, median and most "
        f"| {median(back_s):.1f} s, {max(back_s):.1f} s |"
    )


def latencies(opened: Callable[[ExitStack, Path], Opened], count: int) -> Iterator[float]:
    """How long each of so many alerts takes, in seconds."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as parts:
        listener, have_arrived = opened(parts, Path(folder))
        aside = parts.enter_context(closing(Aside("measured", listener)))
        for number in range(count + 1):
            began_s = time.perf_counter()
            aside.on_step(step(float(number), alert(float(number), number)))
            while not have_arrived(number + 1):
                time.sleep(0.0002)
            if number:  # the first one waits for the connection
                yield time.perf_counter() - began_s
            time.sleep(0.02)


def alert(t: float, number: int = 0) -> Alert:
    """An alert; two kinds in turn, so that each changes something."""
    kind = (AlertKind.FATIGUE_MICROSLEEP, AlertKind.DISTRACTION_LONG)[number % 2]
    return Alert(t, kind, Level.WARNING, Phase.RAISE, t - 1.5, "rule", "default", {"eyes_closed_s": 1.5})


def step(t: float, *alerts: Alert) -> Step:
    """A step of the drive."""
    return Step(t, Observation(t=t, frame=int(t * 30)), alerts, None, False, alerts, Calibration())


def _store(_parts: ExitStack, folder: Path) -> Opened:
    output = MqttOutput(MqttOptions(host="127.0.0.1", port=free_port(), store=str(folder / "store")), "run")
    return output, lambda count: output.forwarder.store.waiting >= count


def _mqtt(parts: ExitStack, folder: Path) -> Opened:
    broker = Mosquitto(folder / "broker")
    parts.callback(broker.stop)
    broker.start()
    ear = parts.enter_context(closing(Ear(broker)))
    output = MqttOutput(MqttOptions(host="127.0.0.1", port=broker.port, store=str(folder / "store")), "run")
    return output, lambda count: len(ear.objects("alert")) >= count


def _webhook(parts: ExitStack, folder: Path) -> Opened:
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = parts.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    parts.callback(server.shutdown)
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    return WebhookOutput(WebhookOptions(url=url, store=str(folder / "store")), "run"), lambda count: len(got) >= count


def _journald(parts: ExitStack, folder: Path) -> Opened:
    import socket

    journald = parts.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    journald.bind(str(folder / "socket"))
    journald.setblocking(False)
    got: list[bytes] = []

    def have_arrived(count: int) -> bool:
        try:
            got.append(journald.recv(65536))
        except BlockingIOError:  # nothing yet
            return len(got) >= count
        return len(got) >= count

    return JournaldOutput(str(folder / "socket"), "run"), have_arrived


def _kuksa(parts: ExitStack, _folder: Path) -> Opened:
    changes: list[float] = []

    class Broker(val_pb2_grpc.VALServicer):  # type: ignore[misc]  # the stubs come without types
        def GetServerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - named by the protocol
            return val_pb2.GetServerInfoResponse(name="measured", version="1")

        def PublishValue(self, request: Any, _context: Any) -> Any:  # noqa: N802
            if request.signal_id.path == "Vehicle.Driver.FatigueLevel":
                changes.append(request.data_point.value.float)
            return val_pb2.PublishValueResponse()

    port = free_port()
    server = grpc.server(ThreadPoolExecutor(2))
    val_pb2_grpc.add_VALServicer_to_server(Broker(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    parts.callback(lambda: server.stop(None).wait())
    return KuksaOutput(KuksaOptions(port=port)), lambda count: len(changes) >= count


def _can(parts: ExitStack, _folder: Path) -> Opened:
    bus = parts.enter_context(can.Bus(interface="virtual", channel="measured"))
    told: list[int] = []

    def have_arrived(count: int) -> bool:
        frame = bus.recv(0.0)
        kind = frame.data[3] & 0x1F if frame else 0  # AlertKind
        if kind and (not told or told[-1] != kind):
            told.append(kind)
        return len(told) >= count

    return CanOutput(CanOptions(interface="virtual", channel="measured")), have_arrived


OUTPUTS: dict[str, Callable[[ExitStack, Path], Opened]] = {
    "the store of MQTT and webhook: from here on a kill takes nothing": _store,
    "MQTT subscriber, through the store and mosquitto": _mqtt,
    "webhook, through the store": _webhook,
    "journald's socket": _journald,
    "Kuksa databroker": _kuksa,
    "CAN frame, sent every 100 ms": _can,
}


def drive(port: int, store: Path, session: str) -> None:
    """Ten minutes in a process of their own; each alert is told on standard output once the output has accepted it."""
    output = _output(port, store, session)
    for frame in range(int(DRIVE_S * OBSERVATIONS_HZ)):
        t = frame / OBSERVATIONS_HZ
        alerts = (alert(t),) if t % ALERT_EVERY_S == 0.0 else ()
        output.on_step(step(t, *alerts))
        if alerts:
            print(t, flush=True)
    output.close()


def killed_drive() -> tuple[int, int, int]:
    """Alerts that were accepted, those of them that arrived, and repetitions."""
    with tempfile.TemporaryDirectory() as name, _broker(Path(name)) as broker:
        accepted = _killed(broker.port, Path(name) / "store")
        broker.start()
        with closing(Ear(broker)) as ear:
            output = _output(broker.port, Path(name) / "store", "second")
            wait_until(lambda: output.forwarder.link.is_up and not output.forwarder.store.waiting, "all is carried")
            output.close()
            told = [(each["id"], each["t"]) for each in ear.objects("alert")]
        arrived = {t for identity, t in told if identity.startswith("first-")}
        return len(accepted), len(accepted & arrived), len(told) - len(set(told))


def _killed(port: int, store: Path) -> set[float]:
    command = [sys.executable, "-m", "tools.benchmarks.outputs", "--drive", str(port), str(store), "first"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        accepted = {float(process.stdout.readline()) for _ in range(random.randrange(50, int(DRIVE_S / ALERT_EVERY_S)))}
        process.send_signal(signal.SIGKILL)
        return accepted | {float(line) for line in process.stdout}


def reconnections(count: int) -> Iterator[float]:
    """How long it takes to hear from the output again, in seconds."""
    with tempfile.TemporaryDirectory() as name, _broker(Path(name)) as broker:
        broker.start()
        output = _output(broker.port, Path(name) / "store", "run")
        for number in range(count):
            wait_until(lambda: output.forwarder.link.is_up, "the broker is reached")
            broker.stop()
            output.on_step(step(float(number), alert(float(number))))
            time.sleep(AWAY_S)
            broker.start()
            began_s = time.perf_counter()
            wait_until(lambda: not output.forwarder.store.waiting, "the alert is told")
            yield time.perf_counter() - began_s
        output.close()


def _output(port: int, store: Path, session: str) -> MqttOutput:
    options = MqttOptions(host="127.0.0.1", port=port, store=str(store), observations_hz=OBSERVATIONS_HZ)
    return MqttOutput(options, session)


@contextmanager
def _broker(folder: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder / "broker")
    try:
        yield broker
    finally:
        broker.stop()


if __name__ == "__main__":
    main()
