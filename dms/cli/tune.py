"""`dms tune`: search better numbers for a rule pack on labelled drives, and see whether they hold for other drivers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.config import defaults
from dms.config.cabin import load_cabin
from dms.config.problems import suggestion
from dms.console import completions
from dms.console.mounting_options import Fps, Mirror, Rotate, recorded_as
from dms.console.replay_options import CabinName, Drives, Executor, Processes, Speed
from dms.console.tune_bench import TuningBench
from dms.console.weights_option import Models, asked_weights, check_models
from dms.errors import UsageError
from dms.recording.drive import find_drives

if TYPE_CHECKING:
    from dms.drives.tuning.front import Choice
    from dms.drives.tuning.optuna_study import SamplerName

_SAMPLERS: dict[str, SamplerName] = {"tpe": "tpe", "nsga2": "nsga2"}
_CHOICES: dict[str, Choice] = {
    "better": "better",
    "f1": "f1",
    "misses": "misses",
    "false-alarms": "false_alarms",
    "latency": "latency",
}


def command(
    drives: Drives,
    rules: Annotated[
        str | None,
        typer.Option(
            metavar="PACK", help="The pack to tune; by default the one that the space is for.", autocompletion=completions.packs
        ),
    ] = None,
    space: Annotated[
        str,
        typer.Option(
            metavar="SPACE",
            help="Which numbers may move: a name under rules/spaces/, or a path.",
            autocompletion=completions.spaces,
        ),
    ] = "default",
    trials: Annotated[int, typer.Option(min=1, help="How many packs to try in all.")] = 200,
    sampler: Annotated[
        str, typer.Option(help="How packs are proposed: tpe or nsga2.", autocompletion=completions.one_of(_SAMPLERS))
    ] = "tpe",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same split and the same search.")] = 0,
    holdout: Annotated[float, typer.Option(min=0.01, max=0.9, help="The share of the drivers to hold out.")] = 0.3,
    no_holdout: Annotated[bool, typer.Option("--no-holdout", help="Tune on all drives; nothing shows what holds.")] = False,
    choose: Annotated[
        str,
        typer.Option(
            help="Which to take: better, f1, misses, false-alarms or latency.", autocompletion=completions.one_of(_CHOICES)
        ),
    ] = "better",
    pick: Annotated[int | None, typer.Option(min=1, help="Take this pack of the front, by its number.")] = None,
    front: Annotated[int, typer.Option(min=2, max=50, help="The most packs of the front to check and show.")] = 12,
    sweep: Annotated[
        list[str] | None,
        typer.Option(metavar="PARAM[=LO:HI:N]", help="No search: try one or two numbers throughout, draw the curve."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the search and its results. Default: runs/tune-PACK.")] = None,
    cues: Annotated[Path, typer.Option(help="Folder where computed cues are kept; it can be deleted.")] = (
        Path(defaults.STUDIES) / "cues"
    ),
    cabin: CabinName = defaults.CABIN,
    speed_kph: Speed = None,
    rotate: Rotate = None,
    mirror: Mirror = None,
    fps: Fps = None,
    models: Models = None,
    processes: Processes = None,
    executor: Executor = None,
    force: Annotated[bool, typer.Option("--force", help="Replace results. A search is never replaced.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Search the numbers of a rule pack that a space file opens: fewer misses, fewer false alarms, shorter latency.

    Some drivers are held out: the search never sees them, and they show whether what it found holds. A search that was stopped
    goes on with the same command.
    """
    from dms.console.tune_search import Wishes, run_search
    from dms.drives.studies.course import Begun
    from dms.drives.tuning.candidates import load_original
    from dms.drives.tuning.space import read_space_file, space_path

    if processes is not None and executor is not None:
        raise UsageError("--processes is for this machine, --executor for a cluster: give one of them")
    seat, path = load_cabin(cabin), space_path(space)
    original = load_original(rules if rules is not None else read_space_file(path)[0].tunes, seat.zones)
    folder = out if out is not None else Path(defaults.STUDIES) / f"tune-{original.pack.name}"
    paths, recorded = find_drives(drives), recorded_as(rotate, mirror, fps)
    weights = asked_weights(models)
    check_models(models, paths)
    bench = TuningBench(original, seat, paths, folder, cues, speed_kph, processes, force, quiet, recorded, executor, weights)
    if sweep:
        from dms.console.tune_sweep import run_sweep

        run_sweep(sweep, path, bench)
        return
    wishes = Wishes(
        trials=trials,
        sampler=_SAMPLERS[_one_of("--sampler", sampler, list(_SAMPLERS))],
        seed=seed,
        held_out_share=None if no_holdout else holdout,
        choice=_CHOICES[_one_of("--choose", choose, list(_CHOICES))],
        pick=pick,
        front=front,
    )
    begun = Begun(
        folder=str(Path.cwd()),
        drives=tuple(map(str, drives)),
        rules=rules,
        space=space,
        trials=trials,
        sampler=sampler,
        seed=seed,
        holdout=wishes.held_out_share,
        choose=choose,
        pick=pick,
        front=front,
        cues=str(cues),
        cabin=cabin,
        speed_kph=speed_kph,
        rotate=rotate,
        mirror=mirror,
        fps=fps,
        processes=processes,
        executor=executor,
    )
    run_search(path, bench, wishes, begun)


def _one_of(option: str, word: str, known: Sequence[str]) -> str:
    if word not in known:
        raise UsageError(f"{option} {word}{suggestion(word, known)}")
    return word
