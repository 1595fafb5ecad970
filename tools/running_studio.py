"""A running `dms studio`, for tests, pictures and measurements.

with RunningStudio(drives, beside) as studio:
    browser.open(studio.url)
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tools.running_server import Reply, RunningServer


class RunningStudio(RunningServer):
    """A process over the drives in `folder`; its cache and its log lie in the folder `beside`."""

    def __init__(self, folder: Path, beside: Path, *options: str) -> None:
        self.folder = folder
        command: list[str | Path] = [sys.executable, "-m", "dms", "studio", folder, "--cache", beside / "cache", *options]
        super().__init__(command, beside / "studio.log", "?token=")
        self.url = self.log.split("dms studio: ")[1].split()[0]
        self.token = self.url.partition("token=")[2]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def address(self, path: str) -> str:
        """The address of a page with the token, as in a first visit; `path` may end in `#t=…`."""
        page, hash_sign, moment = path.partition("#")
        joint = "&" if "?" in page else "?"
        return f"http://127.0.0.1:{self.port}{page}{joint}token={self.token}{hash_sign}{moment}"

    def ask(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None, method: str | None = None) -> Reply:
        """The answer to a request with the token, unless `headers` say otherwise."""
        return super().ask(path, body, {"authorization": f"Bearer {self.token}"} if headers is None else headers, method)

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
