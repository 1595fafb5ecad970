"""`dms serve` as its users have it: a process that answers on a port of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import pytest

from tools.ports import free_port

PROGRAM = Path(sys.executable).with_name("dms")
DRIVE = Path(__file__).parents[1] / "data" / "drives" / "day_colour.mp4"
PATIENCE_S = 120.0


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


class Service:
    """A running `dms serve`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self._log = (folder / "serve.log").open("w+")
        command: list[str | Path] = [PROGRAM, "serve", "--listen", f"127.0.0.1:{self.port}", *options]
        self.process = subprocess.Popen(command, stderr=self._log)
        give_up = time.monotonic() + PATIENCE_S
        while "answers at" not in self.log:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < give_up, self.log
            time.sleep(0.05)

    @property
    def log(self) -> str:
        """What it has said so far."""
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def ask(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None, method: str | None = None) -> Reply:
        """The answer to a request."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return Reply(answer.status, _small(answer.headers), answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, _small(refused.headers), refused.read())

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self._log.close()
        return code


def _small(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests that only ask."""
    running = Service(tmp_path_factory.mktemp("serve"), "--most-mb", "4", "--most-frames", "30")
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frame of a rendered drive."""
    path = tmp_path_factory.mktemp("pictures") / "driver.png"
    capture = cv2.VideoCapture(str(DRIVE))
    capture.set(cv2.CAP_PROP_POS_FRAMES, 100)
    seen, image = capture.read()
    capture.release()
    assert seen
    cv2.imwrite(str(path), image)
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty frames of it."""
    path = tmp_path_factory.mktemp("clips") / "driver.avi"
    write_clip(path, 20)
    return path


def write_clip(path: Path, frames: int) -> None:
    """The first frames of a rendered drive as a video of its own."""
    capture = cv2.VideoCapture(str(DRIVE))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (640, 480))
    for _ in range(frames):
        seen, image = capture.read()
        assert seen
        writer.write(cv2.resize(image, (640, 480)))
    writer.release()
    capture.release()
