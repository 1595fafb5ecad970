"""The course and the result of a search, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dms.console.drive_text import duration_text
from dms.counted import counted
from dms.drives.studies.verdict_words import driver_lines, verdict_lines
from dms.drives.tuning.figures import Figures, Tried, figure_intervals
from dms.drives.tuning.front import change_of
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.result import TuningResult
from dms.drives.tuning.space import Space
from dms.drives.tuning.study import Search
from dms.drives.tuning.tuning import Finalist, Ground

_COLUMNS = f"{'misses':<22} {'false alarms/h':<20} {'latency':>8}"


def heading_lines(ground: Ground, space: Space, pack_name: str) -> Iterator[str]:
    """What is tuned, on what, and by what it is judged."""
    numbers, kinds = counted(len(space.dimensions), "number"), ", ".join(sorted(ground.opened))
    yield f"pack {pack_name}, {numbers} of {space.path.name} may move: {kinds}"
    yield f"  tune on   {_side(ground, 'tuning')}"
    yield (
        f"  hold out  {_side(ground, 'held_out')}"
        if ground.held_out
        else "  hold out  nothing: nobody can say whether a gain holds"
    )
    if ground.never_labelled:
        listed = ", ".join(ground.never_labelled)
        yield f"  careful: no label of {listed} among the drives to tune on: each such alert counts as false, so that the"
        yield "           search can only silence it"


def _side(ground: Ground, name: str) -> str:
    paths = ground.tuning if name == "tuning" else ground.held_out
    figures = ground.figures(ground.unchanged(paths))
    drivers = ", ".join(ground.drivers(paths))
    size = f"{counted(len(paths), 'drive')}, {duration_text(figures.hours * 3600)}, {counted(figures.labels, 'label')}"
    return f"{size}: {drivers}"


def search_line(search: Search, before: int, elapsed_s: float, how: str) -> str:
    """What the search did; `before` of its trials were done earlier."""
    went_on = f", {before} of them earlier" if before else ""
    given_up = f", {search.given_up} stopped early" if search.given_up else ""
    draws = f"; {counted(search.refused, 'draw')} broke the pack's schema and did not count" if search.refused else ""
    return f"{counted(search.tried, 'trial')}{went_on}, {how}, in {duration_text(elapsed_s)}{given_up}{draws}"


def front_lines(front: Sequence[Finalist], ground: Ground, space: Space) -> Iterator[str]:
    """The unchanged pack and the front, on both sides, every figure from all moments with the full rules."""
    held_out = bool(ground.held_out)
    yield f"  {'':>4} {'changes':>7}  {'on the tuning drives':<53}{'for the held-out drivers' if held_out else ''}".rstrip()
    yield f"  {'':>4} {'':>7}  {_COLUMNS}  {_COLUMNS if held_out else ''}".rstrip()
    yield _row("now", "", ground, ground.unchanged(ground.tuning), ground.unchanged(ground.held_out))
    for number, one in enumerate(front, 1):
        changes, _ = change_of(one.result.values, space)
        yield _row(str(number), str(changes), ground, one.tuning, one.held_out)
    yield "  misses: of all labels; brackets: 95 % over drivers; latency: seconds beyond the unchanged rule's own time"
    differing = [str(number) for number, one in enumerate(front, 1) if not one.agrees]
    if differing:
        yield f"  in {', '.join(differing)} the quick trials of the search saw something else; the table has what all moments say"


def _row(name: str, changes: str, ground: Ground, tuning: Sequence[Tried], held_out: Sequence[Tried]) -> str:
    sides = "  ".join(_figures_text(ground, side) for side in (tuning, held_out) if side)
    return f"  {name:>4} {changes:>7}  {sides}".rstrip()


def _figures_text(ground: Ground, side: Sequence[Tried]) -> str:
    parts = ground.by_driver(side)
    figures, intervals = sum(parts.values(), Figures()), figure_intervals(parts.values())
    misses, false = intervals["misses"], intervals["false_alarms"]
    missed = f"{figures.misses} of {figures.labels}"
    if misses is not None:
        missed += f" [{misses[0] * 100:.0f}–{misses[1] * 100:.0f} %]"
    alarms = "–" if figures.false_per_hour is None else f"{figures.false_per_hour:.2f}"
    if false is not None:
        alarms += f" [{false[0]:.2f}–{false[1]:.2f}]"
    latency = "–" if figures.latency_s is None else f"{figures.latency_s:+.2f} s"
    return f"{missed:<22} {alarms:<20} {latency:>8}"


def result_lines(result: TuningResult) -> Iterator[str]:
    """The pack that was taken, what it changes, and whether its gains hold."""
    if result.place is None:
        yield f"the pack stays as it is: {result.reason}"
        return
    yield f"taken: {result.place + 1}, {result.reason}"
    width = max((len(one.parameter.name) for one in result.changed), default=0)
    for one in result.changed:
        unit = f" {one.parameter.unit}" if one.parameter.unit else ""
        yield f"  {one.parameter.name:<{width}}  {_number(one.parameter.value)} → {_number(one.value)}{unit}"
    yield from verdict_lines(result.verdicts)
    if result.verdicts:
        yield from driver_lines(*result.held_out_by_driver)
    yield ""
    yield from result.difference


def _number(value: Number) -> str:
    return f"{value:.9g}"
