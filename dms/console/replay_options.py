"""The options that every command over drives has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dms.console import completions

RECORDED = "recorded"


def within(lowest: float, highest: float) -> Callable[[float | None], float | None]:
    """A check of an option's value that says what is wrong with NaN as well, which is neither below a bound nor above one."""

    def check(value: float | None) -> float | None:
        if value is not None and not lowest <= value <= highest:
            raise typer.BadParameter(f"{value:g}: expected a number from {lowest:g} to {highest:g}")
        return value

    return check


Drives = Annotated[
    list[Path],
    typer.Argument(metavar="DRIVE", help="Drives (.jsonl, .jsonl.gz, .mcap or video) or folders of drives.", show_default=False),
]
Rules = Annotated[
    str,
    typer.Option(metavar="PACK", help="A rule pack: a name under rules/, or a path.", autocompletion=completions.packs),
]
CabinName = Annotated[
    str,
    typer.Option(metavar="CABIN", help="The cabin: a name under rules/cabin/, or a path.", autocompletion=completions.cabins),
]
Speed = Annotated[
    float | None,
    typer.Option(
        metavar="0-400", callback=within(0.0, 400.0), help="For a bench: the speed to assume while no vehicle reports one."
    ),
]
Processes = Annotated[int | None, typer.Option(min=1, help="How many drives to replay at once. Default: one per core.")]
Executor = Annotated[
    str | None, typer.Option(metavar="dask://HOST:PORT", help="Replay on this Dask cluster, whose workers see the same folders.")
]

Second = Annotated[
    Path | None,
    typer.Option(
        metavar="VIDEO",
        help="A second camera's video of the same driver, begun at the same moment and upright: both are watched in step.",
    ),
]


RulesOrRecorded = Annotated[
    str,
    typer.Option(
        metavar="PACK",
        help="A rule pack: a name under rules/, or a path. `recorded`: what was in force when it was recorded.",
        autocompletion=completions.packs_or_recorded,
    ),
]
