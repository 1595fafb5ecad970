"""A listener of another package, kept apart: whatever it does, alerts go out on time and the service goes on."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable

from dms.health import Health
from dms.monitor.setup import Basis
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.types import Frame
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)
MOST_WAITING = 1000
"""Half a minute of records: a listener that is further behind does not keep up at all."""
MOST_WAITING_WITH_ALERTS = 2 * MOST_WAITING
"""What only repeats itself is kept from it before an alert is."""
MOST_WAITING_FOR_A_PICTURE = 8
"""A listener that is further behind gets no pictures, of which each may take a megabyte."""
CLOSING_TIMEOUT_S = 5.0


class Aside(Listener):
    """Runs `listener` on a thread of its own, from construction to `close`.

    `faults` counts the calls that raised and the records that it was too slow for.
    """

    def __init__(self, name: str, listener: Listener) -> None:
        self.name = name
        self.faults = 0
        self._failing: dict[str, str] = {}
        self._listener = listener
        self._calls: queue.SimpleQueue[tuple[str, Callable[[], None]] | None] = queue.SimpleQueue()
        self.thread = WatchedThread(f"output {name}", self._run)
        self.thread.start()

    @property
    def problem(self) -> str | None:
        """What the listener's latest calls raised, and what it says of itself; None while all is well."""
        return "; ".join((*tuple(self._failing.values()), *filter(None, [self._own_problem()]))) or None

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """Pass it on."""
        self._pass_on("on_drive_begins", lambda: self._listener.on_drive_begins(t, basis), MOST_WAITING_WITH_ALERTS)

    def on_step(self, step: Step) -> None:
        """Pass it on."""
        most = MOST_WAITING_WITH_ALERTS if step.alerts else MOST_WAITING
        self._pass_on("on_step", lambda: self._listener.on_step(step), most)

    def on_picture(self, frame: Frame) -> None:
        """Pass it on, if the listener keeps up."""
        if self._calls.qsize() < MOST_WAITING_FOR_A_PICTURE:
            self._pass_on("on_picture", lambda: self._listener.on_picture(frame))

    def on_health(self, health: Health) -> None:
        """Pass it on."""
        self._pass_on("on_health", lambda: self._listener.on_health(health))

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Pass it on."""
        self._pass_on("on_drive_ends", lambda: self._listener.on_drive_ends(reason), MOST_WAITING_WITH_ALERTS)

    def close(self) -> None:
        """Let the listener hear what is waiting and close it. One that hangs is left behind."""
        self._calls.put(("close", self._listener.close))
        self._calls.put(None)
        if not self.thread.join(CLOSING_TIMEOUT_S):
            LOG.warning("output %s did not close within %g s and is left behind", self.name, CLOSING_TIMEOUT_S)

    def _own_problem(self) -> str | None:
        try:
            return self._listener.what_is_wrong()
        except Exception as error:  # the code of others may fail in any way, and the health message goes out all the same
            return f"what_is_wrong: {type(error).__name__}: {error}"

    def _pass_on(self, name: str, call: Callable[[], None], most: int = MOST_WAITING) -> None:
        if self._calls.qsize() >= most:
            self.faults += 1
            LOG.warning("output %s does not keep up: a record is kept from it", self.name)
            return
        self._calls.put((name, call))

    def _run(self) -> None:
        while (item := self._calls.get()) is not None:
            name, call = item
            self.thread.begins(name)
            try:
                call()
            except Exception as error:  # the code of others may fail in any way, and none of it concerns the alerts
                self._failing[name] = f"{name}: {type(error).__name__}: {error}"
                self.faults += 1
                LOG.exception("output %s failed", self.name)
            else:
                self._failing.pop(name, None)
            self.thread.waits()
