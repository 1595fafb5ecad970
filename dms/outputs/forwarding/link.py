"""A connection that is kept up: opened, used, and opened again when it has gone, on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from dms.backoff import backoff_s, keep_trying
from dms.errors import DmsError, one_line, reason
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)
RETRY_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Half a minute at most: that is how late a vehicle may be that comes out of a tunnel."""
TOLD_AFTER_S = 60.0
"""A link that is down for less is what the store is for, and no fault of the service."""
STALLED_S = 120.0
"""No answer is waited for longer than this: something hangs."""


def link_waits_s() -> Iterator[float]:
    """How long to wait before each attempt to reach the other side again, in seconds."""
    return backoff_s(RETRY_S)


class LinkError(DmsError):
    """The other side cannot be reached, refuses, or has gone; `carried` messages of those it was given it has taken."""

    def __init__(self, message: str, carried: int = 0) -> None:
        super().__init__(message)
        self.carried = carried


class Closable(Protocol):
    """A connection: all that a link has to know of it."""

    def close(self) -> None:
        """Let go of it; raises nothing."""


Connection = TypeVar("Connection", bound=Closable)


class Link(Generic[Connection]):
    """Runs from construction to `close`.

    `connect` opens the connection to `peer`; `work` is called with it after every `wake`, and every `every_s` seconds. Both may
    wait, and raise LinkError (or any DmsError) or OSError: then the connection is closed and, after one of `waits_s`, opened
    again. So it is after any other exception, which is logged as the fault that it is.
    """

    def __init__(
        self,
        name: str,
        peer: str,
        connect: Callable[[], Connection],
        work: Callable[[Connection], None],
        *,
        every_s: float = 1.0,
        waits_s: Callable[[], Iterator[float]] = link_waits_s,
        told_after_s: float = TOLD_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.peer = peer
        self.reconnected = 0
        self._connect, self._work = connect, work
        self._every_s, self._waits_s, self._told_after_s, self._clock = every_s, waits_s, told_after_s, clock
        self._woken, self._closing = threading.Event(), threading.Event()
        self._down_since_s: float | None = clock()
        self._why: str | None = None
        self._fault: str | None = None
        self._thread = WatchedThread(f"link {name}", self._run, clock=clock)
        self._thread.start()

    @property
    def is_up(self) -> bool:
        """Whether the other side answered when it was last spoken to."""
        return self._down_since_s is None and self._thread.is_alive

    @property
    def why_down(self) -> str | None:
        """Why the other side cannot be reached now, None while it can or nobody has tried."""
        return self._why

    @property
    def problem(self) -> str | None:
        """What is to be said of it in the service's health: a fault at once, nothing while it is down for less than a minute."""
        if self._thread.has_failed:
            return f"ended: {self._thread.failure}"
        if self._fault is not None:
            return f"{self.peer}: failed: {self._fault}"
        if self._thread.busy_s > STALLED_S:
            return f"{self.peer}: no progress in {self._thread.doing} for {self._thread.busy_s:.0f} s"
        since_s = self._down_since_s
        if since_s is None or self._clock() - since_s < self._told_after_s:
            return None
        return f"{self.peer} not reached for {self._clock() - since_s:.0f} s" + (f": {self._why}" if self._why else "")

    def wake(self) -> None:
        """There is work. A thread that has ended, which is a fault of the program, is started anew."""
        self._woken.set()
        if self._thread.has_failed:
            self._down_since_s = self._clock()
            self._thread.restart()

    def close(self, timeout_s: float = 3.0) -> bool:
        """Do the work once more if the link is up, and end. Returns False if that took too long."""
        self._closing.set()
        self._woken.set()
        return self._thread.join(timeout_s)

    def _run(self) -> None:
        keep_trying(self._thread, self._closing, self._waits_s, self._connect_and_serve)

    def _connect_and_serve(self) -> bool:
        """Returns whether any work was done: one that is reached and does not work is not asked more often for that."""
        self._thread.begins("connecting")
        try:
            connection = self._connect()
        except Exception as error:  # a library's, for what no one has thought of: it is tried again all the same
            self._is_down(error)
            return False
        return self._serve(connection)

    def _serve(self, connection: Connection) -> bool:
        """Work until the connection goes, or the link is closed. Returns whether any work was done."""
        has_worked = False
        try:
            while True:
                self._woken.clear()
                last = self._closing.is_set()  # asked before the work: what came before `close` is still done
                self._thread.begins("its work")
                self._work(connection)
                self._thread.waits()
                if not has_worked:
                    has_worked = True
                    self._is_up()
                if last:
                    break
                if not self._closing.is_set():
                    self._woken.wait(self._every_s)
        except Exception as error:  # as above
            self._is_down(error)
        finally:
            connection.close()
        return has_worked

    def _is_up(self) -> None:
        if self._why is not None:
            LOG.info(f"{self.peer} is reached again")
            self.reconnected += 1
        self._down_since_s = self._why = self._fault = None

    def _is_down(self, error: Exception) -> None:
        is_foreseen = isinstance(error, DmsError | OSError)
        text = one_line(reason(error) if is_foreseen else f"{type(error).__name__}: {error}")
        if text != self._why:
            LOG.warning(
                f"{self.peer} is not reached: {text}"
            )  # a message of its own: the log's filter of repeats goes by the form
            if not is_foreseen:
                LOG.error("%s: not foreseen", self.peer, exc_info=error)
                self._fault = text
        self._why = text
        if self._down_since_s is None:
            self._down_since_s = self._clock()
