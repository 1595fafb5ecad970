"""A thread that says how it gets on, so that one that stalls or ends is named, and started anew where that is safe."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from dms.errors import DmsError

LOG = logging.getLogger(__name__)


class ThreadRefusedError(DmsError):
    """The system gives no thread: a limit of threads or of memory is reached, which may pass."""


def start_thread(thread: threading.Thread) -> None:
    """Start a thread that has not run yet.

    Raises:
        ThreadRefusedError: the system gives none; it may be tried again.
    """
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:
        limits = "a limit of threads or of memory is reached (TasksMax=, ulimit -u, ulimit -v)"
        raise ThreadRefusedError(f"no thread to be had for '{thread.name}': {limits}") from error


def threads_to_be_had(wanted: int) -> int:
    """How many of so many threads the system gives now. They end before this returns."""
    enough = threading.Event()
    started: list[threading.Thread] = []
    try:
        for number in range(wanted):
            thread = threading.Thread(target=enough.wait, name=f"dms-trial-{number}", daemon=True)
            start_thread(thread)
            started.append(thread)
    except ThreadRefusedError:
        return len(started)
    finally:
        enough.set()
        for thread in started:
            thread.join()
    return wanted


class WatchedThread:
    """Runs `work` on a daemon thread, from `start` until it returns.

    `work` calls `begins` when it takes something up and `waits` before it waits for more. `lag_s` tells for how many seconds the
    next thing has waited for the thread. An exception that escapes `work` ends the thread: it is logged, kept in `failure`, and
    `has_failed` is true until `restart`. `restarts` counts those.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        lag_s: Callable[[], float] = lambda: 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.lag_s = lag_s
        self.restarts = 0
        self.failure: str | None = None
        self.has_failed = False
        self._work = work
        self._clock = clock
        self._began: tuple[str, float] | None = None
        self._left_behind: list[threading.Thread] = []
        self._thread = self._new_thread()

    def start(self) -> None:
        """Start the thread. One whose work is done may be started again.

        Raises:
            ThreadRefusedError: the system gives none.
        """
        if self._thread.ident is not None:
            self._thread, self.has_failed = self._new_thread(), False
        start_thread(self._thread)

    def restart(self) -> None:
        """Run `work` on another thread. If the one before still lives, it is left behind, and `is_current` is false in it.

        If the system gives none, the thread has failed: whoever watches it tries again.
        """
        self._left_behind = [thread for thread in (*self._left_behind, self._thread) if thread.is_alive()]
        self.restarts += 1
        self.has_failed = False
        self._began = None
        self._thread = self._new_thread()
        try:
            start_thread(self._thread)
        except ThreadRefusedError as error:
            LOG.warning("%s", error)
            self.failure, self.has_failed = str(error), True

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the thread's end, unless it is the caller's own or was never started. Returns whether it has ended."""
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def begins(self, doing: str = "") -> None:
        """Called by the thread: it begins something, and is done with what it did before."""
        if self.is_current:
            self._began = (doing, self._clock())

    def waits(self) -> None:
        """Called by the thread: it has nothing to do."""
        if self.is_current:
            self._began = None

    @property
    def is_alive(self) -> bool:
        """Whether the work is being done."""
        return self._thread.is_alive()

    @property
    def is_current(self) -> bool:
        """Whether the calling thread is the one that runs `work`, and no other has taken its place."""
        return threading.current_thread() is self._thread

    @property
    def left_behind(self) -> int:
        """How many threads that stalled and were replaced still live."""
        return sum(thread.is_alive() for thread in self._left_behind)

    @property
    def doing(self) -> str | None:
        """What the thread is at, None while it waits."""
        began = self._began
        return began[0] if began else None

    @property
    def busy_s(self) -> float:
        """For how many seconds the thread has been at one and the same thing: 0 while it waits."""
        began = self._began
        return max(0.0, self._clock() - began[1]) if began else 0.0

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, name=f"dms-{self.name}", daemon=True)

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # whoever watches the thread decides what becomes of it
            LOG.exception("the thread '%s' ended", self.name)
            if self.is_current:
                self.failure = f"{type(error).__name__}: {error}"
                self.has_failed = True
        finally:
            self.waits()
