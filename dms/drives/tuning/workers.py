"""The processes that try packs: each owns some of the drives, computes their cues once, and keeps the moments that matter."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dms.config.yaml_loader import KeyPath
from dms.drives.scoring.matching import RuleTime
from dms.drives.tuning.candidates import Original
from dms.drives.tuning.columns import CueColumns
from dms.drives.tuning.drive_cues import CueSource, DriveCues
from dms.drives.tuning.figures import Tried
from dms.drives.tuning.key_moments import key_moments
from dms.drives.tuning.outcomes import Ranges
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.trial import Moments, alerts_on, tried, without_cause
from dms.errors import DriveError
from dms.types import Alert

Changes = Mapping[KeyPath, Number]
"""The numbers of a pack document that differ."""

MOST_MOMENTS_BUILT = 600_000
"""A process keeps the cues of so many moments ready, some 350 MiB; those of further drives are built for each trial."""


@dataclass(frozen=True)
class Task:
    """What is the same for all trials."""

    original: Original
    ranges: Ranges
    times: Mapping[str, RuleTime]
    source: CueSource


@dataclass(frozen=True)
class Prepared:
    """A drive that is ready for trials, and what the unchanged pack does on all of its moments."""

    drive: DriveCues
    kept: int
    moments: int
    unchanged: Tried

    @property
    def label_kinds(self) -> list[str]:
        """The kinds of the labels that the pack has a rule for."""
        matching = self.unchanged.matching
        return [label.kind for label in (*(match.label for match in matching.matched), *matching.missed)]


class Shard:
    """Some of the drives, in one process."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._drives: dict[Path, DriveCues] = {}
        self._places: dict[Path, NDArray[np.intp]] = {}
        self._built: dict[Path, Moments] = {}

    def prepare(self, path: Path) -> Prepared:
        """Compute or fetch the cues of a drive.

        Raises:
            DriveError: the drive cannot be read; or its kept cues do not give the alerts that the drive itself gave.
        """
        task = self._task
        drive, replayed = task.source.cues_of(path, task.original.pack)
        columns = drive.columns
        alerts = alerts_on(task.original.pack, Moments.all_of(columns))
        if replayed is not None and without_cause(alerts) != without_cause(replayed):
            raise DriveError(f"{path}: the cues kept do not give the drive's own alerts: a fault of dms, please report it")
        places = key_moments(task.original.data, task.ranges, columns)
        self._drives[path] = replace(drive, columns=columns.ends())
        self._places[path] = places
        return Prepared(self._drives[path], len(places), len(columns), tried(drive, alerts, task.times))

    def keep_ready(self, path: Path) -> None:
        """Build the cues of the moments of a drive on which packs will be tried again and again, if there is room."""
        if sum(len(moments.places) for moments in self._built.values()) + len(self._places[path]) <= MOST_MOMENTS_BUILT:
            self._built[path] = self._moments(path)
            gc.freeze()  # what stays for the whole search need not be looked through for garbage again and again

    def quick(self, changes: Changes, paths: Sequence[Path]) -> list[Tried]:
        """A pack with other numbers on the moments that matter."""
        pack = self._task.original.candidate(changes)
        return [self._tried(path, alerts_on(pack, self._built.get(path) or self._moments(path))) for path in paths]

    def whole(self, changes: Changes, paths: Sequence[Path]) -> list[Tried]:
        """A pack with other numbers on all moments."""
        pack = self._task.original.candidate(changes)
        return [self._tried(path, alerts_on(pack, Moments.all_of(self._columns(path)))) for path in paths]

    def _moments(self, path: Path) -> Moments:
        return Moments.at(self._places[path], self._columns(path))

    def _columns(self, path: Path) -> CueColumns:
        return self._task.source.cues_of(path, self._task.original.pack)[0].columns

    def _tried(self, path: Path, alerts: Sequence[Alert]) -> Tried:
        return tried(self._drives[path], alerts, self._task.times)


