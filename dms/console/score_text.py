"""A score as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms.console.drive_text import duration_text
from dms.counted import counted
from dms.drives.scoring.confidence import Interval
from dms.drives.scoring.score import CannotMeet, KindScore, Score
from dms.drives.scoring.sensitivity import LOWER_ABOVE, MEAN_ABOVE, Sensitivity

_FIGURES = f"{'labels':>6} {'found':>5} {'missed':>6} {'false':>5}"
_LATE = f"{'p50':>7} {'p95':>7} {'max':>7}"
_HEADING = f"  {'kind':<23} {_FIGURES}   {'recall':<16} {'precision':<16} {'F1':<16} {'false/h':<16} {_LATE}"
_DRIVER_HEADING = (
    f"  {'driver':<23} {_FIGURES}   {'recall':>6} {'precision':>9} {'F1':>6} {'false/h':>7} {_LATE} {'available':>9}  watched"
)


def score_lines(score: Score, pack_name: str) -> Iterator[str]:
    """Lines with the totals, each kind, each driver if there are several, and what to bear in mind."""
    yield _total_line(score, pack_name)
    yield _HEADING
    for kind in score.kinds:
        if kind.labelled:
            yield _kind_line(kind)
    yield "  false of all: from warning up; p50, p95, max: seconds beyond the rule's own time; brackets: 95 % over drivers"
    yield from _unlabelled_lines(score)
    if len(score.drivers) > 1:
        yield _DRIVER_HEADING
        for driver, own in score.by_driver.items():
            yield _driver_line(driver, own)
    if score.sensitivity.rated:
        yield from _sensitivity_lines(score.sensitivity)
    for note in score_notes(score):
        yield f"  {note}"


def score_notes(score: Score) -> Iterator[str]:
    """What a reader of the figures should know about the drives behind them."""
    if len(score.drivers) == 1:
        (driver,) = score.drivers
        yield f"one driver only ({driver}): how other drivers would fare cannot be told, so there are no intervals"
    unlabelled = score.unlabelled
    if len(unlabelled) == len(score.drives):
        yield "no drive has labels of alerts: none of the alerts can be judged"
    elif unlabelled:
        yield f"{_named(unlabelled)} without labels of alerts: every alert there of a kind labelled elsewhere counts as false"
    for unmet in score.cannot_meet:
        yield f"cannot be met by this pack, and is not scored: {_cannot_meet(unmet)}"


def _unlabelled_lines(score: Score) -> Iterator[str]:
    """The alerts of kinds that nobody labelled, apart from the others: nobody can say which of them are false."""
    for kind in score.kinds:
        if not kind.labelled:
            number = kind.counts.false + kind.related
            hourly = f" ({number / score.hours:.2f} an hour)" if score.hours else ""
            yield f"  not judged, as nobody labelled the kind: {counted(number, 'alert')} of {kind.kind}{hourly}"


def _cannot_meet(unmet: CannotMeet) -> str:
    number = f"{unmet.kind}: {counted(unmet.labels, 'label')}"
    if unmet.own_time_s is None:
        return f"{number}, and the pack has no such rule"
    lengths = f"{unmet.shortest_s:.2f}" + (f" to {unmet.longest_s:.2f}" if unmet.longest_s > unmet.shortest_s else "")
    return f"{number} of {lengths} s, over before the pack's own time of {unmet.own_time_s:g} s"


def _named(paths: list[Path]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"{counted(len(paths), 'drive')} ({', '.join(path.name for path in paths[:3])}{more})"


def _total_line(score: Score, pack_name: str) -> str:
    drives, drivers = counted(len(score.drives), "drive"), counted(len(score.drivers), "driver")
    lost = f"degraded for {duration_text(score.degraded_s)} ({score.degraded_share:.1%})"
    available = f"available {_share(score.availability)}{_bracketed(score.availability_interval)} of the time"
    return f"{drives} of {drivers}, {duration_text(score.hours * 3600)}, pack {pack_name}; {available}, {lost}"


def _kind_line(kind: KindScore) -> str:
    shares = " ".join(f"{_with_interval(kind, name):<16}" for name in ("recall", "precision", "f1", "false_per_hour"))
    return f"  {kind.kind:<23} {_counts(kind)}   {shares} {_latencies(kind)}"


def _driver_line(driver: str, score: Score) -> str:
    everything = score.kinds[-1]
    figures = everything.figures
    shares = f"{_share(figures['recall']):>6} {_share(figures['precision']):>9} {_share(figures['f1']):>6}"
    rate = "–" if figures["false_per_hour"] is None else f"{figures['false_per_hour']:.2f}"
    time = f"{_share(score.availability):>9}  {duration_text(score.hours * 3600)}"
    return f"  {driver:<23} {_counts(everything)}   {shares} {rate:>7} {_latencies(everything)} {time}"


def _counts(kind: KindScore) -> str:
    counts = kind.counts
    return f"{counts.labels:>6} {counts.matched:>5} {counts.missed:>6} {counts.false:>5}"


def _latencies(kind: KindScore) -> str:
    return " ".join(_seconds(kind.figures[f"latency_{name}_s"]) for name in ("p50", "p95", "max"))


def _with_interval(kind: KindScore, figure: str) -> str:
    value, bounds = kind.figures[figure], kind.intervals[figure]
    if value is None:
        return "–"
    if figure == "false_per_hour":
        return f"{value:.2f}" + ("" if bounds is None else f" [{bounds[0]:.2f}–{bounds[1]:.2f}]")
    return _share(value) + _bracketed(bounds)


def _bracketed(bounds: Interval | None) -> str:
    return "" if bounds is None else f" [{bounds[0] * 100:.0f}–{bounds[1] * 100:.0f}]"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _seconds(value: float | None) -> str:
    return f"{'–':>7}" if value is None else f"{value:+7.2f}"


def _sensitivity_lines(sensitivity: Sensitivity) -> Iterator[str]:
    """The drivers' own ratings, and whether the regulation's criterion is met."""
    events, drivers = sensitivity.events, counted(len(sensitivity.sensitivities), "driver")
    yield f"  sleepy by their own rating (KSS): {counted(events.events, 'event')} of {drivers}, warned of {events.warned}"
    if sensitivity.met is None:
        return
    lower = "" if sensitivity.lower is None else f", lower 90 % bound {max(sensitivity.lower, 0.0):.1%}"
    wanted = f"above {MEAN_ABOVE:.0%}, or the bound above {LOWER_ABOVE:.0%}"
    yield (
        f"  sensitivity after Regulation (EU) 2021/1341: mean {_share(sensitivity.mean)}{lower}; wanted: {wanted}: "
        f"{'met' if sensitivity.met else 'NOT met'}"
    )
    if sensitivity.shortfalls:
        yield f"  not enough for a test after the regulation: {'; '.join(sensitivity.shortfalls)}"
