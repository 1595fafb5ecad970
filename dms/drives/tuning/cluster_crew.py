"""A search on a Dask cluster: drives too many for one machine, tried on where they were read.

Workers read drives by path, as in a replay on a cluster, and keep cues in the folder of that path: shared or each worker's own. A
drive stays with one worker as long as that is there; when it dies, another fetches the drive's cues and goes on.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dms
from dms.drives.replaying.cluster import Cluster, Lost, check_worker
from dms.drives.tuning.bench import Bench, Prepared, Task
from dms.drives.tuning.crew import Call
from dms.drives.tuning.figures import Tried
from dms.errors import DmsError, DriveError


class OnCluster:
    """The workers of a cluster as a crew."""

    def __init__(self, task: Task, executor: str) -> None:
        source = replace(task.source, folder=task.source.folder.absolute())
        pickled = pickle.dumps(replace(task, source=source))
        self._work = _Work(pickled, hashlib.sha256(pickled).hexdigest(), dms.__version__)
        self._cluster = Cluster(executor)
        self._owner: dict[Path, str] = {}

    def share_out(self, paths: Sequence[Path]) -> None:
        """Each drive to the worker that has the fewest of these."""
        workers = self._cluster.workers
        self._owner = {path: workers[place % len(workers)] for place, path in enumerate(paths)} if workers else {}

    def results(self, calls: Sequence[Call]) -> Iterator[tuple[int, Any]]:
        """In the order of the calls."""
        self._replace_the_dead({call.path for call in calls})
        there = [replace(call, path=call.path.absolute()) for call in calls]
        here = {call.path.absolute(): call.path for call in calls}
        found = self._cluster.work(self._work, there, lambda call: self._owner.get(here[call.path]))
        for place, (call, result) in enumerate(zip(calls, found, strict=True)):
            if isinstance(result, Lost):
                raise DriveError(f"{call.path}: not tried: {result.why}")
            if isinstance(result, _Failed):
                raise type(result.error)(str(result.error).replace(str(call.path.absolute()), str(call.path)))
            yield place, _as_asked_for(result, call.path)

    def close(self, *, at_once: bool) -> None:
        """The workers stay, for others."""
        self._cluster.close()

    def _replace_the_dead(self, paths: set[Path]) -> None:
        """Drives of workers that are gone go to those that have the fewest."""
        workers = self._cluster.workers
        if not workers:
            return
        load = Counter(dict.fromkeys(workers, 0))
        load.update(worker for worker in self._owner.values() if worker in load)
        for path in sorted(paths):
            if self._owner.get(path) not in workers:
                self._owner[path] = min(workers, key=lambda worker: load[worker])
                load[self._owner[path]] += 1


@dataclass(frozen=True, slots=True)
class _Failed:
    """What stopped a call. Not raised on the worker, since Dask would try again."""

    error: DmsError


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker does with a call. The task travels as bytes, which a worker reads once."""

    pickled: bytes
    sha256: str
    version: str

    def __call__(self, call: Call) -> Any:
        try:
            check_worker(call.path, self.version)
            if self.sha256 not in _benches:
                _benches.clear()  # of another search, which is most likely over
                _benches[self.sha256] = Bench(pickle.loads(self.pickled))  # noqa: S301 - as everything that Dask sends
            return call.on(_benches[self.sha256])
        except DmsError as error:
            return _Failed(error)


_benches: dict[str, Bench] = {}


def _as_asked_for(result: Any, path: Path) -> Any:
    """A result in terms of the path as it was given here: nobody can tell from it where it was worked out."""
    if isinstance(result, Prepared):
        there = str(result.drive.path)
        warnings = tuple(warning.replace(there, str(path)) for warning in result.drive.warnings)
        drive = replace(result.drive, path=path, warnings=warnings)
        return replace(result, drive=drive, unchanged=replace(result.unchanged, path=path))
    if isinstance(result, Tried):
        return replace(result, path=path)
    return [replace(one, path=path) for one in result]
