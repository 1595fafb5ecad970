"""Whether a gain on the tuning drives holds for the drivers who were held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dms.drives.scoring.confidence import Interval
from dms.drives.tuning.figures import MEASURES, NOTICED_S, Figures, difference_interval
from dms.drives.tuning.space import Objective

Finding = Literal["holds", "unsure", "lost", "worse", "no gain", "nothing to gain"]

_COUNTED: frozenset[Objective] = frozenset({"misses", "false_alarms"})
"""Goals that cannot be less than none."""


@dataclass(frozen=True, slots=True)
class ObjectiveVerdict:
    """One goal: by how much it changed on the tuning drives and for the held-out drivers, and what to make of it.

    `nothing to gain`: less on the tuning drives, and for the held-out drivers none before or after: they cannot tell.

    `holds`: less there too, and the 95 % interval of the change is below zero. `unsure`: less there too, but the interval is not.
    `lost`: less on the tuning drives only. `worse`: no gain to begin with, and more for the held-out drivers, beyond doubt.
    """

    objective: Objective
    tuning_change: float
    held_out_change: float | None
    interval: Interval | None
    finding: Finding


def verdicts(
    objectives: Sequence[Objective],
    tuning: tuple[Figures, Figures],
    held_out: tuple[Mapping[str, Figures], Mapping[str, Figures]],
) -> list[ObjectiveVerdict]:
    """A verdict on each goal; `tuning` are the figures before and after, `held_out` those of each driver before and after."""
    return [_verdict(objective, tuning, held_out) for objective in objectives]


def _verdict(
    objective: Objective, tuning: tuple[Figures, Figures], held_out: tuple[Mapping[str, Figures], Mapping[str, Figures]]
) -> ObjectiveVerdict:
    measure = MEASURES[objective]
    tuning_change = _change(measure(tuning[0]), measure(tuning[1]), objective) or 0.0
    was, now = (measure(sum(parts.values(), Figures())) for parts in held_out)
    change = _change(was, now, objective)
    interval = difference_interval(held_out[0], held_out[1], measure)
    return ObjectiveVerdict(objective, tuning_change, change, interval, _finding(tuning_change, was, change, interval, objective))


def _change(was: float | None, now: float | None, objective: Objective) -> float | None:
    if was is None or now is None:
        return None
    change = now - was
    return 0.0 if objective == "latency" and abs(change) < NOTICED_S / 2 else change


def _finding(
    tuning_change: float, was: float | None, change: float | None, interval: Interval | None, objective: Objective
) -> Finding:
    if tuning_change >= 0.0:
        return "worse" if change is not None and change > 0.0 and interval is not None and interval[0] > 0.0 else "no gain"
    if objective in _COUNTED and was == 0.0 and change == 0.0:
        return "nothing to gain"
    if change is None or change >= 0.0:
        return "lost"
    return "holds" if interval is not None and interval[1] < 0.0 else "unsure"
