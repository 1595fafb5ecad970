"""Drives on a real cluster of several worker processes: as if they had been replayed here, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client, LocalCluster

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying import cluster as cluster_module
from dms.drives.replaying.batch import Setting, replay_many
from dms.drives.replaying.cluster import Lost, over_cluster, replay_on_cluster, scheduler_address
from dms.drives.tuning.bench import Changes
from dms.drives.tuning.candidates import changes_of
from dms.drives.tuning.cluster_crew import OnCluster
from dms.drives.tuning.crew import Call, Here
from dms.drives.tuning.tuning import task_for
from dms.drives.tuning.workers import Workers
from dms.errors import DriveError, UsageError
from dms.types import DriveRecord, Observation
from tests.drives.drive_making import PACK, story, write_jsonl, write_mcap
from tests.drives.tuning.tuning_ground import opened, write_drives


class Deadly:
    """Watching this video kills the worker: every one if it is called `deadly`, else only the first that tries."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 0.0

    def __iter__(self) -> Iterator[Observation]:
        victim = self.path.with_suffix(".victim")
        if self.path.stem == "deadly" or not victim.exists():
            victim.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        yield from (record for record in story(20) if isinstance(record, Observation))


@pytest.fixture(scope="module")
def executor() -> Iterator[str]:
    """Two workers in processes of their own, started again when they die."""
    quiet = {"distributed.scheduler.allowed-failures": 0, "distributed.admin.log-format": "%(message)s"}
    with (
        dask.config.set({**quiet, "distributed.worker.memory.target": False}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50) as cluster,
    ):
        yield cluster.scheduler_address.replace("tcp://", "dask://")


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    (tmp_path / "story.yaml").write_text(PACK)
    pack = load_pack(str(tmp_path / "story.yaml"))
    return Setting(pack, load_cabin(), explain=True, availability=True, perceive=Deadly)


def drives(folder: Path) -> list[Path]:
    """Drives of different lengths, one of them damaged, one with labels beside it and one that is gone."""

    def of(seed: int) -> Iterator[DriveRecord]:
        return story(60 - 15 * seed, turned=[(10, 14)], asleep=[(18, 20)], seed=seed)

    paths = [write_jsonl(folder / f"drive{seed}.jsonl", of(seed)) for seed in range(3)]
    paths[1].write_bytes(paths[1].read_bytes()[:-40])
    (folder / "drive2.labels.csv").write_text("t,end,kind,value\n0,20,kss,7\n")
    return [*paths, folder / "gone.mcap", write_mcap(folder / "drive3.mcap", of(3))]


