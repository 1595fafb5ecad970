"""How sure a figure is: intervals by drawing people, not pictures, since pictures of one person are alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and where it lies with the stated confidence."""

    value: float
    low: float
    high: float


def by_person(
    figure: Callable[[NDArray[np.intp]], float],
    people: Sequence[Hashable],
    draws: int = 1000,
    confidence: float = 0.95,
    seed: int = 1,
) -> Interval:
    """The figure over all rows, and its percentile interval when people are drawn with replacement (Efron, 1979).

    `figure` takes the numbers of rows; `people` (n,) says whose each row is. With fewer than two people nothing can be said,
    and the interval is from minus to plus infinity. Raises ValueError without rows.
    """
    if not len(people):
        raise ValueError("no rows to draw from")
    rows: dict[Hashable, list[int]] = {}
    for row, person in enumerate(people):
        rows.setdefault(person, []).append(row)
    whole = figure(np.arange(len(people)))
    if len(rows) < 2:
        return Interval(whole, -np.inf, np.inf)
    groups = [np.array(each) for each in rows.values()]
    rng = np.random.default_rng(seed)
    drawn = [figure(np.concatenate([groups[index] for index in rng.integers(0, len(groups), len(groups))])) for _ in range(draws)]
    rest = 50.0 * (1.0 - confidence)
    low, high = np.percentile(drawn, [rest, 100.0 - rest])
    return Interval(whole, float(low), float(high))
