"""Messages to store and carry, a real broker that can be stopped, and the service's output in a process that can be killed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dms.outputs.forwarding.message import Message, MessageMaker, Rank
from dms.outputs.listener import Step
from dms.types import Alert, Observation
from tests.needs import need
from tests.outputs.output_examples import PATIENCE_S, an_alert


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives once it is true; the test fails if it never is."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"never came true: {what}")


def a_message(number: int, rank: Rank = Rank.ALERT, size: int = 100) -> Message:
    """A message of that rank, `size` bytes long."""
    return Message(f"run-{number}", rank.name.lower(), rank, b'{"n":%d,"x":"%s"}' % (number, b"x" * size))


def at_once() -> Iterator[float]:
    """Waits for tests, which need not be patient with anybody."""
    while True:
        yield 0.02


def a_step(t: float, *alerts: Alert, record: Observation | None = None) -> Step:
    """A step of a drive in which these alerts were decided."""
    from dms.fusion.calibration import Calibration

    seen = record or Observation(t=t, frame=int(t * 30), camera="ok")
    return Step(t, seen, alerts, None, False, alerts, Calibration())


class Mosquitto:
    """A broker of our own on a free port, with what `settings` say; it forgets everything when it is stopped."""

    def __init__(self, folder: Path, *settings: str) -> None:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
        need("broker", None if program else "there is no mosquitto")
        assert program is not None
        self.port = free_port()
        self._command = [program, "-c", str(folder / "mosquitto.conf")]
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["user root", f"listener {self.port} 127.0.0.1", *(settings or ("allow_anonymous true",))]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to listen, on the same port as before."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(self._listens, "the broker listens")
        except AssertionError:
            self.stop()
            raise

    def stop(self) -> None:
        """Away at once, as after a loss of power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the broker ended: a mistake in its settings?"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Ear:
    """A subscriber to everything on a broker: what it has heard, in order, and what is retained of it."""

    def __init__(self, broker: Mosquitto, username: str | None = None, password: str | None = None) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.retained: dict[str, bytes] = {}
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="ear")
        if username:
            self._client.username_pw_set(username, password)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)

    def objects(self, word: str) -> list[dict[str, Any]]:
        """What was heard on topics that end in this word."""
        return [json.loads(body) for topic, body in self.heard if topic.endswith(f"/{word}")]

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Any, _data: Any, message: Any) -> None:
        if message.retain:
            self.retained[message.topic] = message.payload
        self.heard.append((message.topic, message.payload))


def free_port() -> int:
    """A TCP port on this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Carried:
    """The other side of a link without a network: acknowledges, or is away."""

    def __init__(self) -> None:
        self.arrived: list[Message] = []
        self.away = False

    def connect(self) -> Carried:
        """Open the connection."""
        self._or_away()
        return self

    def carry(self, messages: Sequence[Message]) -> None:
        """Take the messages."""
        self._or_away()
        self.arrived += messages

    def close(self) -> None:
        """Nothing to let go of."""

    def _or_away(self) -> None:
        if self.away:
            raise ConnectionRefusedError(111, "Connection refused")


__all__ = ["Carried", "Ear", "MessageMaker", "Mosquitto", "a_message", "a_step", "an_alert", "at_once", "free_port", "wait_until"]