def test_the_cluster_says_what_this_process_says_in_the_same_order(
    executor: str, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    paths = [path.relative_to(tmp_path) for path in drives(tmp_path)]
    here = list(replay_many(paths, setting, processes=1))
    there = list(replay_on_cluster(paths, setting, executor))
    assert [outcome.path for outcome in there] == paths
    gone = there.pop(3)
    assert "gone.mcap: the worker tcp://" in str(gone.error)
    assert "has no such file: drives must be at the same path on all workers" in str(gone.error)
    assert "drive1.jsonl:" in there[1].replay.warnings[0] if there[1].replay else False
    for ours, theirs in zip([*here[:3], here[4]], there, strict=True):
        assert replace(theirs, pack=None) == replace(ours, pack=None)
        assert theirs.pack is not None
        assert theirs.pack.sha256 == setting.pack.sha256


def test_the_work_of_workers_that_die_is_done_by_others(executor: str, setting: Setting, tmp_path: Path) -> None:
    unlucky, deadly = tmp_path / "unlucky.mp4", tmp_path / "deadly.mp4"
    for video in (unlucky, deadly):
        video.write_bytes(b"")
    sound = [write_jsonl(tmp_path / f"{seconds}.jsonl", story(seconds)) for seconds in (10, 20)]
    outcomes = list(replay_on_cluster([deadly, sound[0], unlucky, sound[1]], setting, executor))
    assert unlucky.with_suffix(".victim").exists()
    assert [outcome.replay.observations if outcome.replay else None for outcome in outcomes] == [None, 300, 600, 600]
    assert str(outcomes[0].error) == f"{deadly}: not replayed: every worker that had it died (out of memory?)"


def test_any_task_can_be_worked_out_there(executor: str) -> None:
    results = list(over_cluster(executor, half, [4, 3, 8]))
    assert results == [2, Lost("ValueError on the cluster: 3 is odd"), 4]


def half(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


def test_a_pack_is_tuned_on_the_cluster_as_it_is_here_though_a_worker_dies(
    executor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    original, space = opened(tmp_path)
    paths = [path.relative_to(tmp_path) for path in write_drives(tmp_path / "drives", 3)]
    packs: list[Changes] = [changes_of(space, {"rules.turned.ladder.advisory.after_s": after_s}) for after_s in (1.0, 2.0, 3.0)]
    task = task_for(original, space, load_cabin(), Path("cues"))
    here = worked_out(Workers(task, paths, Here(task)), packs, lambda: None)
    there = worked_out(Workers(task, paths, OnCluster(task, executor)), packs, lambda: kill_the_first_worker(executor))
    assert there[1:] == here[1:]
    assert [[len(drive.matching.unexpected) for drive in side] for side in there[1]] == [[1, 1, 1], [1, 1, 1], [0, 0, 0]]
    assert [one.unchanged for one in there[0]] == [one.unchanged for one in here[0]]
    assert [one.drive.path for one in there[0]] == paths


def worked_out(workers: Workers, packs: list[Changes], before_the_last: Callable[[], None]) -> tuple[Any, ...]:
    """What comes of packs on drives; something happens when the workers are in full swing."""
    with workers:
        prepared = list(workers.prepare())
        workers.share_out(workers.drives)
        first = workers.quick(packs, workers.drives)
        before_the_last()
        some = workers.while_hopeful(packs, workers.drives, lambda drives: bool(drives[0].matching.missed))
        return prepared, first, some, workers.quick(packs, workers.drives), workers.whole(packs, workers.drives)


def kill_the_first_worker(executor: str) -> None:
    with Client(scheduler_address(executor), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=240)  # others may have died in an earlier test
        pids = client.run(os.getpid)
    os.kill(pids[min(pids)], signal.SIGKILL)


def test_a_drive_that_no_worker_sees_stops_the_search(executor: str, tmp_path: Path) -> None:
    original, space = opened(tmp_path)
    crew = OnCluster(task_for(original, space, load_cabin(), tmp_path / "cues"), executor)
    with pytest.raises(DriveError, match=r"gone\.jsonl: the worker tcp://.* has no such file"):
        list(crew.results([Call("prepare", tmp_path / "gone.jsonl")]))
    crew.close(at_once=True)


def test_another_version_of_dms_on_the_workers_is_named(
    executor: str, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = write_jsonl(tmp_path / "sound.jsonl", story(2))
    monkeypatch.setattr("dms.__version__", "99.0")
    (outcome,) = replay_on_cluster([drive], setting, executor)
    assert "not 99.0: install the same everywhere" in str(outcome.error)


def test_nobody_waits_for_a_scheduler_that_is_not_there(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_WITHIN_S", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening: nobody can answer here, and nobody else can begin to
        executor = f"dask://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(
            DriveError, match=r"--executor dask://127\.0\.0\.1:\d+: no Dask scheduler answers there within 0\.5 s"
        ):
            list(replay_on_cluster([tmp_path / "x.mcap"], setting, executor))


def test_a_cluster_without_workers_says_how_to_start_some(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_WITHIN_S", 1.0)
    with LocalCluster(n_workers=0, processes=True, dashboard_address=":0", silence_logs=50) as empty:
        executor = empty.scheduler_address.replace("tcp://", "dask://")
        with pytest.raises(DriveError, match=r"it has no workers: start some with `dask worker 127\.0\.0\.1:\d+`"):
            list(replay_on_cluster([tmp_path / "x.mcap"], setting, executor))


@pytest.mark.parametrize(
    "executor", ["10.0.0.5:8786", "dask://10.0.0.5", "dask://:8786", "spark://host:7077", "dask://h:port", ""]
)
def test_an_executor_that_is_no_address_is_refused(executor: str) -> None:
    with pytest.raises(UsageError, match=r"expected dask://HOST:PORT, such as dask://10\.0\.0\.5:8786"):
        scheduler_address(executor)


@pytest.mark.parametrize(
    ("executor", "address"),
    [
        ("dask://10.0.0.5:8786", "tcp://10.0.0.5:8786"),
        ("dask://node-1.lan:1/", "tcp://node-1.lan:1"),
        ("dask://[::1]:8786", "tcp://[::1]:8786"),
    ],
)
def test_addresses(executor: str, address: str) -> None:
    assert scheduler_address(executor) == address
