"""The processes that replay drives, so that the studio goes on answering while they do."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dms.drives.replaying.batch import Setting
from dms.errors import DmsError
from dms.studio.seen import see


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a drive: what it came to and its series, or why it cannot be read."""

    seen: bytes = b""
    series: bytes = b""
    problem: str | None = None


class Workers:
    """Processes that all read under the same setting. One core is left to whoever looks at a drive."""

    def __init__(self, setting: Setting) -> None:
        self.number = max(1, len(os.sched_getaffinity(0)) - 1)
        # Not forked: a fork of a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(self.number, mp_context=context, initializer=_begin, initargs=(setting,))

    def read(self, path: Path) -> Future[Reading]:
        """Begin to read a drive."""
        return self._pool.submit(_read, path)

    def stop(self) -> None:
        """Let go of what has not begun, and of the processes."""
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:  # an hour's drive is not worth waiting for
            process.terminate()


_setting: list[Setting] = []


def _begin(setting: Setting) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the studio's business, which ends its processes
    logging.disable(logging.WARNING)
    _setting[:] = [setting]


def _read(path: Path) -> Reading:
    try:
        return Reading(*see(path, _setting[0]))
    except DmsError as error:
        return Reading(problem=str(error))
