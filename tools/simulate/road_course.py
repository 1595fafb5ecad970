"""Where the road goes: how fast it turns, and where a driver sees the place that the car will reach."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tools.simulate.script import Bend

Signal = NDArray[np.float64]

GRID_S = 0.1
EASES_S = 1.5  # roads and drivers ease into a bend and out of it (clothoids), at most so long [D]


def turn_rate_deg_s(bends: Iterable[Bend], t: Signal) -> Signal:
    """How fast the car turns at the times `t`, degrees a second, > 0 to the left."""
    rate = np.zeros_like(t)
    for bend in bends:
        eases_s = min(EASES_S, bend.duration_s / 3)
        full = bend.heading_deg / (bend.duration_s - eases_s)
        begin, end = np.searchsorted(t, [bend.onset, bend.onset + bend.duration_s]).tolist()
        into = t[begin:end] - bend.onset
        rate[begin:end] += full * np.minimum(1.0, np.minimum(into, bend.duration_s - into) / eases_s)
    return rate


def bearing_deg(bends: Iterable[Bend], t: Signal, preview_s: float) -> Signal:
    """Where the car will be after `preview_s`, degrees from straight ahead: by how much it has turned on average until then."""
    grid = np.arange(0.0, float(t[-1]) + preview_s + GRID_S, GRID_S) if t.size else np.zeros(1)
    heading = np.cumsum(turn_rate_deg_s(bends, grid)) * GRID_S
    travelled = np.cumsum(heading) * GRID_S
    mean = (np.interp(t + preview_s, grid, travelled) - np.interp(t, grid, travelled)) / preview_s
    return np.asarray(mean - np.interp(t, grid, heading), dtype=np.float64)
