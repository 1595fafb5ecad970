"""A real MQTT broker that can be taken away and given back, and somebody who listens to it: for benchmarks and tests."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tools.ports import free_port

PATIENCE_S = 60.0
"""Machines may be busy with other work."""


def program_of_broker() -> str | None:
    """The program of Debian's package `mosquitto`, None if it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives once it is true; raises AssertionError if it never is."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"never came true: {what}")


class Mosquitto:
    """A broker of our own on a free port, with what `settings` say; it forgets everything when it is stopped."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.port = free_port()
        self._command = [program_of_broker() or "mosquitto", "-c", str(folder / "mosquitto.conf")]
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
