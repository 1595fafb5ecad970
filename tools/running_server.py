"""A command that answers over HTTP, in a process of its own, for tests, benchmarks and pictures."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.ports import free_port

PATIENCE_S = 280.0


@dataclass(frozen=True)
class Reply:
    """An answer: status, headers with their names in small letters, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class RunningServer:
    """A command that listens at `port` of this machine once its log holds `ready`; the log is kept at the path `log`."""

    def __init__(self, command: Sequence[str | Path], log: Path, ready: str) -> None:
        self.port = free_port()
        self._log = log.open("w+")
        address = ["--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen([*command, *address], stdout=self._log, stderr=subprocess.STDOUT)
        self.until(lambda: ready in self.log)

    @property
    def log(self) -> str:
        """What it has said so far."""
        return Path(self._log.name).read_text()

    def until(self, holds: Callable[[], object], within_s: float = PATIENCE_S) -> None:
        """Wait for something, as long as it runs."""
        give_up = time.monotonic() + within_s
        while not holds():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < give_up, self.log
            time.sleep(0.05)

    def ask(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None, method: str | None = None) -> Reply:
        """The answer to a request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self._log.close()
        return code
