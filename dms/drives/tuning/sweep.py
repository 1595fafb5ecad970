"""A plain sweep: one or two numbers of a pack at every value of a grid, everything else as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from dms.config.problems import suggestion
from dms.drives.tuning.candidates import Original, changes_of
from dms.drives.tuning.chart import Line, Point, trade_off_svg
from dms.drives.tuning.figures import Figures, Tried, figures_of
from dms.drives.tuning.parameters import Number, find_parameter, parameters_of
from dms.drives.tuning.space import OBJECTIVES, Dimension, Space
from dms.drives.tuning.tuning import Ground, same_result
from dms.drives.tuning.workers import Workers
from dms.errors import ConfigurationError, DriveError, UsageError

_POINTS = 11
_MOST_STEPS_OF_SPACE = 20
"""A number with more steps than this in the space is swept in fewer."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One pack of a sweep: the values of the numbers that move, and the figures, or why the schema refuses it."""

    values: tuple[Number, ...]
    figures: Figures | None
    refused: str = ""


def sweep_space(wanted: Sequence[str], original: Original, space: Space | None) -> Space:
    """The numbers to sweep, as a space: each `NAME=LOW:HIGH:COUNT`, or a `NAME` with the bounds that `space` gives it.

    Raises:
        UsageError: there are more than two, a number is unknown, or a range is none.
    """
    if len(wanted) > 2:
        raise UsageError("--sweep: one or two numbers can be swept at once")
    dimensions = tuple(_dimension(one, original, space) for one in wanted)
    if len({one.name for one in dimensions}) < len(dimensions):
        raise UsageError(f"--sweep: {dimensions[0].name} stands twice")
    return Space(Path("--sweep"), "", OBJECTIVES, dimensions)


def _dimension(wanted: str, original: Original, space: Space | None) -> Dimension:
    name, _, bounds = wanted.partition("=")
    known = parameters_of(original.data)
    parameter = find_parameter(name, known)
    if parameter is None:
        near = suggestion(name, known)
        raise UsageError(f"--sweep {name}: no number of pack {original.pack.name} is called so{near}")
    opened = next((one for one in space.dimensions if one.parameter == parameter), None) if space is not None else None
    followers = opened.followers if opened is not None else ()
    if not bounds:
        if opened is None:
            raise UsageError(f"--sweep {name}: from where to where? The space does not say; write {name}=LOW:HIGH:COUNT")
        steps = round((opened.highest - opened.lowest) / opened.step)
        lowest, highest, count = opened.lowest, opened.highest, steps + 1 if steps <= _MOST_STEPS_OF_SPACE else _POINTS
    else:
        lowest, highest, count = _bounds(wanted, bounds)
    step = float(f"{(highest - lowest) / (count - 1):.9g}")
    return Dimension(parameter, lowest, highest, step, followers)


def _bounds(wanted: str, bounds: str) -> tuple[float, float, int]:
    try:
        lowest, highest, *rest = (float(part) for part in bounds.split(":"))
        count = int(rest[0]) if rest else _POINTS
    except ValueError as error:
        raise UsageError(f"--sweep {wanted}: LOW:HIGH:COUNT is wanted, as in 1.5:3:7") from error
    if len(rest) > 1 or not (lowest < highest and 2 <= count <= 100):
        raise UsageError(f"--sweep {wanted}: LOW must be less than HIGH, and COUNT from 2 to 100")
    return lowest, highest, count


def grid(space: Space) -> list[tuple[Number, ...]]:
    """The values of all points: the first number moves fastest."""
    values = [_values(one) for one in space.dimensions]
    return [tuple(reversed(point)) for point in product(*reversed(values))]


def _values(one: Dimension) -> list[Number]:
    """From one end to the other, both as they were asked for; what lies between has as many digits as a person would write."""
    count = round((one.highest - one.lowest) / one.step) + 1
    between = [float(f"{one.lowest + index * (one.highest - one.lowest) / (count - 1):.6g}") for index in range(1, count - 1)]
    is_whole = isinstance(one.parameter.value, int)
    return [round(value) if is_whole and value == round(value) else value for value in (one.lowest, *between, one.highest)]


def run_points(space: Space, original: Original, ground: Ground, workers: Workers) -> list[SweepPoint]:
    """Try every point on all drives; the first and the last on all moments too, and if that differs, every one."""
    names = [one.name for one in space.dimensions]
    points = grid(space)
    packs = {values: changes_of(space, dict(zip(names, values, strict=True))) for values in points}
    refused = {values: reason for values in points if (reason := _refusal(original, packs[values]))}
    allowed = [values for values in points if values not in refused]
    found = dict(zip(allowed, workers.quick([packs[values] for values in allowed], ground.tuning), strict=True))
    for values in dict.fromkeys([*allowed[:1], *allowed[-1:]]):
        if not same_result(workers.whole([packs[values]], ground.tuning)[0], found[values]):
            found.update(zip(allowed, workers.whole([packs[one] for one in allowed], ground.tuning), strict=True))
            break
    return [_point(values, found.get(values), ground, refused.get(values, "")) for values in points]


def _point(values: tuple[Number, ...], side: Sequence[Tried] | None, ground: Ground, refused: str) -> SweepPoint:
    return SweepPoint(values, None if side is None else figures_of(side, ground.opened), refused)


def _refusal(original: Original, changes: dict[tuple[str | int, ...], Number]) -> str:
    try:
        original.candidate(changes)
    except ConfigurationError as error:
        return str(error).splitlines()[0].partition(": ")[2]
    return ""


def sweep_csv(space: Space, points: Iterable[SweepPoint]) -> str:
    """The points as a table for other programs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(one.name for one in space.dimensions), "labels", "misses", "false_alarms", "hours", "latency_s", "f1"])
    for point in points:
        figures = point.figures
        if figures is not None:
            counts = [figures.labels, figures.misses, figures.false_alarms]
            writer.writerow([*point.values, *counts, round(figures.hours, 4), figures.latency_s, round(figures.f1, 4)])
    return text.getvalue()


def sweep_svg(space: Space, points: Sequence[SweepPoint], unchanged: Figures, pack_name: str, drives: str) -> str:
    """The trade-off curve.

    Raises:
        DriveError: no point of the sweep has figures to draw.
    """
    first, *others = space.dimensions
    lines = []
    for second in dict.fromkeys(point.values[1:] for point in points):
        own = [point for point in points if point.values[1:] == second and point.figures is not None]
        name = f"{_short(others[0])} {second[0]:g} {others[0].parameter.unit}".strip() if others else ""
        drawn = tuple(_drawn(point.figures, f"{point.values[0]:g}") for point in own if point.figures is not None)
        lines += [Line(name, drawn)] if drawn else []
    if not lines:
        raise DriveError("the pack's schema refuses every point of the sweep")
    unit = f", {first.parameter.unit}" if first.parameter.unit else ""
    now = " and ".join(f"{one.parameter.value:g}" for one in space.dimensions)
    second_unit = f", {others[0].parameter.unit}" if others and others[0].parameter.unit else ""
    along = f"{first.name}{unit}" + (f" along each curve; {others[0].name}{second_unit} from curve to curve" if others else "")
    title = f"{along}\npack {pack_name}, {drives}"
    return trade_off_svg(title, lines, _drawn(unchanged, f"now: {now}"))


def _drawn(figures: Figures, label: str) -> Point:
    return Point(figures.false_per_hour or 0.0, figures.miss_share or 0.0, label)


def _short(one: Dimension) -> str:
    return ".".join(one.name.split(".")[-2:])
