"""Log lines are written on a thread of their own: a pipe that nobody empties, or a journal that hangs, holds up nothing else."""

from __future__ import annotations

import atexit
import logging
import queue
import time
from types import TracebackType
from typing import Self

from dms.watched_thread import WatchedThread

MOST_WAITING = 1000
DRAINING_S = 2.0
_POLL_S = 0.01


class LogThread(logging.Handler):
    """Takes the place of the root logger's handlers, and hands on to them what is logged, from `__enter__` to `__exit__`.

    Lines beyond a thousand that wait are dropped; how many is said when lines are written again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.dropped = 0
        self.thread = WatchedThread("log", self._run)
        self._before: list[logging.Handler] = []
        self._lines: queue.Queue[logging.LogRecord | None] = queue.Queue(MOST_WAITING)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; never waits."""
        try:
            self._lines.put_nowait(record)
        except queue.Full:
            self.dropped += 1

    def __enter__(self) -> Self:
        self._before = logging.root.handlers[:]
        logging.root.handlers[:] = [self]
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Write what is waiting, unless nobody takes it."""
        logging.root.handlers[:] = self._before
        give_up = time.monotonic() + DRAINING_S
        while self._lines.unfinished_tasks and time.monotonic() < give_up:
            time.sleep(_POLL_S)
        if self._lines.unfinished_tasks:
            atexit.unregister(logging.shutdown)  # it would wait for the handler that waits for the reader
        else:
            self._lines.put_nowait(None)
            self.thread.join(DRAINING_S)

    def _run(self) -> None:
        while (record := self._lines.get()) is not None:
            self.thread.begins("writing")
            self._hand_on(record)
            if self.dropped:
                dropped, self.dropped = self.dropped, 0
                self._hand_on(_line(f"{dropped} log lines were dropped: nobody took them"))
            self._lines.task_done()
            self.thread.waits()

    def _hand_on(self, record: logging.LogRecord) -> None:
        for handler in self._before:
            if record.levelno >= handler.level:
                handler.handle(record)


def _line(text: str) -> logging.LogRecord:
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, None, None)
