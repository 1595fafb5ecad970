"""When a rule's count can be so far that every look matters: the moments at which an alert may be due, for some pack of a space.

A rule that has only begun to count cannot raise anything, however the space moves its numbers. The bounds here are generous: what
may hold is taken to hold, time is rounded up to the next moment, and where no bound is easy every moment of counting is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.config.yaml_loader import KeyPath
from dms.decision.ratio import LOOK_EVERY_S
from dms.decision.timing import HELD_S
from dms.drives.tuning.outcomes import TRUE, UNKNOWN, Mask, Outcomes, OutcomesOf

_LONGEST_TOLERANCE_S = 0.2
"""The schema allows no longer break in what a sustained rule takes for one stretch."""


@dataclass(frozen=True)
class Counting:
    """The moments at which the rules of one pack document may raise something on one drive."""

    outcomes: OutcomesOf

    def moments(self) -> Mask:
        """Every moment at which an alert of any rule may be due."""
        none = np.zeros(len(self.outcomes.drive), dtype=bool)
        return reduce(np.logical_or, (one for name in self.outcomes.data["rules"] for one in self._of_rule(name)), none)

    def _of_rule(self, name: str) -> Iterator[Mask]:
        rule, path = self.outcomes.data["rules"][name], ("rules", name)
        if rule.get("carry_on"):
            yield self._may_hold(rule["carry_on"]["when"], (*path, "carry_on", "when"))
        match rule["kind"]:
            case "sustained":
                yield self._sustained(rule, path)
            case "cumulative":
                yield self._cumulative(rule, path)
            case "ratio":
                yield self._ratio(rule, path)
            case "budget":
                for index, drain in enumerate(rule["drain"]):
                    yield self._may_hold(drain["when"], (*path, "drain", index, "when"))
            case _:
                for index, source in enumerate(rule["of"]):
                    if source.get("holds") is not None:
                        yield self._may_hold(source["holds"], (*path, "of", index, "holds"))

    def _may_hold(self, condition: Any, path: KeyPath) -> Mask:
        return np.asarray((self.outcomes.condition(condition, path) & TRUE) != 0)

    def _least(self, path: KeyPath, value: float) -> float:
        return self.outcomes.ranges.at(path, value)[0]

    def _greatest(self, path: KeyPath, value: float) -> float:
        return self.outcomes.ranges.at(path, value)[1]

    def _sustained(self, rule: Mapping[str, Any], path: KeyPath) -> Mask:
        """Where the condition may have held for as long as the first rung asks for."""
        possible = self.outcomes.condition(rule["when"], (*path, "when"))
        after = rule["ladder"][0]["after_s"]
        at = (*path, "ladder", 0, "after_s")
        if isinstance(after, dict):
            least_s = min(self._least((*at, "points", index, 1), point[1]) for index, point in enumerate(after["points"]))
        else:
            least_s = self._least(at, after)
        return _held_s(possible, self.outcomes.drive.t) >= least_s

    def _cumulative(self, rule: Mapping[str, Any], path: KeyPath) -> Mask:
        """Where the condition may have held for as long in total as the first rung asks for."""
        t = self.outcomes.drive.t
        holds = self._may_hold(rule["when"], (*path, "when"))
        holds[1:] |= holds[:-1].copy()
        total_s = _within(_steps(t, holds), t, self._greatest((*path, "window_s"), rule["window_s"]))
        needed_s = self._least((*path, "ladder", 0, "total_s"), rule["ladder"][0]["total_s"])
        needed_s -= self._greatest((*path, "tolerance_s"), rule.get("tolerance_s", 0.0))
        return holds & (total_s >= needed_s)

    def _ratio(self, rule: Mapping[str, Any], path: KeyPath) -> Mask:
        """Where the shares may be as large as the first rung asks for, and the condition holds or held at the last look."""
        t = self.outcomes.drive.t
        possible = self.outcomes.condition(rule["when"], (*path, "when"))
        holds = (possible & TRUE) != 0
        known = (possible & UNKNOWN) == 0
        at_least_s = self._least((*path, "at_least_s"), rule.get("at_least_s", 0.0))
        held = _steps(t, _long_enough(holds, t, at_least_s))
        surely_known = _steps(t, known & np.roll(known, 1) & (np.diff(t, prepend=t[0]) <= HELD_S))
        near = np.ones(len(t), dtype=bool)
        for name, share in rule["ladder"][0]["share"].items():
            window, at = rule["windows"][name], (*path, "windows", name)
            held_s = _within(held, t, self._greatest((*at, "window_s"), window["window_s"]))
            known_s = _within(surely_known, t, self._least((*at, "window_s"), window["window_s"]), inside=True)
            known_s = np.maximum(known_s, self._least((*at, "usable_s"), window["usable_s"]))
            near &= held_s >= self._least((*path, "ladder", 0, "share", name), share) * known_s
        last_held = np.maximum.accumulate(np.where(holds, t, -np.inf))
        return near & (t - last_held <= 2 * LOOK_EVERY_S)


def _held_s(possible: Outcomes, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """The longest for which a sustained condition may have held at each moment; negative where it cannot be under way.

    A stretch begins where the condition may hold, and is over once it surely has not held for longer than a tolerated break.
    """
    places = np.arange(len(t))
    holds, open_end = (possible & TRUE) != 0, (possible & (TRUE | UNKNOWN)) != 0
    last_open = np.maximum.accumulate(np.where(open_end, t, -np.inf))
    over = ~open_end & (t - last_open > _LONGEST_TOLERANCE_S + HELD_S)
    since = np.maximum.accumulate(np.where(over, places, -1)) + 1
    next_hold = np.minimum.accumulate(np.where(holds, places, len(t))[::-1])[::-1]
    start = np.append(next_hold, len(t))[since]
    under_way = start <= places
    # The change to the first moment of the stretch may have been as early as the moment before.
    began = np.where(start > 0, t[np.clip(start - 1, 0, len(t) - 1)], t[0])
    began = np.maximum(began, t[np.clip(start, 0, len(t) - 1)] - HELD_S)
    return np.where(under_way, t - began, -1.0)


def _steps(t: NDArray[np.float64], counts: Mask) -> NDArray[np.float64]:
    """Seconds up to each moment from the start, of which only the steps to the moments that count are counted."""
    total: NDArray[np.float64] = np.cumsum(np.where(counts, np.diff(t, prepend=t[0]), 0.0))
    return total


def _within(total: NDArray[np.float64], t: NDArray[np.float64], window_s: float, *, inside: bool = False) -> NDArray[np.float64]:
    """How much of a running total came in the last `window_s`, up to a step too much, or `inside` too little."""
    first = np.searchsorted(t, t - window_s, side="left")
    begin = np.where(inside, first, np.maximum(first - 1, 0))
    grown: NDArray[np.float64] = total - total[begin]
    return grown


def _long_enough(holds: Mask, t: NDArray[np.float64], at_least_s: float) -> Mask:
    """The moments up to which a stretch lasts that may be long enough to count, the step that ends it included."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(np.int8)))
    counts = np.zeros(len(t), dtype=bool)
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        before, after = max(begin - 1, 0), min(end, len(t) - 1)
        if t[after] - t[before] >= at_least_s:
            counts[begin : after + 1] = True
    return counts
