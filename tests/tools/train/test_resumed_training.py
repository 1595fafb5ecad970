"""Killed, interrupted, shared out: a training comes to the same weights."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from dms.errors import UsageError
from tests.tools.train.fake_shards import write_shards
from tests.tools.train.tiny_network import Tiny
from tests.tools.train.written import write_recipe
from tools.picture_files import read_picture
from tools.train.by_recipe.beginning import CHECKPOINT
from tools.train.by_recipe.training import Order, train_recipe
from tools.train.running.steps import UnstableTrainingError
from tools.train.running.team import ALONE

pytestmark = pytest.mark.timeout(900)
ROOT = Path(__file__).resolve().parents[3]
MODULE = ("-m", "tools.train")
LONG_S = 600.0


def order(folder: Path, recipe: Path, runs: str, **options: Any) -> Order:
    return Order(recipe, folder / "data", folder / runs, workers=0, threads=1, **options)


def command(asked: Order, *before: str) -> list[str]:
    return [
        sys.executable, *before, *MODULE, "recipe", str(asked.recipe), "--data", str(asked.data), "--runs", str(asked.runs),
        "--workers", str(asked.workers), "--threads", "1", "--checkpoint-s", "0",
    ]  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def saved(asked: Order) -> dict[str, Any]:
    return torch.load(asked.folder / CHECKPOINT, weights_only=True)


def without_times(content: dict[str, Any]) -> dict[str, Any]:
    rows = [{name: value for name, value in row.items() if name != "minutes"} for row in content["history"]["rows"]]
    return {**content, "history": {**content["history"], "rows": rows}, "trained_s": 0.0}


def equal(first: Any, second: Any) -> bool:
    """Whether two checkpoints are the same to the last bit."""
    if isinstance(first, torch.Tensor):
        return torch.equal(first, second)
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(equal(first[name], second[name]) for name in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(equal, first, second))
    return first == second


def wait_for(path: Path, process: subprocess.Popen) -> None:
    """Until a file is there."""
    end = time.monotonic() + LONG_S
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_training_that_was_stopped_and_killed_comes_to_the_same_weights(tmp_path: Path) -> None:
    """Once asked to stop, once killed with no warning, each time in the middle, then left alone to the end."""
    write_shards(tmp_path / "data", "face", count=12)
    recipe = write_recipe(tmp_path, ("samples: 240", "samples: 800"))
    straight, broken = order(tmp_path, recipe, "straight"), order(tmp_path, recipe, "broken", checkpoint_s=0.0)
    train_recipe(straight, ALONE)
    steps: list[int] = []
    for number in (signal.SIGTERM, signal.SIGKILL):
        before = (broken.folder / "curves.csv").read_bytes() if steps else b""
        process = subprocess.Popen(command(broken), cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True)
        wait_for(broken.folder / "curves.csv", process)
        while (broken.folder / "curves.csv").read_bytes() == before and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=LONG_S)
        if number == signal.SIGTERM:
            assert process.returncode == 130, said
            assert f"to go on: python -m tools.train recipe {recipe}" in said
        else:
            assert process.returncode == -signal.SIGKILL
        steps.append(saved(broken)["step"])
    assert 0 < steps[0] < steps[1] < 200
    train_recipe(broken, ALONE)
    assert equal(without_times(saved(broken)), without_times(saved(straight)))


def test_workers_change_nothing(tmp_path: Path) -> None:
    write_shards(tmp_path / "data", "face", count=12)
    recipe = write_recipe(tmp_path, ("samples: 240", "samples: 40"))
    alone, helped = order(tmp_path, recipe, "alone"), Order(recipe, tmp_path / "data", tmp_path / "helped", workers=2, threads=1)
    for each in (alone, helped):
        train_recipe(each, ALONE)
    assert equal(without_times(saved(alone)), without_times(saved(helped)))


def test_two_processes_share_a_training_and_come_to_the_weights_of_one(tmp_path: Path) -> None:
    """torchrun starts two; each makes half of every batch."""
    write_shards(tmp_path / "data", "face", count=12)
    recipe = write_recipe(tmp_path, ("samples: 240", "samples: 48"))
    one, two = order(tmp_path, recipe, "one"), order(tmp_path, recipe, "two")
    train_recipe(one, ALONE)
    shared = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    words = command(two, *shared)
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=LONG_S, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("trained, 48 of 48 samples") == 1, "only the first of them speaks"
    alone, together = saved(one), saved(two)
    assert together["step"] == 12
    assert together["history"]["judged"] == pytest.approx(alone["history"]["judged"], rel=1e-3)
    torch.manual_seed(1)
    for name, begun in Tiny().state_dict().items():
        apart = (together["network"][name] - alone["network"][name]).abs().max()
        assert apart < 0.01 * (alone["network"][name] - begun).abs().max(), name


def test_curves_tell_what_was_learned(tmp_path: Path) -> None:
    write_shards(tmp_path / "data", "face", count=12)
    asked = order(tmp_path, write_recipe(tmp_path), "runs")
    folder = train_recipe(asked, ALONE)
    with (folder / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    losses = [float(row["loss"]) for row in rows if row["loss"]]
    judged = [(int(row["samples"]), float(row["judged"])) for row in rows if row["judged"]]
    assert len(losses) == 3
    assert losses[-1] < losses[0]
    assert [samples for samples, _ in judged] == [40, 80, 120, 160, 200, 240]
    assert min(value for _, value in judged) < judged[0][1]
    drawn = read_picture(folder / "curves.png")
    assert (drawn < 200).any(axis=2).sum() > 500
    assert saved(asked)["best"] is not None


def test_training_stops_early_when_nothing_gets_better_and_stays_stopped(tmp_path: Path) -> None:
    write_shards(tmp_path / "data", "face", count=12)
    recipe = write_recipe(
        tmp_path,
        ("every_samples: 40", "every_samples: 4, patience: 2"),
        ("rate: 0.01", "rate: 1.0"),
        ("samples: 240", "samples: 4000"),
    )
    asked = order(tmp_path, recipe, "runs")
    train_recipe(asked, ALONE)
    first = saved(asked)
    assert 2 < first["step"] < 1000
    train_recipe(asked, ALONE)
    assert equal(saved(asked), first)


def test_a_gradient_that_is_no_number_ends_a_training_before_it_spoils_the_weights(tmp_path: Path) -> None:
    write_shards(tmp_path / "data", "face", count=12)
    recipe = write_recipe(tmp_path, ("kind: geodesic", "kind: own, function: tests.tools.train.tiny_network:cliff"))
    with pytest.raises(UnstableTrainingError, match=r"tiny: step 0: the loss is 0 and its gradient not finite"):
        train_recipe(order(tmp_path, recipe, "runs"), ALONE)


def test_a_folder_with_another_training_is_left_alone(tmp_path: Path) -> None:
    write_shards(tmp_path / "data", "face", count=12)
    train_recipe(order(tmp_path, write_recipe(tmp_path), "runs", samples=8), ALONE)
    changed = write_recipe(tmp_path, ("rate: 0.01", "rate: 0.02"), ("batch: 4", "batch: 8"))
    with pytest.raises(UsageError, match=r"runs/tiny: was trained by a recipe that differs in batch, schedule"):
        train_recipe(order(tmp_path, changed, "runs", samples=16), ALONE)


def test_a_card_that_is_not_there_is_told(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("needs a machine without a graphics card")
    write_shards(tmp_path / "data", "face", count=12)
    recipe = write_recipe(tmp_path)
    with pytest.raises(UsageError, match="device cuda: torch finds no graphics card"):
        train_recipe(order(tmp_path, recipe, "runs", device="cuda"), ALONE)
    halves = write_recipe(tmp_path, ("precision: fp32", "precision: fp16"), name="halves")
    with pytest.raises(UsageError, match="precision fp16: only on a graphics card"):
        train_recipe(order(tmp_path, halves, "runs"), ALONE)


def test_events_for_tensorboard_are_written_where_it_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="needs the package tensorboard, which is optional")
    write_shards(tmp_path / "data", "face", count=12)
    asked = order(tmp_path, write_recipe(tmp_path), "runs")
    train_recipe(asked, ALONE)
    (events,) = asked.folder.glob("events.out.tfevents.*")
    content = events.read_bytes()
    assert [content.count(name) for name in (b"judged", b"rate", b"geodesic")] == [6, 3, 3]
