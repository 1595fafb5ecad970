"""`dms tune` as a search: its course and its result, step by step, as a person at a terminal follows them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import typer

from dms.console.tune_bench import TuningBench
from dms.console.tune_text import front_lines, heading_lines, result_lines, search_line
from dms.counted import counted
from dms.drives.studies.course import RESULT, STUDY, Begun
from dms.drives.studies.course import Ground as Told
from dms.drives.studies.keeping import Keeping, Stopped
from dms.drives.tuning import tuning
from dms.drives.tuning.candidates import Original, check_bounds
from dms.drives.tuning.front import Choice, choose
from dms.drives.tuning.optuna_study import SamplerName, require_optuna
from dms.drives.tuning.result import TuningResult, write_results
from dms.drives.tuning.space import Space, load_space
from dms.drives.tuning.study import Search
from dms.drives.tuning.tuning import Finalist, Ground, finalists, made_from, ready
from dms.drives.tuning.workers import Workers
from dms.errors import UsageError


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


def run_search(space_file: Path, bench: TuningBench, wishes: Wishes, begun: Begun) -> None:
    """Search, print the front and what the held-out drivers say of it, write the pack that was taken."""
    require_optuna()
    original = bench.original
    space = load_space(space_file, original.pack.name, original.data)
    check_bounds(space, original)
    files = bench.results(f"{original.pack.name}-tuned.yaml", RESULT)
    with Keeping(bench.folder, begun) as keeping, bench.workers(space) as workers:
        _tune(workers, space, bench, wishes, files, keeping)


def _tune(workers: Workers, space: Space, bench: TuningBench, wishes: Wishes, files: Sequence[Path], keeping: Keeping) -> None:
    original = bench.original
    keeping.begins("cues", len(bench.paths))
    ground = ready(bench.prepare(workers, keeping.done_one), original, space, wishes.held_out_share, wishes.seed)
    heading = tuple(heading_lines(ground, space, original.pack.name))
    _say(heading)
    source = made_from(ground, original, space, workers.task, wishes.sampler, wishes.seed)
    unchanged = ground.of_each(ground.unchanged(ground.order))
    search = Search(bench.folder / STUDY, source, space, original, unchanged, wishes.sampler, wishes.seed)
    before, started = search.tried, time.monotonic()
    keeping.stands_on(_told(ground, original, space, heading))
    keeping.begins("search", wishes.trials, before)
    with bench.progress(wishes.trials, "trial", before) as progress:

        def done(number: int) -> None:
            progress.done(number)
            keeping.done(number)

        try:
            tuning.run_search(search, ground, space, workers, wishes.trials, done)
        except KeyboardInterrupt:
            raise Stopped(f"stopped; what was tried is kept in {search.path}, and the same command goes on") from None
    tried, how = search.tried, f"{wishes.sampler}, seed {wishes.seed}"
    _say([search_line(search, before, time.monotonic() - started, how)])
    keeping.begins("check", len(bench.paths))
    with bench.progress(len(bench.paths), "drive") as progress:

        def checked(number: int) -> None:
            progress.done(number)
            keeping.done(number)

        front = finalists(search, ground, space, workers, wishes.front, checked)
    _say(front_lines(front, ground, space))
    place, reason = _taken(front, ground, space, wishes)
    story = (
        f"Tuned by `dms tune` from pack {original.pack.name}, sha256 {original.pack.sha256[:12]}: {tried} trials, {how},",
        f"on drives of {counted(len(ground.drivers(ground.tuning)), 'driver')}. Numbers that changed are marked 'tuned'.",
    )
    result = TuningResult(original, space, ground, tuple(front), place, reason, story)
    _say(result_lines(result))
    _say([f"written: {path}" for path in write_results(result, *files)])


def _told(ground: Ground, original: Original, space: Space, heading: tuple[str, ...]) -> Told:
    unchanged = ground.figures(ground.unchanged(ground.tuning))
    return Told(
        pack=original.pack.name,
        pack_file=str(original.pack.path),
        pack_sha256=original.pack.sha256,
        space_file=str(space.path),
        objectives=space.objectives,
        drives=tuple(map(str, ground.prepared)),
        unchanged=astuple(unchanged),
        heading=heading,
    )


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
