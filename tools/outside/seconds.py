"""From readings to seconds: what the last seconds looked like, as numbers from which standing and moving might be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.outside.cabin import Filmed
from tools.outside.reader import OutsideReader, Reading

SPAN_S = 4.0
FEWEST_READINGS = 8
FEWEST_WINDOWS = 6
"""Patches: a fiftieth of the picture. Less may be anything that moves in a cabin."""
DARKEST_WINDOWS_LEVEL = 8.0
"""Grey level: what is darker shows nothing, and its noise least of all."""
FEATURES = (
    "changed", "changed at its least", "changed at its most", "strength", "flow", "flow's steadiness", "coherence", "shake",
    "shake's peaks", "changes of light", "windows", "windows' level", "jolts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a drive in the world of that number, 0 for the real one. `seen` are the features, None if no window is known
    or too little was read; `flow_px` is the mean flow in the windows; speed and yaw rate are the truth, None where it is not
    known."""

    drive: str
    world: int
    t: float
    speed_kph: float | None
    yaw_rate_deg_s: float | None
    flow_px: float
    seen: tuple[float, ...] | None

    def as_json(self) -> dict[str, Any]:
        """As it is kept in a file."""
        return asdict(self)


def readings_of(frames: Iterable[Filmed]) -> list[Reading]:
    """What a reader makes of a drive."""
    reader = OutsideReader()
    read = (reader.read(one.picture, one.t, one.face) for one in frames)
    return [reading for reading in read if reading is not None]


def spans(readings: Sequence[Reading]) -> Iterator[tuple[float, list[Reading]]]:
    """Every full second, with what was read in the `SPAN_S` seconds before it."""
    for second in range(1, int(readings[-1].t) + 1 if readings else 0):
        yield float(second), [one for one in readings if second - SPAN_S < one.t <= second]


def features(recent: Sequence[Reading]) -> tuple[float, ...] | None:
    """The features of some seconds, in the order of `FEATURES`; None if too little was read in them, or no window that
    shows anything is known."""
    if len(recent) < FEWEST_READINGS or recent[-1].windows < FEWEST_WINDOWS:
        return None
    if _column(recent, "windows_level").mean() < DARKEST_WINDOWS_LEVEL:
        return None
    changed, flow = _column(recent, "changed"), _column(recent, "flow_px")
    shake = _column(recent, "shake_px")
    parts = [part.mean() for part in np.array_split(changed, round(2 * SPAN_S)) if len(part)]
    values = (
        changed.mean(), min(parts), max(parts), np.log1p(_column(recent, "strength").mean()), 4.0 * abs(flow.mean()),
        abs(flow.mean()) / (np.abs(flow).mean() + 0.01), _column(recent, "coherence").mean(), np.log(shake.mean() + 0.01),
        np.log(np.quantile(shake, 0.95) + 0.01), np.log(_column(recent, "light").std() + 0.0005), np.log1p(recent[-1].windows),
        _column(recent, "windows_level").mean() / 100.0, np.log(np.median(np.abs(np.diff(shake))) + 0.005),
    )  # fmt: skip
    return tuple(round(float(value), 4) for value in values)


def flow_px(recent: Sequence[Reading]) -> float:
    """The mean flow of the last second in a span; 0 if nothing was read."""
    last = [one.flow_px for one in recent if one.t > recent[-1].t - 1.0]
    return round(float(np.mean(last)), 4) if last else 0.0


def _column(recent: Sequence[Reading], name: str) -> NDArray[np.float64]:
    return np.array([getattr(one, name) for one in recent], np.float64)
