"""What the held-out drivers say of a pack, in the words of `dms tune`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dms.drives.tuning.figures import Figures
from dms.drives.tuning.space import Objective
from dms.drives.tuning.verdict import ObjectiveVerdict

NAMES: dict[Objective, str] = {"misses": "misses", "false_alarms": "false alarms", "latency": "latency"}
_UNITS: dict[Objective, str] = {"misses": " % of the labels", "false_alarms": " an hour", "latency": " s"}


def verdict_lines(verdicts: Sequence[ObjectiveVerdict]) -> Iterator[str]:
    """Whether the gains hold for the held-out drivers: the answer first, then goal by goal."""
    if not verdicts:
        yield "nothing was held out: whether this holds for other drivers is not known"
        return
    yield _headline(verdicts)
    for verdict in verdicts:
        yield f"  {NAMES[verdict.objective]:<13} {_finding(verdict)}"


def _headline(verdicts: Sequence[ObjectiveVerdict]) -> str:
    findings = {verdict.finding for verdict in verdicts}
    if "lost" in findings:
        lost = " and ".join(NAMES[verdict.objective] for verdict in verdicts if verdict.finding == "lost")
        return f"THE GAIN IN {lost.upper()} DOES NOT SURVIVE the hold-out"
    if "worse" in findings:
        worse = " and ".join(NAMES[verdict.objective] for verdict in verdicts if verdict.finding == "worse")
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


def driver_lines(before: Mapping[str, Figures], after: Mapping[str, Figures]) -> Iterator[str]:
    """A line for each driver: what the unchanged pack and the other one do for them."""
    width = max(map(len, before), default=0)
    for driver in sorted(before):
        was, now = before[driver], after[driver]
        misses = f"misses {_from_to(str(was.misses), str(now.misses))} of {was.labels}"
        alarms = f"false alarms {_from_to(_rate(was), _rate(now))} an hour"
        latency = f"latency {_from_to(_latency(was), _latency(now))}"
        yield f"  {driver:<{width}}  {misses}, {alarms}, {latency}"


def _from_to(was: str, now: str) -> str:
    return now if was == now else f"{was} → {now}"


def _rate(figures: Figures) -> str:
    return "–" if figures.false_per_hour is None else f"{figures.false_per_hour:.2f}"


def _latency(figures: Figures) -> str:
    return "–" if figures.latency_s is None else f"{figures.latency_s:+.2f} s"
