"""`dms tune`: search better numbers for a rule pack on labelled drives, and see whether they hold for other drivers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.config.cabin import load_cabin
from dms.config.problems import suggestion
from dms.console.drive_text import counted
from dms.console.mounting_options import Mirror, Rotate, mounting_of
from dms.console.replay_options import CabinName, Drives, Processes, Speed
from dms.console.tune_bench import TuningBench
from dms.errors import DmsError, UsageError
from dms.recording.drive import find_drives

if TYPE_CHECKING:
    from dms.drives.tuning.front import Choice
    from dms.drives.tuning.space import Space
    from dms.drives.tuning.study import SamplerName
    from dms.drives.tuning.tuning import Finalist, Ground
    from dms.drives.tuning.workers import Workers

_SAMPLERS: dict[str, SamplerName] = {"tpe": "tpe", "nsga2": "nsga2"}
_CHOICES: dict[str, Choice] = {
    "better": "better",
    "f1": "f1",
    "misses": "misses",
    "false-alarms": "false_alarms",
    "latency": "latency",
}


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


def command(
    drives: Drives,
    rules: Annotated[str | None, typer.Option(help="The pack to tune; by default the one that the space is for.")] = None,
    space: Annotated[str, typer.Option(help="What may move: a name under rules/spaces/, or a path.")] = "default",
    trials: Annotated[int, typer.Option(min=1, help="Go on until so many packs have been tried.")] = 200,
    sampler: Annotated[str, typer.Option(help="How packs are proposed: tpe or nsga2.")] = "tpe",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same split and the same search.")] = 0,
    holdout: Annotated[float, typer.Option(min=0.01, max=0.9, help="The share of the drivers to hold out.")] = 0.3,
    no_holdout: Annotated[bool, typer.Option("--no-holdout", help="Tune on all drives; nothing shows what holds.")] = False,
    choose: Annotated[str, typer.Option(help="Which to take: better, f1, misses, false-alarms or latency.")] = "better",
    pick: Annotated[int | None, typer.Option(min=1, help="Take this pack of the front, by its number.")] = None,
    front: Annotated[int, typer.Option(min=2, max=50, help="Look at no more than so many packs of the front.")] = 12,
    sweep: Annotated[
        list[str] | None,
        typer.Option(metavar="PARAM[=LO:HI:N]", help="No search: try one or two numbers throughout, draw the curve."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the search and its results. Default: runs/tune-PACK.")] = None,
    cues: Annotated[Path, typer.Option(help="Folder where computed cues are kept; it can be deleted.")] = Path("runs/cues"),
    cabin: CabinName = "left_hand_drive",
    speed_kph: Speed = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    processes: Processes = None,
    force: Annotated[bool, typer.Option("--force", help="Replace results. A search is never replaced.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Search the numbers of a rule pack that a space file opens: fewer misses, fewer false alarms, shorter latency.

    Some drivers are held out: the search never sees them, and they show whether what it found holds. A search that was stopped
    goes on with the same command.
    """
    from dms.drives.tuning.candidates import check_bounds, load_original
    from dms.drives.tuning.space import load_space, read_space_file, space_path
    from dms.drives.tuning.study import require_optuna

    seat, path = load_cabin(cabin), space_path(space)
    original = load_original(rules if rules is not None else read_space_file(path)[0].tunes, seat.zones)
    folder = out if out is not None else Path("runs") / f"tune-{original.pack.name}"
    paths, mounting = find_drives(drives), mounting_of(rotate, mirror)
    bench = TuningBench(original, seat, paths, folder, cues, speed_kph, processes, force, quiet, mounting)
    if sweep:
        from dms.console.tune_sweep import run_sweep

        run_sweep(sweep, path, bench)
        return
    require_optuna()
    opened = load_space(path, original.pack.name, original.data)
    check_bounds(opened, original)
    wishes = Wishes(
        trials=trials,
        sampler=_SAMPLERS[_one_of("--sampler", sampler, list(_SAMPLERS))],
        seed=seed,
        held_out_share=None if no_holdout else holdout,
        choice=_CHOICES[_one_of("--choose", choose, list(_CHOICES))],
        pick=pick,
        front=front,
    )
    files = bench.results(f"{original.pack.name}-tuned.yaml", "result.json")
    with bench.workers(opened) as workers:
        _tune(workers, opened, bench, wishes, files)


def _one_of(option: str, word: str, known: Sequence[str]) -> str:
    if word not in known:
        raise UsageError(f"{option} {word}{suggestion(word, known)}")
    return word


def _tune(workers: Workers, space: Space, bench: TuningBench, wishes: Wishes, files: Sequence[Path]) -> None:
    from dms.console.tune_text import front_lines, heading_lines, result_lines, search_line
    from dms.drives.tuning.result import TuningResult, write_results
    from dms.drives.tuning.study import Search
    from dms.drives.tuning.tuning import finalists, made_from, ready, run_search

    original = bench.original
    ground = ready(bench.prepare(workers), original, space, wishes.held_out_share, wishes.seed)
    _say(heading_lines(ground, space, original.pack.name))
    source = made_from(ground, original, space, workers.task, wishes.sampler, wishes.seed)
    unchanged = ground.figures(ground.unchanged(ground.tuning))
    search = Search(bench.folder / "study.sqlite", source, space, original, unchanged, wishes.sampler, wishes.seed)
    before, started = len(search.results) - 1, time.monotonic()
    with bench.progress(wishes.trials, "trial", before) as progress:
        try:
            run_search(search, ground, space, workers, wishes.trials, progress.done)
        except KeyboardInterrupt:
            raise DmsError(f"stopped; what was tried is kept in {search.path}, and the same command goes on") from None
    tried, how = len(search.results) - 1, f"{wishes.sampler}, seed {wishes.seed}"
    _say([search_line(tried, before, search.refused, time.monotonic() - started, how)])
    with bench.progress(wishes.front, "pack") as progress:
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
    from dms.drives.tuning.front import choose

    if wishes.pick is not None:
        if wishes.pick > len(front):
            raise UsageError(f"--pick {wishes.pick}: the front has {counted(len(front), 'pack')}")
        return wishes.pick - 1, "picked by its number"
    unchanged = ground.figures(ground.unchanged(ground.tuning))
    return choose([ground.figures(one.tuning) for one in front], unchanged, space.objectives, wishes.choice)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
