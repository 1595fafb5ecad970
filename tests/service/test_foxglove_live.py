"""Foxglove shows a running service: a client of its protocol, at the end of the whole way."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dms.client.foxglove.channels import ACTIVE, CUES, HEALTH, LOG, OBSERVATION, SCHEMAS
from tests.outputs.json_schema import violations
from tests.service.conftest import DRIVE, StartService
from tools.benchmarks.foxglove_client import FoxgloveClient
from tools.ports import free_port


@contextmanager
def handing_on(endpoint: str, port: int, log: Path) -> Iterator[None]:
    with log.open("w") as file:
        command = [sys.executable, "-m", "dms", "listen", "--endpoint", endpoint, "--foxglove", str(port)]
        process = subprocess.Popen(command, stderr=file)
        try:
            give_up = time.monotonic() + 60.0
            while "in Foxglove" not in log.read_text() and process.poll() is None and time.monotonic() < give_up:
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0, log.read_text()


def test_a_client_sees_a_running_service(start: StartService, tmp_path: Path) -> None:
    """The whole way: pictures, networks, rules, bus, `dms listen --foxglove`, WebSocket."""
    port, log = free_port(), tmp_path / "listen.log"
    service = start("--source", DRIVE, settings={"vehicle": {"assume_speed_kph": 60.0}})
    with handing_on(service.endpoint, port, log), FoxgloveClient(f"ws://127.0.0.1:{port}") as client:
        client.learn(len(SCHEMAS))
        assert set(client.channels) == set(SCHEMAS)
        assert client.info["capabilities"] == []
        for topic, channel in client.channels.items():
            assert (channel["encoding"], channel["schemaEncoding"]) == ("json", "jsonschema")
            assert json.loads(channel["schema"]) == SCHEMAS[topic]
            assert channel["schemaName"] == SCHEMAS[topic]["title"]
        client.subscribe(CUES, ACTIVE, HEALTH, OBSERVATION, LOG)
        seen: dict[str, dict[str, Any]] = {}
        while len(seen) < 5:
            topic, time_ns, content = client.receive()
            assert abs(time.time_ns() - time_ns) < 600e9
            seen[topic] = content
        assert isinstance(seen[CUES]["t"], float)
        assert seen[ACTIVE]["level_name"] in ("none", "info", "advisory", "warning", "urgent", "emergency")
        assert seen[LOG]["name"] == "health" or "rule" in seen[LOG]["message"]
        for topic, content in seen.items():
            assert violations(without_unknown(content), dict(SCHEMAS[topic])) == [], topic
    service.stop()
    assert "state: " in log.read_text()


def without_unknown(value: Any) -> Any:
    """What is there: in these schemas whatever is unknown is `nullable`, a word that JSON Schema does not have."""
    if isinstance(value, dict):
        return {name: without_unknown(each) for name, each in value.items() if each is not None}
    return [without_unknown(each) for each in value] if isinstance(value, list) else value
