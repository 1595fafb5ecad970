"""The service of `tools.faults.played` as a process of its own, listened to from its first message to its last."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from dms.client.subscriber import Subscriber
from dms.outputs.bus.messages import Topic
from tools.faults.played import SCHEME, install_camera

ROOT = Path(__file__).resolve().parents[2]
Fields = dict[str, Any]
PLAYED = ("-m", "tools.faults.played")
REAL = ("-m", "dms", "run", "--config")
"""`dms run` as it is, networks and all."""
AlertKey = tuple[str, float, str, str, str]


class NotInTimeError(Exception):
    """The service did not do in time what it was waited for; the text says what, and what it said last."""


@dataclass(slots=True)
class Heard:
    """What was heard of the service."""

    observations: int = 0
    worst_gap_s: float = 0.0
    last: tuple[str, int, float] | None = None
    acknowledged: set[AlertKey] = field(default_factory=set)
    alerts: set[AlertKey] = field(default_factory=set)
    healths: int = 0
    health: Fields = field(default_factory=dict)
    degraded: set[str] = field(default_factory=set)

    def take(self, fields: Fields) -> None:
        """The next message."""
        match fields["topic"]:
            case "observation":
                self._observation(fields)
            case "alert":
                key = alert_key(fields["session"], fields)
                self.alerts.add(key)
                if fields["journalled"]:
                    self.acknowledged.add(key)
            case "health" if not fields["snapshot"]:
                self.healths += 1
                self.health = fields
                self.degraded.update(fields["degraded"])

    def _observation(self, fields: Fields) -> None:
        """Where a message was missed on the way, nothing is known of the gap."""
        self.observations += 1
        if self.last is not None and (self.last[0], self.last[1] + 1) == (fields["session"], fields["seq"]):
            self.worst_gap_s = max(self.worst_gap_s, fields["t"] - self.last[2])
        self.last = fields["session"], fields["seq"], fields["t"]


def alert_key(session: str, fields: Fields) -> AlertKey:
    """What tells an alert from all others, on the bus and in the journal."""
    return session, fields["t"], fields["kind"], fields["phase"], fields["rule"]


class PlayedService:
    """Runs from construction to `close`; everything that it writes lies in `folder`.

    `environment` is added to its own, `settings` to the configuration. `program` takes the configuration as its last argument.
    `heard` is what was heard of it, on a thread of its own.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *,
        source: str = f"{SCHEME}://30",
        settings: Fields | None = None,
        program: Sequence[str] = PLAYED,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.endpoint = f"ipc://{folder}/bus"
        self.inputs = f"ipc://{folder}/vehicle"
        self.journal = folder / "state" / "journal.db"
        configuration = {
            "source": source,
            "bus": {"endpoint": self.endpoint},
            "journal": {"path": str(self.journal)},
            "calibration": {"path": str(folder / "state" / "calibration.json")},
            "vehicle": {"assume_speed_kph": 80.0},
            "record": {"folder": str(folder / "state" / "drives"), "free_mib": 16.0},
            **(settings or {}),
        }
        (folder / "dms.yaml").write_text(yaml.safe_dump(configuration))
        install_camera(folder / "installed")
        path = os.pathsep.join((str(folder / "installed"), str(ROOT)))
        self.heard = Heard()
        self._guard, self._listening = threading.Lock(), threading.Event()
        self._listening.set()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, *program, str(folder / "dms.yaml")],
            env={**os.environ, "PYTHONPATH": path, **environment},
            stderr=self._log,
            cwd=ROOT,
        )

    def wait_until(self, what: str, condition: Callable[[Heard], bool], timeout_s: float = 60.0) -> None:
        """Wait until what was heard meets the condition; `what` is that in words.

        Raises:
            NotInTimeError: it does not in time, or the service has ended.
        """
        give_up = time.monotonic() + timeout_s
        while True:
            with self._guard:
                if condition(self.heard):
                    return
                health = self.heard.health
            ended = self.process.poll()
            if ended is not None or time.monotonic() > give_up:
                state = f"ended with {ended}" if ended is not None else f"said {health.get('status')}: {health.get('degraded')}"
                raise NotInTimeError(f"not within {timeout_s:g} s: {what}; the service {state}\n{self.last_words()}")
            time.sleep(0.02)

    def last_words(self, lines: int = 25) -> str:
        """The end of its log."""
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-lines:])

    def descriptors(self) -> int:
        """How many descriptors it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def locks(self) -> int:
        """How many file locks it holds."""
        lines = Path("/proc/locks").read_text().splitlines()
        return sum(line.split()[4] == str(self.process.pid) for line in lines if "->" not in line)

    def threads(self) -> int:
        """How many threads it has."""
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def stop(self, timeout_s: float = 60.0) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def missing(self) -> tuple[set[AlertKey], set[AlertKey]]:
        """The alerts that do not stand in the journal once the service has ended: of those acknowledged, and of all."""
        stored = journalled(self.journal)
        with self._guard:
            return self.heard.acknowledged - stored, self.heard.alerts - stored

    def close(self) -> None:
        """Leave no process behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._listening.clear()
        self._listener.join()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _listen(self) -> None:
        topics = {Topic.OBSERVATION, Topic.ALERT, Topic.HEALTH}
        with Subscriber(self.endpoint, topics) as subscriber:
            while self._listening.is_set():
                message = subscriber.receive(0.1)
                if message is not None:
                    with self._guard:
                        self.heard.take(message.fields)


def journalled(journal: Path) -> set[AlertKey]:
    """The alerts in a journal and in those that were set aside as damaged beside it."""
    found: set[AlertKey] = set()
    for path in itertools.chain([journal], journal.parent.glob(f"{journal.name}.corrupt-*[0-9]")):
        if not path.exists():
            continue
        with closing(sqlite3.connect(path)) as database:
            found.update(
                (session, t, kind, phase, rule)
                for session, t, kind, phase, rule in database.execute(
                    "SELECT session, t, kind, phase, rule FROM alerts JOIN drives ON drives.id = alerts.drive_id"
                )
            )
    return found
