"""The processes in which packs are tried: one for whoever moves a number, and others, behind it, for all drives."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import MutableSequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from dms.drives.tuning.cue_source import CueSource
from dms.errors import DriveError
from dms.studio.rules.bench import Job, RuleBench, Superseded, Ticket
from dms.types import Alert

SLOTS = 256
"""Windows and their runs over all drives that are told apart; after that the oldest give way."""
_NICENESS = 8
Trial = Future[tuple[Alert, ...]]


class Processes:
    """Started when they are first needed. Safe from any thread."""

    def __init__(self, source: CueSource) -> None:
        # Not forked: a fork of a process with threads may hang.
        self._context = multiprocessing.get_context("spawn")
        self._newest: MutableSequence[int] = self._context.RawArray("q", SLOTS)
        self._source = source
        self._lock = threading.Lock()
        self._slots: dict[str, int] = {}
        self._number = 0
        self._near: ProcessPoolExecutor | None = None
        self._far: ProcessPoolExecutor | None = None

    def ticket(self, purpose: str) -> Ticket:
        """The newest ticket of a purpose: work under those before it ends."""
        with self._lock:
            slot = self._slots.pop(purpose, None)
            if slot is None:
                slot = len(self._slots) if len(self._slots) < SLOTS else self._slots.pop(next(iter(self._slots)))
            self._slots[purpose] = slot
            self._number += 1
            self._newest[slot] = self._number
            return Ticket(slot, self._number)

    def at_once(self, job: Job) -> Trial:
        """Begin a trial that somebody waits for, whose drive is kept for the next."""
        with self._lock:
            self._near = self._near or self._pool(1, background=False)
            try:
                return self._near.submit(_try, job)
            except BrokenProcessPool:
                self._near = self._pool(1, background=False)
                return self._near.submit(_try, job)

    def behind(self, job: Job) -> Trial:
        """Begin a trial in the background."""
        with self._lock:
            number = max(1, len(os.sched_getaffinity(0)) - 1)
            self._far = self._far or self._pool(number, background=True)
            try:
                return self._far.submit(_try, job)
            except BrokenProcessPool:
                self._far = self._pool(number, background=True)
                return self._far.submit(_try, job)

    def stop(self) -> None:
        """Let go of everything."""
        with self._lock:
            for pool in (self._near, self._far):
                if pool is not None:
                    _end(pool)
            self._near = self._far = None

    def _pool(self, number: int, *, background: bool) -> ProcessPoolExecutor:
        arguments = (self._source, self._newest, background)
        return ProcessPoolExecutor(number, mp_context=self._context, initializer=_begin, initargs=arguments)


def result_of(trial: Trial) -> tuple[Alert, ...]:
    """What a trial came to.

    Raises:
        Superseded: nobody waits for it any more.
        DriveError: the drive cannot be read, or the process was killed.
    """
    try:
        return trial.result()
    except CancelledError as error:
        raise Superseded from error
    except BrokenProcessPool as error:
        raise DriveError("a process was killed while a pack was tried (out of memory?): move the number again") from error


def _end(pool: ProcessPoolExecutor) -> None:
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


_bench: list[RuleBench] = []


def _begin(source: CueSource, newest: MutableSequence[int], background: bool) -> None:
    if background:
        os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the studio's business, which ends its processes
    logging.disable(logging.WARNING)
    _bench[:] = [RuleBench(source, newest, keeps=not background)]


def _try(job: Job) -> tuple[Alert, ...]:
    return _bench[0].alerts(job)
