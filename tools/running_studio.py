"""A running `dms studio`, for tests, pictures and measurements.

with RunningStudio(drives, beside) as studio:
    browser.open(studio.url)
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

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


class RunningStudio:
    """A process over the drives in `folder`; its cache and its log lie in the folder `beside`."""

    def __init__(self, folder: Path, beside: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._log = (beside / "studio.log").open("w+")
        command: list[str | Path] = [sys.executable, "-m", "dms", "studio", folder, "--cache", beside / "cache"]
        command += ["--listen", f"127.0.0.1:{self.port}", *options]
        self.process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT)
        self.until(lambda: "?token=" in self.log)
        self.url = self.log.split("dms studio: ")[1].split()[0]
        self.token = self.url.partition("token=")[2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> str:
        """What it has said so far."""
        return Path(self._log.name).read_text()

    def address(self, path: str) -> str:
        """The address of a page with the token, as in a first visit; `path` may end in `#t=…`."""
        page, hash_sign, moment = path.partition("#")
        joint = "&" if "?" in page else "?"
        return f"http://127.0.0.1:{self.port}{page}{joint}token={self.token}{hash_sign}{moment}"

    def until(self, holds: Callable[[], object], within_s: float = PATIENCE_S) -> None:
        """Wait for something, as long as the studio runs."""
        give_up = time.monotonic() + within_s
        while not holds():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < give_up, self.log
            time.sleep(0.1)

    def ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, method: str | None = None
    ) -> Reply:
        """The answer to a request with the token, unless `headers` say otherwise."""
        sent = {"authorization": f"Bearer {self.token}"} if headers is None else dict(headers)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method or ("GET" if body is None else "POST"), path, body, sent)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def rows(self) -> dict[str, dict[str, Any]]:
        """The table, by name."""
        return {row["name"]: row for row in self.ask("/api/drives").json["drives"]}

    def row(self, name: str, **wanted: object) -> dict[str, Any]:
        """A row of the table, once it has these values."""
        found: dict[str, Any] = {}

        def is_there() -> bool:
            found.update(self.rows().get(name, {}))
            return bool(found) and all(found.get(key) == value for key, value in wanted.items())

        self.until(is_there)
        return found

    def all_read(self, within_s: float) -> float:
        """Wait until every drive has been read; returns for how many seconds."""
        begun_s = time.monotonic()

        def is_done() -> bool:
            answer = self.ask("/api/drives?after=0").json
            return bool(answer["looked"]) and answer["done"] == answer["total"]

        self.until(is_done, within_s)
        return time.monotonic() - begun_s

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self._log.close()
        return code