class Workers:
    """As many processes as wanted, or none but this one. Results do not depend on how many there are."""

    def __init__(self, task: Task, drives: Sequence[Path], processes: int | None = None) -> None:
        self.task, self.drives = task, tuple(drives)
        number = min(processes or len(os.sched_getaffinity(0)), len(drives))
        self._owner = _shared_out(drives, number)
        self._shard = Shard(task) if number == 1 else None
        context = multiprocessing.get_context("spawn")
        self._pools = [
            ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(task,))
            for _ in range(0 if self._shard is not None else number)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pool in self._pools:
            pool.shutdown(wait=error is None, cancel_futures=True)

    def prepare(self) -> Iterator[Prepared]:
        """Make all drives ready, as they are done; then they can be tried on.

        Raises:
            DriveError: a drive cannot be read.
        """
        yield from self._each([("prepare", path, (path,)) for path in self.drives])

    def keep_ready(self, paths: Sequence[Path]) -> None:
        """Build what many quick trials on these drives need."""
        for _ in self._each([("keep_ready", path, (path,)) for path in paths]):
            pass

    def quick(self, packs: Sequence[Changes], paths: Sequence[Path]) -> list[list[Tried]]:
        """Each pack on the moments that matter of these drives, in their order."""
        return self._all("quick", packs, paths, lambda _: None)

    def whole(
        self, packs: Sequence[Changes], paths: Sequence[Path], done: Callable[[int], None] = lambda _: None
    ) -> list[list[Tried]]:
        """Each pack on all moments of these drives, in their order; `done` hears after each part how many have been."""
        return self._all("whole", packs, paths, done)

    def _all(self, what: str, packs: Sequence[Changes], paths: Sequence[Path], done: Callable[[int], None]) -> list[list[Tried]]:
        shards: dict[int, list[Path]] = {}
        for path in paths:
            shards.setdefault(self._owner[path], []).append(path)
        calls = [(what, own[0], (pack, own)) for pack in packs for own in shards.values()]
        results: list[dict[Path, Tried]] = [{} for _ in packs]
        for number, (index, found) in enumerate(self._numbered(calls), 1):
            results[index // len(shards)].update({one.path: one for one in found})
            done(number // len(shards))
        return [[result[path] for path in paths] for result in results]

    def _each(self, calls: Sequence[tuple[str, Path, tuple[Any, ...]]]) -> Iterator[Any]:
        return (result for _, result in self._numbered(calls))

    def _numbered(self, calls: Sequence[tuple[str, Path, tuple[Any, ...]]]) -> Iterator[tuple[int, Any]]:
        """The results of calls on the owners of drives, each with its number, as they come."""
        if self._shard is not None:
            for number, (what, _, arguments) in enumerate(calls):
                yield number, getattr(self._shard, what)(*arguments)
            return
        running: dict[Future[Any], int] = {
            self._pools[self._owner[path]].submit(_call, what, arguments): number
            for number, (what, path, arguments) in enumerate(calls)
        }
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BrokenProcessPool as error:
            raise DriveError("a process was killed (out of memory?); --processes 1 needs the least memory") from error


def _shared_out(drives: Sequence[Path], number: int) -> dict[Path, int]:
    """Which process owns which drive: the largest first, each to the one that has the least."""
    sizes = [0] * number
    owner: dict[Path, int] = {}
    for path in sorted(drives, key=lambda path: (-path.stat().st_size, str(path))):
        index = sizes.index(min(sizes))
        owner[path] = index
        sizes[index] += path.stat().st_size
    return owner


_shard: list[Shard] = []


def _begin(task: Task) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that was started by a person
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _shard[:] = [Shard(task)]


def _end_with_parent() -> None:
    """A search that is killed leaves no process behind that goes on trying packs for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _call(what: str, arguments: tuple[Any, ...]) -> Any:
    return getattr(_shard[0], what)(*arguments)
