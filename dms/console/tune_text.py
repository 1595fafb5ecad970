"""The course and the result of a search, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dms.console.drive_text import duration_text
from dms.counted import counted
from dms.drives.tuning.figures import Figures, Tried, figure_intervals
from dms.drives.tuning.front import change_of
from dms.drives.tuning.parameters import Number
from dms.drives.tuning.result import TuningResult
from dms.drives.tuning.space import Objective, Space
from dms.drives.tuning.study import Search
from dms.drives.tuning.tuning import Finalist, Ground
from dms.drives.tuning.verdict import ObjectiveVerdict

_NAMES: dict[Objective, str] = {"misses": "misses", "false_alarms": "false alarms", "latency": "latency"}
_UNITS: dict[Objective, str] = {"misses": " % of the labels", "false_alarms": " an hour", "latency": " s"}
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
    yield ""
    yield from result.difference


def verdict_lines(verdicts: Sequence[ObjectiveVerdict]) -> Iterator[str]:
    """Whether the gains hold for the held-out drivers: the answer first, then goal by goal."""
    if not verdicts:
        yield "nothing was held out: whether this holds for other drivers is not known"
        return
    yield _headline(verdicts)
    for verdict in verdicts:
        yield f"  {_NAMES[verdict.objective]:<13} {_finding(verdict)}"


def _headline(verdicts: Sequence[ObjectiveVerdict]) -> str:
    findings = {verdict.finding for verdict in verdicts}
    if "lost" in findings:
        lost = " and ".join(_NAMES[verdict.objective] for verdict in verdicts if verdict.finding == "lost")
        return f"THE GAIN IN {lost.upper()} DOES NOT SURVIVE the hold-out"
    if "worse" in findings:
        worse = " and ".join(_NAMES[verdict.objective] for verdict in verdicts if verdict.finding == "worse")
        return f"what is gained COSTS {worse.upper()} with the held-out drivers"
    if "unsure" in findings:
        return "the gain points the same way for the held-out drivers, but there are too few of them to be sure of all of it"
    if "holds" in findings:
        return "the gain holds for the held-out drivers"
    return (
        "for the held-out drivers there was nothing to gain: whether the gain holds is not known"
        if "nothing to gain" in findings
        else "there is no gain to hold"
    )


def _finding(verdict: ObjectiveVerdict) -> str:
    change = f"{_change(verdict, verdict.tuning_change)}{_UNITS[verdict.objective]} on the tuning drives"
    if verdict.held_out_change is None:
        return f"{change}, nothing to compare for the held-out drivers"
    bounds = verdict.interval
    interval = "" if bounds is None else f" [{_change(verdict, bounds[0])} to {_change(verdict, bounds[1])}]"
    meaning = {"holds": "it holds", "unsure": "not sure", "lost": "it does not hold", "worse": "worse", "no gain": ""}
    meaning |= {"nothing to gain": "there was nothing to gain"}
    word = meaning[verdict.finding]
    held_out = f"{_change(verdict, verdict.held_out_change)}{interval} for the held-out drivers"
    return f"{change}, {held_out}{': ' if word else ''}{word}"


def _change(verdict: ObjectiveVerdict, change: float) -> str:
    return f"{change * 100:+.1f}" if verdict.objective == "misses" else f"{change:+.2f}"


def _number(value: Number) -> str:
    return f"{value:.9g}"
