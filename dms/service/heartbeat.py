"""A thread that reports at fixed intervals how the pipeline is: watchdog, health message, status line of systemd."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from dms.service.sd_notify import ServiceManager
from dms.service.supervisor import Supervisor
from dms.watched_thread import start_thread

LOG = logging.getLogger(__name__)
TICK_S = 0.25
HEALTH_EVERY_S = 1.0


class Heartbeat:
    """Runs from `start` to `stop`. `publish_health` sends the health message and returns the status in words.

    A message that cannot be made is logged, and the next one may be; if none can, the supervisor ends the feeding.
    """

    def __init__(self, manager: ServiceManager, supervisor: Supervisor, publish_health: Callable[[], str]) -> None:
        self._manager = manager
        self._supervisor = supervisor
        self._publish_health = publish_health
        self._status = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dms-heartbeat", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        start_thread(self._thread)

    def stop(self) -> None:
        """End the thread. The watchdog is no longer fed."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        next_health = time.monotonic()
        while not self._stopping.wait(TICK_S):
            try:
                self._feed_watchdog()
                self._supervisor.look_after_threads()
                if time.monotonic() >= next_health:
                    next_health = max(next_health + HEALTH_EVERY_S, time.monotonic())
                    self._tell_status(self._publish_health())
                    self._supervisor.health_told()
            except Exception:  # a thread that ended would be noticed by nobody
                LOG.exception("the health message could not be made")

    def _feed_watchdog(self) -> None:
        hung = self._supervisor.hung()
        if hung is None:
            self._manager.notify(WATCHDOG=1)
        else:
            LOG.error("%s: the watchdog is not fed", hung)

    def _tell_status(self, status: str) -> None:
        before, self._status = self._status, status
        if status == before:
            return
        self._manager.notify(STATUS=status)
        # The text is the message, not its argument: the filter of repeats must not take one status for another.
        if status.startswith("degraded"):
            LOG.warning(status)
        elif before:  # that all is well at the start is no news
            LOG.info(status)
