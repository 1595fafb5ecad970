"""A score as a table for people."""

from __future__ import annotations

from collections.abc import Iterator

from dms.cli.drive_text import counted, duration_text
from dms.drives.confidence import Counts
from dms.drives.score import ALL, KindScore, Score

_HEADING = (
    f"  {'kind':<23} {'labels':>6} {'found':>5} {'missed':>6} {'false':>5}   "
    f"{'recall':<16} {'precision':<16} {'F1':>6}  {'false/h':<16} {'p50':>7} {'p95':>7} {'max':>7}"
)


def score_lines(score: Score, pack_name: str) -> Iterator[str]:
    """The totals, a line per kind, and one per driver where there are several."""
    drivers = counted(len(score.drivers), "driver")
    yield (
        f"{counted(len(score.drives), 'drive')} of {drivers}, {duration_text(score.hours * 3600)}, pack {pack_name}, "
        f"degraded {score.degraded_share:.1%} of the time"
    )
    yield _HEADING
    for kind in score.kinds:
        yield _kind_line(kind)
    yield "  false of all: from warning up; p50, p95, max: seconds beyond the rule's own time; brackets: 95 % over drivers"
    if len(score.drivers) > 1:
        yield from _driver_lines(score)
    uncovered = sorted({label.kind for drive in score.drives for label in drive.matching.uncovered})
    if uncovered:
        yield f"  not scored, as the pack has no such rule: {', '.join(uncovered)}"


def _kind_line(kind: KindScore) -> str:
    counts = kind.counts
    numbers = f"{counts.labels:>6} {counts.matched:>5} {counts.missed:>6} {counts.false:>5}"
    shares = f"{_with_interval(kind, 'recall'):<16} {_with_interval(kind, 'precision'):<16} {_share(kind.figures['f1']):>6}"
    latencies = " ".join(_seconds(kind.figures[f"latency_{name}_s"]) for name in ("p50", "p95", "max"))
    return f"  {kind.kind:<23} {numbers}   {shares}  {_with_interval(kind, 'false_per_hour'):<16} {latencies}"


def _driver_lines(score: Score) -> Iterator[str]:
    for driver, drives in score.drivers.items():
        counts = sum((drive.counts(ALL) for drive in drives), Counts())
        rate = "–" if counts.false_per_hour is None else f"{counts.false_per_hour:.2f}"
        hours = duration_text(counts.hours * 3600)
        shares = f"recall {_share(counts.recall):>6}  precision {_share(counts.precision):>6}"
        yield f"  {driver:<23} {hours:>12}  {shares}  false/h {rate}"


def _with_interval(kind: KindScore, figure: str) -> str:
    value, bounds = kind.figures[figure], kind.intervals[figure]
    if value is None:
        return "–"
    if figure == "false_per_hour":
        return f"{value:.2f}" + ("" if bounds is None else f" [{bounds[0]:.2f}–{bounds[1]:.2f}]")
    return _share(value) + ("" if bounds is None else f" [{bounds[0] * 100:.0f}–{bounds[1] * 100:.0f}]")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _seconds(value: float | None) -> str:
    return f"{'–':>7}" if value is None else f"{value:+7.2f}"
