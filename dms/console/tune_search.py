"""`dms tune` as a search: its course and its result, step by step, as a person at a terminal follows them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from dms.console.tune_bench import TuningBench
from dms.console.tune_text import front_lines, heading_lines, result_lines, search_line
from dms.counted import counted
from dms.drives.tuning import tuning
from dms.drives.tuning.candidates import check_bounds
from dms.drives.tuning.front import Choice, choose
from dms.drives.tuning.optuna_study import SamplerName, require_optuna
from dms.drives.tuning.result import TuningResult, write_results
from dms.drives.tuning.space import Space, load_space
from dms.drives.tuning.study import Search
from dms.drives.tuning.tuning import Finalist, Ground, finalists, made_from, ready
from dms.drives.tuning.workers import Workers
from dms.errors import DmsError, UsageError


@dataclass(frozen=True)
class Wishes:
    """What the command line asks of a search."""

    trials: int
    sampler: SamplerName
    seed: int
    held_out_share: float | None
    choice: Choice
    pick: int | None
    front: int


def run_search(space_file: Path, bench: TuningBench, wishes: Wishes) -> None:
    """Search, print the front and what the held-out drivers say of it, write the pack that was taken."""
    require_optuna()
    original = bench.original
    space = load_space(space_file, original.pack.name, original.data)
    check_bounds(space, original)
    files = bench.results(f"{original.pack.name}-tuned.yaml", "result.json")
    with bench.workers(space) as workers:
        _tune(workers, space, bench, wishes, files)


def _tune(workers: Workers, space: Space, bench: TuningBench, wishes: Wishes, files: Sequence[Path]) -> None:
    original = bench.original
    ground = ready(bench.prepare(workers), original, space, wishes.held_out_share, wishes.seed)
    _say(heading_lines(ground, space, original.pack.name))
    source = made_from(ground, original, space, workers.task, wishes.sampler, wishes.seed)
    unchanged = ground.of_each(ground.unchanged(ground.order))
    search = Search(bench.folder / "study.sqlite", source, space, original, unchanged, wishes.sampler, wishes.seed)
    before, started = search.tried, time.monotonic()
    with bench.progress(wishes.trials, "trial", before) as progress:
        try:
            tuning.run_search(search, ground, space, workers, wishes.trials, progress.done)
        except KeyboardInterrupt:
            raise DmsError(f"stopped; what was tried is kept in {search.path}, and the same command goes on") from None
    tried, how = search.tried, f"{wishes.sampler}, seed {wishes.seed}"
    _say([search_line(search, before, time.monotonic() - started, how)])
    with bench.progress(len(bench.paths), "drive") as progress:
        front = finalists(search, ground, space, workers, wishes.front, progress.done)
    _say(front_lines(front, ground, space))
    place, reason = _taken(front, ground, space, wishes)
    story = (
        f"Tuned by `dms tune` from pack {original.pack.name}, sha256 {original.pack.sha256[:12]}: {tried} trials, {how},",
        f"on drives of {counted(len(ground.drivers(ground.tuning)), 'driver')}. Numbers that changed are marked 'tuned'.",
    )
    result = TuningResult(original, space, ground, tuple(front), place, reason, story)
    _say(result_lines(result))
    _say([f"written: {path}" for path in write_results(result, *files)])


def _taken(front: Sequence[Finalist], ground: Ground, space: Space, wishes: Wishes) -> tuple[int | None, str]:
    """The place of the pack to take, and why."""
    if wishes.pick is not None:
        if wishes.pick > len(front):
            raise UsageError(f"--pick {wishes.pick}: the front has {counted(len(front), 'pack')}")
        return wishes.pick - 1, "picked by its number"
    unchanged = ground.figures(ground.unchanged(ground.tuning))
    return choose([ground.figures(one.tuning) for one in front], unchanged, space.objectives, wishes.choice)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
