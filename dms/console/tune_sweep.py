"""`dms tune --sweep`: one or two numbers of a pack at every value of a grid, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dms.console.drive_text import duration_text
from dms.console.tune_bench import TuningBench
from dms.counted import counted
from dms.drives.tuning.candidates import check_bounds
from dms.drives.tuning.result import write_text
from dms.drives.tuning.space import Space, load_space, read_space_file
from dms.drives.tuning.sweep import SweepPoint, run_points, sweep_csv, sweep_space, sweep_svg
from dms.drives.tuning.tuning import ready
from dms.errors import ConfigurationError

if TYPE_CHECKING:
    from dms.drives.tuning.figures import Figures


def run_sweep(wanted: Sequence[str], space_file: Path, bench: TuningBench) -> None:
    """Try the points of the sweep on all drives, print the table, write the table and the picture."""
    original = bench.original
    space = sweep_space(wanted, original, _space_of_pack(space_file, bench))
    check_bounds(space, original)
    name = "-".join(one.name for one in space.dimensions)
    table, picture = bench.results(f"sweep-{name}.csv", f"sweep-{name}.svg")
    with bench.workers(space) as workers:
        ground = ready(bench.prepare(workers), original, space, None, 0)
        points = run_points(space, original, ground, workers)
    unchanged = ground.figures(ground.unchanged(ground.tuning))
    size = counted(len(ground.tuning), "drive"), duration_text(unchanged.hours * 3600), counted(unchanged.labels, "label")
    typer.echo(f"{', '.join(size)}, pack {original.pack.name}")
    for line in sweep_lines(space, points, unchanged):
        typer.echo(line)
    write_text(table, sweep_csv(space, points))
    write_text(picture, sweep_svg(space, points, unchanged, original.pack.name, ", ".join(size)))
    typer.echo(f"written: {table}\nwritten: {picture}")


def _space_of_pack(path: Path, bench: TuningBench) -> Space | None:
    """The space, for bounds that the command line leaves out, if it is one for this pack."""
    try:
        return load_space(path, bench.original.pack.name, bench.original.data)
    except ConfigurationError:
        if read_space_file(path)[0].tunes == bench.original.pack.name:
            raise
        return None


def sweep_lines(space: Space, points: Sequence[SweepPoint], unchanged: Figures) -> Iterator[str]:
    """The table; the pack as it is has a row of its own unless it is one of the points."""
    for letter, one in zip("ab", space.dimensions, strict=False):
        yield f"  {letter}: {one.name}{f', {one.parameter.unit}' if one.parameter.unit else ''}"
    letters = "".join(f"{letter:>9}" for letter, _ in zip("ab", space.dimensions, strict=False))
    yield f"{letters} {'misses':>12} {'false alarms/h':>15} {'latency':>9} {'F1':>7}"
    now = tuple(one.parameter.value for one in space.dimensions)
    rows = list(points) if any(point.values == now for point in points) else [*points, SweepPoint(now, unchanged)]
    for point in sorted(rows, key=lambda point: tuple(reversed(point.values))):
        values = "".join(f"{value:>9g}" for value in point.values)
        figures = f"   refused: {point.refused}" if point.figures is None else _figures(point.figures)
        yield f"{values} {figures}{'   now' if point.values == now else ''}"


def _figures(figures: Figures) -> str:
    missed = f"{figures.misses} of {figures.labels}"
    alarms = "–" if figures.false_per_hour is None else f"{figures.false_per_hour:.2f}"
    latency = "–" if figures.latency_s is None else f"{figures.latency_s:+.2f} s"
    return f"{missed:>12} {alarms:>15} {latency:>9} {figures.f1:>7.1%}"
