"""Glances as tables for people, and as `dms glances --json` answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dms.console.answers_of_figures import GlancesAnswer, GlancesOf
from dms.console.drive_text import duration_text
from dms.counted import counted
from dms.decision.zone_words import zone_in_words
from dms.trip.glances.figures import AreaGlances, GlanceFigures, lost_longest_first
from dms.trip.glances.glances import OFF_ROAD
from dms.trip.glances.of_drives import Scope

_HEADING = (
    f"  {'area':<29} {'glances':>7} {'cut':>4} {'a min':>6} {'of glances':>10} {'total':>9} {'of time':>8} "
    f"{'mean':>7} {'sd':>7} {'p85':>7} {'longest':>8} {'over 2 s':>8}"
)
_MOST_LINKS = 8


def glance_lines(scope: Scope, drives: int) -> Iterator[str]:
    """The table of a driver, and the most frequent transitions."""
    figures = scope.figures
    whose = counted(drives, "drive")
    yield f"{scope.driver}: {whose}, {duration_text(figures.counted_s)} counted{_not_counted(figures)}"
    if not figures.areas:
        yield "  no glances: it was never known where the driver looked"
        return
    yield _HEADING
    for area in (*figures.areas, figures.off_road):
        yield _area_line(area)
    if figures.links:
        most = ", ".join(f"{link.source} to {link.target} {link.transitions}" for link in figures.links[:_MOST_LINKS])
        more = len(figures.links) - _MOST_LINKS
        yield f"  {counted(figures.transitions, 'transition')}: {most}{f', {more} more pairs' if more > 0 else ''}"


def glances_answer(of_drives: Sequence[Scope], of_drivers: Sequence[Scope]) -> GlancesAnswer:
    """The same as `dms glances --json` answers it."""
    return GlancesAnswer(
        drives=tuple(GlancesOf(scope.driver, str(scope.drive), scope.figures) for scope in of_drives),
        drivers=tuple(GlancesOf(scope.driver, None, scope.figures) for scope in of_drivers),
    )


def area_in_words(area: str) -> str:
    """An area as people call it."""
    return "all but the road" if area == OFF_ROAD else zone_in_words(area)


def _not_counted(figures: GlanceFigures) -> str:
    reasons = ", ".join(f"{why} {lost_s:.1f} s" for why, lost_s in lost_longest_first(figures))
    return f"; not counted: {reasons}" if reasons else ""


def _area_line(area: AreaGlances) -> str:
    return (
        f"  {area_in_words(area.area):<29} {area.glances:>7} {area.cut:>4} {_number(area.per_min, 1):>6} "
        f"{_share(area.share_of_glances):>10} {area.total_s:>7.1f} s {_share(area.share_of_time):>8} "
        f"{_number(area.mean_s, 2, ' s'):>7} {_number(area.sd_s, 2, ' s'):>7} {_number(area.p85_s, 2, ' s'):>7} "
        f"{_number(area.longest_s, 2, ' s'):>8} {_share(area.over_2_s):>8}"
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return "–" if value is None else f"{value:.{digits}f}{unit}"
