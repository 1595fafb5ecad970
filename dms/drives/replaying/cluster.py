"""Drives too many for one machine, on a Dask cluster that runs already: same results as here, in the same order.

Workers read drives by path, so the folder must be at the same place on each of them (a shared file system), and scheduler and
workers need the same version of dms. The work of a worker that dies is done by another.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import dms
from dms.drives.replaying.batch import Outcome, Setting, replay_one
from dms.errors import DmsError, DriveError, UsageError
from dms.resources import how_to_add

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_WITHIN_S = 5.0
WITHOUT_WORKERS_S = 60.0
"""So long a cluster may be without any worker before nobody waits for it any more."""

_ADDRESS = re.compile(r"dask://(?P<place>(?:\[[0-9a-fA-F:.]+\]|[^\s/:]+):\d{1,5})/?")
_PULSE_S = 5.0
# A worker that dies is no failure of the drive; a broken connection or a full disk may pass.
_RETRIES = 2

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result, and why."""

    why: str


class _Killed(Lost):
    """A task whose workers died."""


def scheduler_address(executor: str) -> str:
    """The address of the Dask scheduler that `dask://HOST:PORT` means.

    Raises:
        UsageError: it is none.
    """
    match = _ADDRESS.fullmatch(executor)
    if match is None:
        raise UsageError(f"--executor {executor}: expected dask://HOST:PORT, such as dask://10.0.0.5:8786")
    return f"tcp://{match['place']}"


def replay_on_cluster(paths: Sequence[Path], setting: Setting, executor: str) -> Iterator[Outcome]:
    """Replay all drives on the cluster at `dask://HOST:PORT`; outcomes come in the order of the drives.

    Raises:
        UsageError: `executor` is no address, or the extra `cluster` is not installed.
        DriveError: nobody answers there, no worker is left, or the connection is lost.
    """
    task = _Replay(setting, dms.__version__)
    for path, result in zip(paths, over_cluster(executor, task, [path.absolute() for path in paths]), strict=True):
        if isinstance(result, Lost):
            yield Outcome(path, error=DriveError(f"{path}: not replayed: {result.why}"))
        else:
            yield _as_asked_for(result, path)


def over_cluster(executor: str, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result | Lost]:
    """`task` of each item, worked out on the cluster, in the order of the items. Task, items and results must be picklable.

    Raises:
        UsageError, DriveError: as `replay_on_cluster`.
    """
    with Cluster(executor) as cluster:
        yield from cluster.work(task, items)


class Cluster:
    """The connection to a cluster.

    Raises:
        UsageError, DriveError: as `replay_on_cluster`.
    """

    def __init__(self, executor: str) -> None:
        self._executor = executor
        self._client = _connected(executor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """What is still asked for is given up."""
        self._client.close()

    @property
    def workers(self) -> list[str]:
        """The addresses of the workers that are there now."""
        return sorted(self._client.nthreads())

    def work(
        self, task: Callable[[Item], Result], items: Sequence[Item], place: Callable[[Item], str | None] = lambda _: None
    ) -> Iterator[Result | Lost]:
        """`task` of each item, in the order of the items; `place` names the worker that had better do it, if it is there.

        Raises:
            DriveError: no worker is left, or the connection is lost; and whatever error of dms the task raises.
        """

        def submit(item: Item) -> Future[Any]:
            worker = place(item)
            where = {} if worker is None else {"workers": [worker], "allow_other_workers": True}
            return self._client.submit(task, item, pure=False, retries=_RETRIES, **where)

        waiting = [(item, submit(item)) for item in reversed(items)]
        while waiting:
            # Not kept beyond its turn: the cluster forgets a result when nobody here holds its future.
            item, future = waiting.pop()
            result = _result_of(self._client, future, self._executor)
            if isinstance(result, _Killed):
                # Dask suspects every task that a worker had when it died, and most of them only waited there.
                result = _result_of(self._client, submit(item), self._executor)
            yield result


@dataclass(frozen=True, slots=True)
class _Replay:
    """What a worker does with a path."""

    setting: Setting
    version: str

    def __call__(self, path: Path) -> Outcome:
        try:
            check_worker(path, self.version)
        except DriveError as error:
            return Outcome(path, error=error)
        return replay_one(path, self.setting)


def check_worker(path: Path, version: str) -> None:
    """On a worker: make sure that it is of this version of dms, and sees the drive.

    Raises:
        DriveError: it is not, or does not; the message names the worker.
    """
    from distributed import get_worker

    address = get_worker().address
    if version != dms.__version__:
        text = f"{path}: the worker {address} has dms {dms.__version__}, not {version}: install the same everywhere"
        raise DriveError(text)
    if not path.exists():
        raise DriveError(f"{path}: the worker {address} has no such file: drives must be at the same path on all workers")


def _as_asked_for(outcome: Outcome, path: Path) -> Outcome:
    """The outcome in terms of the path as it was given here: nobody can tell from it where it was worked out."""
    there, here = str(outcome.path), str(path)
    error, result = outcome.error, outcome.replay
    if error is not None:
        error = type(error)(str(error).replace(there, here))
    if result is not None:
        result = replace(result, path=path, warnings=tuple(warning.replace(there, here) for warning in result.warnings))
    return replace(outcome, path=path, replay=result, error=error)


def _connected(executor: str) -> Client:
    address = scheduler_address(executor)
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(f"--executor {executor}: Dask is not installed here: {how_to_add('cluster')}") from error
    # What goes wrong with the connection is told once, by us, and not in tracebacks.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_WITHIN_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise DriveError(f"--executor {executor}: no Dask scheduler answers there within {CONNECT_WITHIN_S:g} s") from error
    try:
        client.wait_for_workers(1, timeout=CONNECT_WITHIN_S)
    except TimeoutError as error:
        client.close()
        place = address.removeprefix("tcp://")
        raise DriveError(f"--executor {executor}: it has no workers: start some with `dask worker {place}`") from error
    return client


def _result_of(client: Client, future: Future[Any], executor: str) -> Any:
    """The result of one task, or why there is none."""
    from distributed import KilledWorker

    try:
        return _awaited(client, future, executor)
    except KilledWorker:
        return _Killed("every worker that had it died (out of memory?)")
    except CancelledError as error:
        raise DriveError(f"--executor {executor}: the connection to the scheduler was lost") from error
    except DmsError:
        raise
    except Exception as error:
        # Whatever goes wrong on a worker, such as a package that is missing there, is told with its drive.
        return Lost(f"{type(error).__name__} on the cluster: {error}")


def _awaited(client: Client, future: Future[Any], executor: str) -> Any:
    without_s = 0.0
    while True:
        try:
            return future.result(timeout=_PULSE_S)
        except TimeoutError:
            if future.status == "error":
                # The task's own, or one of another kind that came in the very moment in which the waiting ended.
                return future.result(timeout=_PULSE_S)
        without_s = 0.0 if client.nthreads() else without_s + _PULSE_S
        if without_s >= WITHOUT_WORKERS_S:
            raise DriveError(f"--executor {executor}: no worker is left, and none came for {WITHOUT_WORKERS_S:g} s")
