"""How sure a rate of events is: exact intervals of a Poisson mean.

The limits are those between which a mean would have to lie for as few, or as many, events as were counted to be no rarer than one
in forty on either side: F. Garwood, "Fiducial Limits for the Poisson Distribution", Biometrika 28, 1936, pp. 437-442. They hold
where events come independently of each other, so they say how sure the count is, not how another driver would fare.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from dms.drives.scoring.confidence import LEVEL, Interval

_TAIL = (1.0 - LEVEL) / 2.0
_SURE_WITHIN = 1e-7
_HALVINGS = 80
_NO_MATTER = 1e-17
"""The share of a sum below which a double does not show another term."""


def rate_interval(events: int, hours: float) -> Interval | None:
    """The 95 % interval of events per hour, of `events` that were counted in `hours`; None without any time."""
    if hours <= 0.0:
        return None
    low, high = mean_interval(events)
    return low / hours, high / hours


@lru_cache(maxsize=4096)
def mean_interval(events: int) -> Interval:
    """The 95 % interval of the mean of a Poisson distribution, of which `events` was drawn once.

    Raises:
        ValueError: fewer than no events.
    """
    if events < 0:
        raise ValueError(f"{events} events")
    spread = 10.0 + 10.0 * math.sqrt(events + 1.0)
    low = 0.0 if events == 0 else _solved(lambda mean: 1.0 - _fewer(events, mean) < _TAIL, 0.0, float(events))
    return low, _solved(lambda mean: _fewer(events + 1, mean) > _TAIL, float(events), events + spread)


def _solved(is_below: Callable[[float], bool], low: float, high: float) -> float:
    """Where `is_below` turns from true to false between two means, by halving."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if is_below(middle) else (low, middle)
        if high - low < _SURE_WITHIN * high:
            break
    return (low + high) / 2.0


def _fewer(events: int, mean: float) -> float:
    """The probability of fewer than `events`, of which there are `mean` on average.

    The smaller of both tails is added up, from its largest term on.
    """
    if mean <= 0.0:
        return 1.0
    below = events <= mean
    number = events - 1 if below else events
    term = math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
    total = 0.0
    while number >= 0 and term > total * _NO_MATTER:
        total += term
        term *= number / mean if below else mean / (number + 1)
        number += -1 if below else 1
    return total if below else 1.0 - total
