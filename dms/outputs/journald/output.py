"""The journald output, and the section `outputs: {journald: …}`."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import Field

from dms.errors import reason
from dms.health import Health
from dms.monitor.setup import Basis
from dms.outputs.forwarding.link import Link, LinkError, link_waits_s
from dms.outputs.forwarding.options import Section, Text
from dms.outputs.journald.entries import Fields, alert_entry, begin_entry, encoded, end_entry, status_entry
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.outputs.plugin import Output
from dms.outputs.run_identity import RunIdentity

SOCKET = "/run/systemd/journal/socket"
MOST_WAITING = 1000
"""The journal is on this machine and away for moments at most; dms's own journal has everything in any case."""
_SEND_S = 2.0


class JournaldOptions(Section):
    """Where the entries go."""

    socket: Text = Field(default=SOCKET, description="Socket of journald, another one for a namespace of its own.")


class JournalSocket:
    """An open way to journald.

    Raises:
        OSError: nobody listens.
    """

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(_SEND_S)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def send(self, entry: bytes) -> None:
        """Send an entry; raises OSError."""
        self._socket.send(entry)

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()


class JournaldOutput(Listener):
    """Alerts, beginnings and ends of drives, and changes of the status, as entries with fields."""

    def __init__(self, path: str, session: str, *, waits_s: Callable[[], Iterator[float]] = link_waits_s) -> None:
        self.lost = 0
        self._common = (("SYSLOG_IDENTIFIER", "dms"), ("DMS_SESSION", session))
        self._waiting: deque[bytes] = deque()
        self._status: tuple[str, tuple[str, ...]] | None = None
        self._t = 0.0
        peer = f"journald at {path}"
        self.link = Link("journald", peer, lambda: JournalSocket(path), self._send, waits_s=waits_s)

    def what_is_wrong(self) -> str | None:
        """Why entries do not get there."""
        lost = f"{self.lost} entries lost" if self.lost else None
        return "; ".join(filter(None, [self.link.problem, lost])) or None

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """Told with the rules."""
        self._add(begin_entry(t, basis.pack.name, basis.pack.sha256))

    def on_step(self, step: Step) -> None:
        """An entry for each alert."""
        self._t = step.t
        for alert in step.alerts:
            self._add(alert_entry(alert))

    def on_health(self, health: Health) -> None:
        """An entry for each change."""
        status = (health.status, health.degraded)
        if status != self._status:
            self._status = status
            self._add(status_entry(health))

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Told with the reason."""
        self._add(end_entry(self._t, reason))

    def close(self) -> None:
        """Send what waits."""
        self.link.close()

    def _add(self, fields: Fields) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self.lost += 1
        self._waiting.append(encoded((*fields, *self._common)))
        self.link.wake()

    def _send(self, journald: JournalSocket) -> None:
        while self._waiting:
            entry = self._waiting[0]
            journald.send(entry)
            if self._waiting and self._waiting[0] is entry:  # else it was pushed out meanwhile
                self._waiting.popleft()


def open_journald(options: JournaldOptions, run: RunIdentity) -> Listener:
    """The output of one run of the service."""
    return JournaldOutput(options.socket, run.session)


def reach(options: JournaldOptions) -> str:
    """Whether journald listens; raises LinkError."""
    try:
        JournalSocket(options.socket).close()
    except OSError as error:
        raise LinkError(f"{Path(options.socket)}: {reason(error)}") from error
    return f"journald listens at {options.socket}"


OUTPUT = Output(JournaldOptions, open_journald, reach=reach)
