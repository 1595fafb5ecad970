"""The service as its user has it: `dms run` as a process of its own, with a bus, a journal and a log in a folder."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from dms.cli.app import main
from dms.client.subscriber import Subscriber
from dms.outputs.bus.messages import Topic

PROGRAM = Path(sys.executable).with_name("dms")
DRIVE = Path(__file__).parents[1] / "data" / "drives" / "day_colour.mp4"
PATIENCE_S = 60.0  # on a busy machine


def write_configuration(folder: Path, settings: dict[str, Any] | None) -> dict[str, Any]:
    """`dms.yaml` in `folder`, with bus and journal beside it unless `settings` say otherwise; what it holds."""
    bus, journal = {"endpoint": f"ipc://{folder}/bus"}, {"path": f"{folder}/journal.db"}
    configuration = {"bus": bus, "journal": journal, **(settings or {})}
    (folder / "dms.yaml").write_text(yaml.safe_dump(configuration))
    return configuration


class RunningService:
    """`dms run` with `options` and the configuration `settings`; everything it writes lies in `folder`."""

    def __init__(self, folder: Path, *options: str | Path, settings: dict[str, Any] | None = None, **process: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.endpoint = f"ipc://{folder}/bus"
        self.journal = folder / "journal.db"
        configuration = {
            "bus": {"endpoint": self.endpoint},
            "journal": {"path": str(self.journal)},
            "perception": {"precision": "fp32"},  # `auto` would measure at each start which precision is faster
            **(settings or {}),
        }
        (folder / "dms.yaml").write_text(yaml.safe_dump(configuration))
        self._log = (folder / "log").open("w+")
        self._subscriber = Subscriber(configuration["bus"]["endpoint"], Topic)
        self.messages: list[dict[str, Any]] = []
        command = [PROGRAM, "run", "--config", folder / "dms.yaml", *options]
        self.process = subprocess.Popen(command, stderr=self._log, **process)

    @property
    def log(self) -> str:
        """What it has said so far."""
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def wait_for(self, topic: str, condition: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The next message on `topic` that meets the condition; the test fails if none comes in time."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            message = self._subscriber.receive(timeout_s=0.1)
            if message is not None:
                self.messages.append(message.fields)
                if message.fields["topic"] == topic and condition(message.fields):
                    return message.fields
            elif self.process.poll() is not None:
                break
        pytest.fail(f"no such {topic} message; the log:\n{self.log}")

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Its exit code, once it has ended of itself."""
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._subscriber.close()
        self._log.close()


StartService = Callable[..., RunningService]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartService]:
    """Starts services; each is gone after the test."""
    running: list[RunningService] = []

    def starter(*options: str | Path, folder: str = "dms", **settings: Any) -> RunningService:
        running.append(RunningService(tmp_path / folder, *options, **settings))
        return running[-1]

    yield starter
    for service in running:
        service.close()


@dataclass(frozen=True)
class Refusal:
    """How `dms run` ended that did not start: its exit code and all it said, but for the lines of its log before that."""

    exit_code: int
    message: str


LOG_LINE = re.compile(r"\d\d:\d\d:\d\d INFO ")


@pytest.fixture
def refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Refusal]]:
    """Gives `dms run` a command line and a configuration, in this process, for which it should not start."""
    handlers, level, umask = logging.root.handlers[:], logging.root.level, os.umask(0o022)
    os.umask(umask)

    def run(*options: str | Path, settings: dict[str, Any] | None = None) -> Refusal:
        write_configuration(tmp_path, settings)
        monkeypatch.setattr(sys, "argv", ["dms", "run", "--config", str(tmp_path / "dms.yaml"), *map(str, options)])
        with pytest.raises(SystemExit) as ending:
            main()
        lines = capfd.readouterr().err.splitlines(keepends=True)
        return Refusal(int(str(ending.value.code)), "".join(dropwhile(LOG_LINE.match, lines)))

    yield run
    os.umask(umask)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def write_video(path: Path, duration_s: float, fps: float = 30.0) -> Path:
    """A video in which something moves, and no face."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (320, 240))
    noise = cv2.GaussianBlur(np.random.default_rng(7).integers(40, 200, (240, 320, 3), dtype=np.uint8), (0, 0), 4)
    for index in range(round(duration_s * fps)):
        writer.write(np.roll(noise, 3 * index, axis=1))
    writer.release()
    return path


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of nobody."""
    return write_video(tmp_path_factory.mktemp("videos") / "nobody.avi", 2.0)


@pytest.fixture(scope="session")
def microsleep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine seconds of a bundled drive, in which the driver falls asleep for a moment."""
    path = tmp_path_factory.mktemp("videos") / "microsleep.avi"
    drive = cv2.VideoCapture(str(DRIVE))
    fps = drive.get(cv2.CAP_PROP_FPS)
    drive.set(cv2.CAP_PROP_POS_MSEC, 54_000.0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (640, 480))
    for _ in range(round(9.0 * fps)):
        seen, picture = drive.read()
        assert seen
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture(scope="session")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Longer than any test."""
    return write_video(tmp_path_factory.mktemp("videos") / "long.avi", 60.0, fps=10.0)
