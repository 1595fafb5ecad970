"""The networks that ship, from assets to weights: rendering what is missing, training, mining, exporting."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tools.export import export_all
from tools.train.mining import mine
from tools.train.tasks import TASKS
from tools.train.trainer import Plan, train

MINUTES = {"face": 55.0, "eye": 15.0, "detector": 15.0, "objects": 25.0}
FIRST_SHARE = 0.85
"""Of the face network's training before its own mistakes are looked for."""
SHARDS = {"face": 160, "eye": 100, "scene": 48, "bust": 120, "seat": 60}
HELD_OUT_SHARDS = {"face": 8, "eye": 6, "scene": 4, "bust": 6, "seat": 4}
"""Shards of 250 pictures."""


def render(assets: Path, data: Path, workers: int) -> None:
    """Render training and held-out shards; shards that are there already are kept."""
    for split, shards in (("train", SHARDS), ("heldout", HELD_OUT_SHARDS)):
        for kind, count in shards.items():
            command = [
                sys.executable, "-m", "tools.render", "dataset", "--kind", kind, "--shards", f"0:{count}",
                "--assets", str(assets), "--out", str(data / split), "--workers", str(workers),
            ]  # fmt: skip
            subprocess.run([*command, "--heldout"] if split == "heldout" else command, check=True)


def _train_face(plan: Plan, models: Path) -> None:
    """Train the face network, stopping twice to look for places that are taken for faces."""
    for second, share in ((False, FIRST_SHARE), (True, 1.0)):
        export_all(plan.runs, models)
        if (models / "detector.onnx").exists():
            mine(plan.data, plan.hdri, models, second)
        whole = plan.schedule_minutes or plan.minutes
        train(TASKS["face"], replace(plan, minutes=plan.minutes * share, schedule_minutes=whole))


def command_for(*names: str) -> Callable[..., None]:
    """The command that trains these networks, one after the other, and exports them."""

    def run(
        work: Annotated[Path, typer.Option(help="For WORK/data, WORK/runs (checkpoints), WORK/models.")] = Path("runs"),
        assets: Annotated[Path | None, typer.Option(help="Ingredients; given: render what is missing first.")] = None,
        data: Annotated[Path | None, typer.Option(help="Training shards, if not WORK/data/train.")] = None,
        hdri: Annotated[Path | None, typer.Option(help="Environment maps, if not ASSETS/hdri.")] = None,
        runs: Annotated[Path | None, typer.Option(help="Checkpoints, if not WORK/runs.")] = None,
        models: Annotated[Path | None, typer.Option(help="Weights, if not WORK/models.")] = None,
        minutes: Annotated[float | None, typer.Option(help="Training minutes of one network in all; default by network.")] = None,
        workers: Annotated[int, typer.Option(help="Processes that render or make samples.")] = 2,
        threads: Annotated[int, typer.Option(help="Threads that train.")] = 2,
        start: Annotated[Path | None, typer.Option(help="Weights to begin from (a directory such as models/).")] = None,
        compiled: Annotated[
            bool, typer.Option("--compile", help="Compile the network first: faster, needs a C++ compiler.")
        ] = False,
        schedule: Annotated[
            float | None, typer.Option(help="Minutes over which the learning rate falls, if not MINUTES.")
        ] = None,
        mined: Annotated[
            bool, typer.Option(help="Look for the face network's own mistakes between two parts of its training.")
        ] = True,
    ) -> None:
        """Train and export."""
        if hdri is None and assets is None:
            raise typer.BadParameter("give --assets or --hdri: negatives are cut from the environment maps")
        if assets is not None and data is None:
            render(assets, work / "data", workers)
        plan = Plan(
            data=data or work / "data" / "train",
            hdri=hdri or (assets or Path()) / "hdri",
            runs=runs or work / "runs",
            minutes=0.0,
            workers=workers,
            threads=threads,
            schedule_minutes=schedule,
            start=start,
            compiled=compiled,
        )
        for name in names:
            one = replace(plan, minutes=minutes if minutes is not None else MINUTES[name])
            if name == "face" and mined:
                _train_face(one, models or work / "models")
            else:
                train(TASKS[name], one)
        export_all(plan.runs, models or work / "models", (plan.data, plan.hdri))

    return run
