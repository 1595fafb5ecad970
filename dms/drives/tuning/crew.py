"""Who does the work of a search: this process, or several on this machine. A cluster is in `cluster_crew`.

Each drive has an owner, so that its cues are in the memory of one process only. Results never depend on who did what.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from dms.drives.tuning.bench import Bench, Task
from dms.errors import DriveError


@dataclass(frozen=True, slots=True)
class Call:
    """Something that a `Bench` is asked to do with a drive."""

    what: Literal["prepare", "quick", "whole"]
    path: Path
    arguments: tuple[Any, ...] = ()

    def on(self, bench: Bench) -> Any:
        """What the bench says."""
        return getattr(bench, self.what)(self.path, *self.arguments)


class Crew(Protocol):
    """Processes with a `Bench` each."""

    def share_out(self, paths: Sequence[Path]) -> None:
        """Drives that will be asked for in this order: let those that follow one another have different owners."""

    def results(self, calls: Sequence[Call]) -> Iterator[tuple[int, Any]]:
        """The results, as they come, each with the place of its call.

        Raises:
            DriveError: a drive cannot be read, or a process was lost.
        """

    def close(self, *, at_once: bool) -> None:
        """End what was begun; `at_once`: whatever waits is given up."""


class Here:
    """A crew of this process alone."""

    def __init__(self, task: Task) -> None:
        self._bench = Bench(task)

    def share_out(self, paths: Sequence[Path]) -> None:
        """Nobody to share with."""

    def results(self, calls: Sequence[Call]) -> Iterator[tuple[int, Any]]:
        """One after the other."""
        for place, call in enumerate(calls):
            yield place, call.on(self._bench)

    def close(self, *, at_once: bool) -> None:
        """Nothing was begun."""


class Processes:
    """Several processes of this machine."""

    def __init__(self, task: Task, number: int) -> None:
        # Not forked: a fork of a process with threads may hang, and counting references copies the pages of a fork anyway.
        context = multiprocessing.get_context("spawn")
        self._pools = [ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(task,)) for _ in range(number)]
        self._owner: dict[Path, int] = {}

    def share_out(self, paths: Sequence[Path]) -> None:
        """Each drive goes to the process that has the least to read so far."""
        sizes = [0] * len(self._pools)
        for path in paths:
            index = sizes.index(min(sizes))
            self._owner[path] = index
            sizes[index] += path.stat().st_size

    def results(self, calls: Sequence[Call]) -> Iterator[tuple[int, Any]]:
        """As they come."""
        running: dict[Future[Any], int] = {
            self._pools[self._owner[call.path]].submit(_call, call): place for place, call in enumerate(calls)
        }
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BrokenProcessPool as error:
            raise DriveError("a process was killed (out of memory?); --processes 1 needs the least memory") from error

    def close(self, *, at_once: bool) -> None:
        """End the processes."""
        for pool in self._pools:
            pool.shutdown(wait=not at_once, cancel_futures=True)


def crew_here(task: Task, drives: int, processes: int | None) -> Crew:
    """A crew on this machine: as many processes as wanted, by default one for each core, at most one for each drive."""
    number = min(processes or len(os.sched_getaffinity(0)), drives)
    return Here(task) if number == 1 else Processes(task, number)


_bench: list[Bench] = []


def _begin(task: Task) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started by a person
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _bench[:] = [Bench(task)]


def _end_with_parent() -> None:
    """A search that is killed leaves no process behind that goes on trying packs for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _call(call: Call) -> Any:
    return call.on(_bench[0])
