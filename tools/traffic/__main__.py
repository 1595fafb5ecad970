"""The independent judge of rule packs: drives to look at, and what the shipped command makes of them.

python -m tools.traffic hours|planted|cases -o DIR
python -m tools.traffic judge [--rules PACK …] [--hours N] [--only hours|planted|cases]
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from tools.traffic.case_run import judge_case, write_case
from tools.traffic.cases import ALL
from tools.traffic.hours import write_hours
from tools.traffic.judge import rates, recalls
from tools.traffic.places import PLACES
from tools.traffic.planted import write_planted
from tools.traffic.tables import block, case_lines, rate_lines, recall_lines

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder to write drives to.", file_okay=False)]
Hours = Annotated[float, typer.Option(help="Hours of each place.", min=0.05)]
Drivers = Annotated[int, typer.Option(help="Drivers with planted events, five drives each.", min=1)]
Seed = Annotated[int, typer.Option(help="The same seed, the same drives.")]


class Part(StrEnum):
    """What there is to judge."""

    HOURS = "hours"
    PLANTED = "planted"
    CASES = "cases"


@app.command()
def hours(out: Out, hours: Hours = 1.0, seed: Seed = 1) -> None:
    """Write attentive hours: every place in four variants of what is known."""
    out.mkdir(parents=True, exist_ok=True)
    for drives in write_hours(out, hours, seed):
        print(*(drive.path for drive in drives), sep="\n")


@app.command()
def planted(out: Out, drivers: Drivers = 12, seed: Seed = 1) -> None:
    """Write planted hours, labelled for `dms score`."""
    out.mkdir(parents=True, exist_ok=True)
    for drive in write_planted(out, drivers, seed):
        print(drive.path)


@app.command()
def cases(out: Out) -> None:
    """Write the drive of every case and say what is expected of it."""
    out.mkdir(parents=True, exist_ok=True)
    for case in ALL:
        path, expected = write_case(case, out)
        print(f"{path}: {case.what}: {'; '.join(map(str, expected))}")


@app.command()
def judge(
    rules: Annotated[list[str] | None, typer.Option(help="Packs to judge; may be given several times.")] = None,
    hours: Hours = 1.0,
    drivers: Drivers = 12,
    seed: Seed = 1,
    only: Annotated[list[Part] | None, typer.Option(help="Judge only these parts.")] = None,
    place: Annotated[list[str] | None, typer.Option(help=f"Hours of these places only: {', '.join(PLACES)}.")] = None,
) -> None:
    """Run the shipped command over all of it and print the tables."""
    packs, parts = rules or ["default"], only or list(Part)
    if Part.CASES in parts:
        with TemporaryDirectory() as folder:
            verdicts = {pack: [judge_case(case, Path(folder), pack) for case in ALL] for pack in packs}
        print(block("Cases", case_lines(verdicts)), flush=True)
    if Part.PLANTED in parts:
        print(block("Planted events", recall_lines(recalls(packs, drivers, seed))), flush=True)
    if Part.HOURS in parts:
        print(block("Attentive hours: alerts an hour", rate_lines(rates(packs, hours, seed, place or tuple(PLACES)))), flush=True)


if __name__ == "__main__":
    app()
