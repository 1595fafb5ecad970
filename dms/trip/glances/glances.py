"""Glances out of what was looked at from moment to moment.

The terms are those of ISO 15007: an area of interest is a zone of the cabin, or the road. A glance at an area lasts from when the
gaze moves towards it until it moves away again, so the transition towards an area belongs to the glance at it. A glance holds a
fixation, which lasts 0.1 s at least: what the gaze crosses in less is part of a transition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dms.config.cabin import ROAD
from dms.fusion.event_time import LONGEST_STEP_S, ROUNDING_S
from dms.fusion.settings import FusionSettings

SHORTEST_S = FusionSettings().glance_min_s
"""A shorter stay in an area is a part of a transition: fixations last 0.1 s and more (ISO 15007)."""
BRIDGED_S = LONGEST_STEP_S
"""Through as much unknown time a glance goes on, as through a blink; a longer one ends it."""
OFF_ROAD = "off_road"
"""Everything but the road, taken as one area."""
BRIEF = "brief"
"""Why a moment is not counted that was too short for a glance and lies beside unknown time."""


@dataclass(frozen=True, slots=True)
class Stay:
    """From `t` to `end` the gaze was in `area`; None if that is unknown, or does not count, and `why` says the reason."""

    t: float
    end: float
    area: str | None
    why: str = ""

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.end - self.t


@dataclass(frozen=True, slots=True)
class Glance:
    """A glance at an area. `cut`: it began or ended in time of which nothing is known, so it lasted longer than this."""

    t: float
    end: float
    area: str
    cut: bool = False

    @property
    def duration_s(self) -> float:
        """How long it lasted, or how much of it was seen."""
        return self.end - self.t


Transitions = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Glances:
    """The glances of a drive, or of several.

    `off_road` are the glances away from the road, whatever they were at: from leaving the road to returning to it. `transitions`
    counts the changes from one area to another. `not_counted_s` is the time that belongs to no glance, by reason.
    """

    glances: tuple[Glance, ...] = ()
    off_road: tuple[Glance, ...] = ()
    transitions: Transitions = field(default_factory=dict)
    not_counted_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def counted_s(self) -> float:
        """The total glance time of all areas."""
        return sum(glance.duration_s for glance in self.glances)


def glances_of(stays: Sequence[Stay]) -> Glances:
    """Returns the glances of stays that follow each other without a gap, by time."""
    found = _Found()
    found.take_all(stays)
    away = _Found()
    away.take_all([_on_or_off(stay) for stay in stays])
    off_road = tuple(glance for glance in away.glances if glance.area == OFF_ROAD)
    return Glances(tuple(found.glances), off_road, dict(found.transitions), dict(found.not_counted_s))


def together(several: Iterable[Glances]) -> Glances:
    """Returns the glances of several drives as those of one."""
    drives = tuple(several)
    transitions: Counter[tuple[str, str]] = Counter()
    not_counted_s: dict[str, float] = {}
    for drive in drives:
        transitions.update(drive.transitions)
        for why, lasted_s in drive.not_counted_s.items():
            not_counted_s[why] = not_counted_s.get(why, 0.0) + lasted_s
    glances = tuple(glance for drive in drives for glance in drive.glances)
    off_road = tuple(glance for drive in drives for glance in drive.off_road)
    return Glances(glances, off_road, dict(transitions), not_counted_s)


def merged(stays: Iterable[Stay]) -> Iterator[Stay]:
    """Yields stays, those that follow each other in the same area as one."""
    last: Stay | None = None
    for stay in stays:
        if last is not None and (last.area, last.why) == (stay.area, stay.why):
            last = Stay(last.t, stay.end, last.area, last.why)
            continue
        if last is not None:
            yield last
        last = stay
    if last is not None:
        yield last


def _on_or_off(stay: Stay) -> Stay:
    return stay if stay.area in (None, ROAD) else Stay(stay.t, stay.end, OFF_ROAD)


class _Found:
    """What is found in stays, one after the other."""

    def __init__(self) -> None:
        self.glances: list[Glance] = []
        self.transitions: Counter[tuple[str, str]] = Counter()
        self.not_counted_s: dict[str, float] = {}
        self._between: list[Stay] = []
        self._open: Glance | None = None

    def take_all(self, stays: Iterable[Stay]) -> None:
        """Take everything, then end what is left."""
        for stay in merged(stays):
            self._take(stay)
        self._break()

    def _take(self, stay: Stay) -> None:
        if stay.area is None and stay.duration_s > BRIDGED_S + ROUNDING_S:
            self._break()
            self._lose(stay)
        elif stay.area is None or stay.duration_s < SHORTEST_S - ROUNDING_S:
            self._between.append(stay)
            if sum(each.duration_s for each in self._between if each.area is None) > BRIDGED_S + ROUNDING_S:
                self._break()
        else:
            self._arrive(stay, stay.area)

    def _arrive(self, stay: Stay, area: str) -> None:
        """The gaze rests in an area; what lies between it and the area before was the way there."""
        before = self._open
        if before is None:
            self._lose(*self._between)
            self._open = Glance(stay.t, stay.end, area, cut=True)
        elif before.area == area:
            self._open = Glance(before.t, stay.end, area, before.cut)
        else:
            self.glances.append(before)
            self.transitions[before.area, area] += 1
            self._open = Glance(before.end, stay.end, area)
        self._between = []

    def _break(self) -> None:
        """From here on nothing is known."""
        if self._open is not None:
            self.glances.append(Glance(self._open.t, self._open.end, self._open.area, cut=True))
        self._lose(*self._between)
        self._open, self._between = None, []

    def _lose(self, *stays: Stay) -> None:
        for stay in stays:
            why = stay.why if stay.area is None else BRIEF
            self.not_counted_s[why] = self.not_counted_s.get(why, 0.0) + stay.duration_s
