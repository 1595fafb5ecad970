"""The figures of glances: how many at each area, how long, how often, and how often the gaze went from one area to another."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import msgspec

from dms.config.cabin import ROAD
from dms.quantiles import quantile
from dms.trip.glances.glances import OFF_ROAD, Glance, Glances
from dms.trip.sums import LONG_GLANCE_S, rounded, seconds, share

_WORTH_TELLING_S = 0.1


class AreaGlances(msgspec.Struct, frozen=True):
    """The glances at one area (ISO 15007), or at everything but the road (`off_road`).

    `glances`: how many. `cut`: how many of them began or ended in time of which nothing is known, and are counted with what was
    seen of them. `per_min`: glances a minute of counted time. `share_of_glances`: of the glances at all areas (glance location
    probability). `total_s`: total glance time. `share_of_time`: of the counted time. `mean_s`, `sd_s`, `p85_s`, `longest_s`: of
    their durations, the transition towards the area included; the standard deviation is that of a sample. `over_2_s`: the share
    of them that lasted over 2 s. A figure is null if there is nothing to compute it from.
    """

    area: str
    glances: int
    cut: int
    per_min: float | None
    share_of_glances: float | None
    total_s: float
    share_of_time: float | None
    mean_s: float | None
    sd_s: float | None
    p85_s: float | None
    longest_s: float | None
    over_2_s: float | None


class Link(msgspec.Struct, frozen=True):
    """From one area to another: how many transitions, and what share of all transitions.

    `link_value`: the share of all transitions that were between these two areas, in either direction (link value probability).
    """

    source: str
    target: str
    transitions: int
    share: float
    link_value: float


class GlanceFigures(msgspec.Struct, frozen=True):
    """`counted_s`: the total glance time, over which shares and rates are taken. `not_counted_s`: the time left out, by reason.

    `areas`: the road first, then by total glance time. `off_road`: everything but the road as one area.
    """

    counted_s: float
    not_counted_s: dict[str, float]
    areas: tuple[AreaGlances, ...]
    off_road: AreaGlances
    transitions: int
    links: tuple[Link, ...]


def lost_longest_first(figures: GlanceFigures) -> list[tuple[str, float]]:
    """Returns the reasons for which time was not counted, in words, with the seconds; less than a tenth of one is not told."""
    told = [(why.replace("_", " "), lost_s) for why, lost_s in figures.not_counted_s.items() if lost_s >= _WORTH_TELLING_S]
    return sorted(told, key=lambda item: -item[1])


def figures_of(found: Glances) -> GlanceFigures:
    """Returns the figures of the glances of a drive, or of several."""
    by_area: dict[str, list[Glance]] = {}
    for glance in found.glances:
        by_area.setdefault(glance.area, []).append(glance)
    counted_s, number = found.counted_s, len(found.glances)
    areas = [_area(name, glances, number, counted_s) for name, glances in by_area.items()]
    return GlanceFigures(
        counted_s=seconds(counted_s),
        not_counted_s={why: seconds(lasted_s) for why, lasted_s in sorted(found.not_counted_s.items())},
        areas=tuple(sorted(areas, key=lambda area: (area.area != ROAD, -area.total_s, area.area))),
        # The glances away from the road are no part of the glances at all areas: one of them may hold several of those.
        off_road=_area(OFF_ROAD, found.off_road, None, counted_s),
        transitions=sum(found.transitions.values()),
        links=_links(found),
    )


def _area(name: str, glances: Sequence[Glance], number: int | None, counted_s: float) -> AreaGlances:
    durations_s = [glance.duration_s for glance in glances]
    total_s = sum(durations_s)
    return AreaGlances(
        area=name,
        glances=len(glances),
        cut=sum(glance.cut for glance in glances),
        per_min=rounded(share(60.0 * len(glances), counted_s), 3),
        share_of_glances=rounded(share(len(glances), number)) if number is not None else None,
        total_s=seconds(total_s),
        share_of_time=rounded(share(total_s, counted_s)),
        mean_s=rounded(share(total_s, len(glances)), 3),
        sd_s=rounded(statistics.stdev(durations_s), 3) if len(durations_s) > 1 else None,
        p85_s=rounded(quantile(durations_s, 0.85), 3),
        longest_s=rounded(max(durations_s, default=None), 3),
        over_2_s=rounded(share(sum(duration_s > LONG_GLANCE_S for duration_s in durations_s), len(durations_s))),
    )


def _links(found: Glances) -> tuple[Link, ...]:
    """The most frequent first."""
    counts = found.transitions
    number = sum(counts.values())
    return tuple(
        Link(source, target, count, round(count / number, 4), round((count + counts.get((target, source), 0)) / number, 4))
        for (source, target), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
