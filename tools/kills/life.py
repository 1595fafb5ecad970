"""One life of the service, from its start to its death: what was heard of it, and how long it took to be there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
import zmq

from dms.client.subscriber import Subscriber
from dms.outputs.bus.messages import Topic
from tools.faults.played import SCHEME, install_camera
from tools.faults.service import ROOT, AlertKey, alert_key

DRIVE = ROOT / "tests/data/drives/day_colour.mp4"
EAGER = Path(__file__).with_name("eager.yaml")
_TOGGLE_S = 0.05
_COMMANDS = {"real": ["-m", "dms", "run", "--config"], "played": ["-m", "tools.faults.played"]}


class Life:
    """The service with its state in `state` and its sockets in `sockets`, to which a speed is sent that changes all the time.

    `real`: `dms run` on the bundled drive, networks and all; else the played driver, which starts faster. `acknowledged` are the
    alerts that it said were on disk, `first_observation_s` is when the first observation was heard after the start, or None.
    """

    def __init__(self, state: Path, sockets: Path, *, real: bool) -> None:
        self.acknowledged: set[AlertKey] = set()
        self.alerts = 0
        self.first_observation_s: float | None = None
        sockets.mkdir(parents=True, exist_ok=True)
        self._endpoint, inputs = f"ipc://{sockets}/bus", f"ipc://{sockets}/vehicle"
        self._first = threading.Event()
        self._ends = threading.Event()
        configuration = sockets / "dms.yaml"
        configuration.write_text(yaml.safe_dump(_settings(state, self._endpoint, real=real)))
        install_camera(sockets / "installed")
        self._threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._drive, args=(inputs,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self._log = (sockets / "log").open("w")
        self._log_path = sockets / "log"
        self._began_s = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *_COMMANDS["real" if real else "played"], str(configuration)],
            env={**os.environ, "PYTHONPATH": f"{sockets / 'installed'}{os.pathsep}{ROOT}"},
            stderr=self._log,
            cwd=ROOT,
        )

    def wait_for_observation(self, timeout_s: float) -> bool:
        """Wait for the first one. Returns whether it came in time."""
        return self._first.wait(timeout_s)

    def freeze(self) -> None:
        """Let it do nothing more, as when the power fails: not even say that something is on the disk."""
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """`kill -9`, and hear what was still on its way."""
        self.process.kill()
        self.process.wait()
        time.sleep(0.05)
        self._ends.set()
        for thread in self._threads:
            thread.join()
        self._log.close()

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self._log_path.read_text(errors="replace").splitlines()[-15:])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._ends.is_set():
            self.kill()

    def _listen(self) -> None:
        with Subscriber(self._endpoint, {Topic.OBSERVATION, Topic.ALERT}) as subscriber:
            while not self._ends.is_set():
                message = subscriber.receive(0.05)
                if message is not None:
                    self._take(message.topic, message.fields)

    def _take(self, topic: Topic, fields: dict[str, Any]) -> None:
        if topic is Topic.OBSERVATION and self.first_observation_s is None:
            self.first_observation_s = time.monotonic() - self._began_s
            self._first.set()
        elif topic is Topic.ALERT:
            self.alerts += 1
            if fields["journalled"]:
                self.acknowledged.add(alert_key(fields["session"], fields))

    def _drive(self, inputs: str) -> None:
        with zmq.Context() as context, context.socket(zmq.PUSH) as gateway:
            gateway.set(zmq.LINGER, 0)
            gateway.set(zmq.IMMEDIATE, 1)
            gateway.connect(inputs)
            number = 0
            while not self._ends.wait(_TOGGLE_S):
                number += 1
                with suppress(zmq.Again):
                    gateway.send(json.dumps({"topic": "vehicle", "speed_kph": 80 * (number % 2)}).encode(), zmq.DONTWAIT)


def _settings(state: Path, endpoint: str, *, real: bool) -> dict[str, Any]:
    return {
        "source": str(DRIVE) if real else f"{SCHEME}://30",
        "rules": str(EAGER),
        "bus": {"endpoint": endpoint},
        "journal": {"path": str(state / "journal.db")},
        "calibration": {"path": str(state / "calibration.json")},
        "record": {"folder": str(state / "drives"), "free_mib": 16.0, "keep_mib": 64.0},
    }
