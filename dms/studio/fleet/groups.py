"""What groups of drives came to, with how sure that is: by driver, by week, and all together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import msgspec
import numpy as np

from dms.drives.scoring.confidence import DRAWS, LEVEL, Interval
from dms.drives.scoring.rates import rate_interval
from dms.studio.figures import Figures
from dms.types import Level

By = Literal["driver", "week", "all"]
NO_DATE, NO_DRIVER = "no date", "no driver named"
_EVERYTHING = "all drives"
_MOST_WORST = 3


@dataclass(frozen=True, slots=True)
class FleetDrive:
    """A drive, and what each pack came to in it, in the order of the packs; None where that is not known yet."""

    identity: str
    name: str
    figures: tuple[Figures | None, ...]

    @property
    def known(self) -> Figures:
        """What is the same under every pack."""
        return next(each for each in self.figures if each is not None)

    @property
    def driver(self) -> str:
        """Who drove."""
        return self.known.driver if self.known.names_driver else NO_DRIVER

    @property
    def week(self) -> str:
        """The ISO 8601 week in which it was driven, such as `2026-W48`."""
        day = self.known.day
        return NO_DATE if day is None else f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"


class Rate(msgspec.Struct, frozen=True):
    """Events in hours, and the exact 95 % interval of how many there are in an hour."""

    events: int
    hours: float
    per_hour: float | None
    sure: Interval | None


class Share(msgspec.Struct, frozen=True):
    """A part of some hours, and the 95 % bootstrap interval of the share; None for a single driver or drive."""

    hours: float
    share: float | None
    sure: Interval | None


class Side(msgspec.Struct, frozen=True):
    """What one pack came to in `drives`: alerts from a level up, and false ones in those that somebody labelled."""

    drives: int
    alerts: Rate
    false: Rate


class Worst(msgspec.Struct, frozen=True):
    """A drive of the group with many alerts."""

    id: str
    name: str
    alerts: int


class Row(msgspec.Struct, frozen=True):
    """A group of drives, with a side for each pack. `from_day` and `to_day` are those of a week."""

    name: str
    drives: int
    hours: float
    availability: Share
    attention: Share
    sides: tuple[Side, ...]
    worst: tuple[Worst, ...]
    from_day: date | None = None
    to_day: date | None = None


def rows_of(drives: Sequence[FleetDrive], by: By, level: Level, looked_for: frozenset[str], packs: int) -> list[Row]:
    """A row for each group, weeks from the newest on, drivers by name; those without either stand last.

    Args:
        drives: with figures under `packs` packs, at least one of them known.
        by: what the drives of a group have in common.
        level: alerts that reached it count.
        looked_for: kinds of which an alert may be false.
        packs: how many sides a row has.
    """
    groups: dict[str, list[FleetDrive]] = {}
    for drive in drives:
        groups.setdefault(_group(drive, by), []).append(drive)
    names = sorted(groups, reverse=by == "week")
    names.sort(key=lambda name: name in (NO_DATE, NO_DRIVER))
    return [_row(name, groups[name], by, level, looked_for, packs) for name in names]


def _group(drive: FleetDrive, by: By) -> str:
    return drive.week if by == "week" else drive.driver if by == "driver" else _EVERYTHING


def _row(name: str, drives: Sequence[FleetDrive], by: By, level: Level, looked_for: frozenset[str], packs: int) -> Row:
    monday = date.fromisocalendar(int(name[:4]), int(name[6:]), 1) if by == "week" and name != NO_DATE else None
    return Row(
        name=name,
        drives=len(drives),
        hours=sum(drive.known.watched_s for drive in drives) / 3600,
        availability=_share(drives, lambda one: (one.watched_s - one.degraded_s, one.watched_s + one.lost_s)),
        attention=_share(drives, lambda one: (one.road_known_s - one.off_road_s, one.road_known_s)),
        sides=tuple(_side([drive.figures[pack] for drive in drives], level, looked_for) for pack in range(packs)),
        worst=_worst(drives, level),
        from_day=monday,
        to_day=None if monday is None else monday + timedelta(days=6),
    )


def _side(figures: Iterable[Figures | None], level: Level, looked_for: frozenset[str]) -> Side:
    known = [each for each in figures if each is not None]
    labelled = [each for each in known if each.labels and not each.problems]
    return Side(
        len(known),
        _rate(sum(_alerts(each, level) for each in known), known),
        _rate(sum(each.false_of(looked_for) for each in labelled), labelled),
    )


def _alerts(figures: Figures, level: Level) -> int:
    return sum(number for reached, number in figures.levels.items() if reached.rank >= level.rank)


def _rate(events: int, figures: Sequence[Figures]) -> Rate:
    hours = sum(each.watched_s for each in figures) / 3600
    return Rate(events, hours, events / hours if hours > 0 else None, rate_interval(events, hours))


def _worst(drives: Sequence[FleetDrive], level: Level) -> tuple[Worst, ...]:
    told = [Worst(drive.identity, drive.name, _alerts(drive.known, level)) for drive in drives]
    found = sorted((one for one in told if one.alerts), key=lambda one: (-one.alerts, one.name))
    return tuple(found[:_MOST_WORST])


def _share(drives: Sequence[FleetDrive], of: Callable[[Figures], tuple[float, float]]) -> Share:
    """Drivers are drawn with replacement, as everywhere; where there is only one, their drives."""
    by_driver: dict[str, list[tuple[float, float]]] = {}
    for drive in drives:
        by_driver.setdefault(drive.known.driver, []).append(of(drive.known))
    drawn = _added(by_driver) if len(by_driver) > 1 else next(iter(by_driver.values()))
    part_s, whole_s = (sum(each) for each in zip(*drawn, strict=True))
    return Share(whole_s / 3600, part_s / whole_s if whole_s > 0 else None, _share_interval(drawn))


def _added(by_driver: Mapping[str, Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    return [(sum(part for part, _ in drives), sum(whole for _, whole in drives)) for drives in by_driver.values()]


def _share_interval(drawn: Sequence[tuple[float, float]]) -> Interval | None:
    """That of `dms.drives.scoring.confidence.share_interval`, for a thousand drives at once: percentile bootstrap."""
    if len(drawn) < 2:
        return None
    part_s, whole_s = np.array(drawn, np.float64).T
    chance = np.random.default_rng(0)
    chosen = chance.integers(0, len(drawn), (DRAWS, len(drawn)))
    parts, wholes = part_s[chosen].sum(axis=1), whole_s[chosen].sum(axis=1)
    if not wholes.any():
        return None
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(parts[wholes > 0] / wholes[wholes > 0], (tail, 1 - tail))
    return float(low), float(high)
