"""Quantiles by nearest rank: always a value that occurred, never one between two."""

from __future__ import annotations

import math
from collections.abc import Sequence


def nearest_rank(number: int, share: float) -> int:
    """The rank, from 1 to `number`, of the smallest of `number` values that at least `share` of them do not exceed."""
    return max(1, math.ceil(share * number))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed; None without values."""
    return sorted(values)[nearest_rank(len(values), share) - 1] if values else None
