"""The sensitivity that Regulation (EU) 2021/1341 asks of a drowsiness warning, from drivers' ratings of their own sleepiness.

Annex I, part 2, as reported by the trade press and implementers (the marks [S1], [S2] of the rule packs); which ratings belong to
one event is this project's reading.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from dms.types import KSS, Alert, Label, Level, Phase

MUST_WARN = 8.0
"""[S1] Sleepy, some effort to stay awake: the driver must be warned."""
MAY_WARN = 7.0
"""[S2] Sleepy, no effort to stay awake: a warning is right, and none is no miss."""
REPORT_WINDOW_S = 300.0
"""[S2] A warning is right when a rating of 7 was given up to five minutes before or after it; ratings are due as often."""

MEAN_ABOVE = 0.40
"""[S1] The mean of the participants' sensitivities that is enough …"""
LOWER_ABOVE = 0.20
"""[S1] … or the lower bound of its two-sided 90 % interval that is."""
PARTICIPANTS = 10
"""[S2] So many participants at least."""
EVENTS = 10
"""[S2] So many true positives and false negatives at least, one or more from each participant."""

_ONE_SIDED = 0.95


@dataclass(frozen=True, slots=True)
class Sleepiness:
    """How often a driver was sleepy and warned, and sleepy and not warned; adds up over drives."""

    rated: bool = False
    warned: int = 0
    unwarned: int = 0

    def __add__(self, other: Sleepiness) -> Sleepiness:
        return Sleepiness(self.rated or other.rated, self.warned + other.warned, self.unwarned + other.unwarned)

    @property
    def events(self) -> int:
        """True positives and false negatives."""
        return self.warned + self.unwarned

    @property
    def sensitivity(self) -> float | None:
        """The share of events with a warning; None without events."""
        return self.warned / self.events if self.events else None


NOT_RATED = Sleepiness()


def sleepiness_of(labels: Iterable[Label], alerts: Sequence[Alert]) -> Sleepiness:
    """The events of one drive.

    An event is a stretch of ratings of 7 and above that follow each other within five minutes. It is warned of by a warning that
    holds while the rating is 8 or 9, or begins within five minutes of the time `t` at which a 7 was given. Without one, a
    stretch that reaches 8 is a miss, and one that stays at 7 no event. Warnings are all alerts of the fatigue family from the
    level `warning` up; one is over when it clears or is acknowledged.
    """
    ratings = sorted((label for label in labels if label.kind == KSS), key=lambda label: label.t)
    warnings = list(_warnings(alerts))
    events = Sleepiness(rated=bool(ratings))
    for stretch in _sleepy_stretches(ratings):
        if any(_is_warned_of(rating, warnings) for rating in stretch):
            events += Sleepiness(warned=1)
        elif any(_rating(rating) >= MUST_WARN for rating in stretch):
            events += Sleepiness(unwarned=1)
    return events


def _rating(label: Label) -> float:
    return label.value or 0.0


def _sleepy_stretches(ratings: Iterable[Label]) -> list[list[Label]]:
    stretches: list[list[Label]] = []
    last: Label | None = None
    for rating in ratings:
        if _rating(rating) >= MAY_WARN:
            goes_on = last is not None and _rating(last) >= MAY_WARN and rating.t - last.end <= REPORT_WINDOW_S
            stretches[-1].append(rating) if goes_on else stretches.append([rating])
        last = rating
    return stretches


def _is_warned_of(rating: Label, warnings: Iterable[tuple[float, float]]) -> bool:
    if _rating(rating) >= MUST_WARN:
        return any(begin <= rating.end and end >= rating.t for begin, end in warnings)
    return any(abs(begin - rating.t) <= REPORT_WINDOW_S for begin, _ in warnings)


def _warnings(alerts: Iterable[Alert]) -> Iterable[tuple[float, float]]:
    """From when to when the driver was warned of fatigue; of a kind that escalates, from the level `warning` on."""
    since: dict[str, float] = {}
    for alert in alerts:
        if not alert.kind.startswith("fatigue."):
            continue
        if alert.phase in (Phase.RAISE, Phase.ESCALATE) and alert.level.rank >= Level.WARNING.rank:
            since.setdefault(alert.kind, alert.t)
        elif alert.phase in (Phase.CLEAR, Phase.ACKNOWLEDGE) and alert.kind in since:
            yield since.pop(alert.kind), alert.t
    yield from ((begin, math.inf) for begin in since.values())


@dataclass(frozen=True)
class Sensitivity:
    """The criterion on a set of drivers: the mean of their sensitivities above 40 %, or its lower 90 % bound above 20 %."""

    drivers: Mapping[str, Sleepiness] = field(default_factory=dict)

    @property
    def rated(self) -> bool:
        """Whether any driver gave a rating."""
        return any(events.rated for events in self.drivers.values())

    @property
    def events(self) -> Sleepiness:
        """Of all drivers together."""
        return sum(self.drivers.values(), NOT_RATED)

    @property
    def sensitivities(self) -> dict[str, float]:
        """By driver, of those who were sleepy at all."""
        shares = {driver: events.sensitivity for driver, events in self.drivers.items()}
        return {driver: share for driver, share in shares.items() if share is not None}

    @property
    def mean(self) -> float | None:
        """The mean over drivers; None when nobody was sleepy."""
        return fmean(self.sensitivities.values()) if self.sensitivities else None

    @property
    def lower(self) -> float | None:
        """The lower bound of the mean's two-sided 90 % interval after Student; None with fewer than two drivers."""
        shares = list(self.sensitivities.values())
        if len(shares) < 2:
            return None
        return fmean(shares) - student_quantile(len(shares) - 1) * stdev(shares) / math.sqrt(len(shares))

    @property
    def met(self) -> bool | None:
        """Whether the figures keep the criterion, however few drivers they come from; None without any event."""
        if self.mean is None:
            return None
        return self.mean > MEAN_ABOVE or (self.lower is not None and self.lower > LOWER_ABOVE)

    @property
    def shortfalls(self) -> list[str]:
        """What the data set lacks for a test after the regulation, in words."""
        short = []
        if len(self.sensitivities) < PARTICIPANTS:
            short.append(f"{len(self.sensitivities)} of {PARTICIPANTS} sleepy drivers")
        if self.events.events < EVENTS:
            short.append(f"{self.events.events} of {EVENTS} events")
        idle = [driver for driver, events in self.drivers.items() if events.rated and not events.events]
        if idle:
            short.append(f"no event from {', '.join(sorted(idle))}")
        return short

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "drivers": len(self.sensitivities),
            "warned": self.events.warned,
            "unwarned": self.events.unwarned,
            "mean": self.mean,
            "mean_above": MEAN_ABOVE,
            "lower_90": self.lower,
            "lower_90_above": LOWER_ABOVE,
            "met": self.met,
            "shortfalls": self.shortfalls,
            "by_driver": self.sensitivities,
        }


def student_quantile(freedom: int) -> float:
    """The value that Student's t with so many degrees of freedom stays below with 95 %.

    M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964, 26.7.3 and 26.7.4, solved by bisection.
    """
    low, high = 0.0, 10.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 + _student_within(middle, freedom) / 2 < _ONE_SIDED else (low, middle)
    return (low + high) / 2


def _student_within(t: float, freedom: int) -> float:
    """The probability that |T| stays below t."""
    angle = math.atan2(t, math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (k - 1) / k
    share = math.sin(angle) * total
    return 2 / math.pi * (angle + share) if odd else share
