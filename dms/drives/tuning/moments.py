"""The moments of a drive that trials look at: few enough to be quick, and so chosen that the rules hardly can tell.

Rules compare cues with the numbers of the pack. As long as every cue stays on the same side of every number that any pack of the
space compares it with, every condition stays as it is, and rules only count time. Kept are therefore

- the moments at which a cue changes sides, and the moment before each, so that the step to it is as long as it was,
- those at which an event ends, the driver does something, or the drive has a gap, and
- enough between them that no step is longer than `FILL_S`.

Of the rules themselves nothing is assumed, so that new kinds need nothing here. What may differ from all moments are times that a
rule can only find at a moment, such as when a share of time is reached or an alert is cleared: by `FILL_S` at most. `dms tune`
checks every pack that it prints on all moments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.config.yaml_loader import KeyPath
from dms.decision.condition_schema import NUMBER_TESTS, CueTest
from dms.decision.cue_catalog import CUES
from dms.decision.pack_loader import Pack
from dms.decision.rule_parts import SpeedGate
from dms.drives.tuning.columns import CueColumns
from dms.drives.tuning.pack_parts import cues_named_by, parts_of
from dms.drives.tuning.space import Space
from dms.fusion.event_time import LONGEST_STEP_S

FILL_S = 0.9 * LONGEST_STEP_S
"""Moments that are kept lie at most this far apart, if the drive has any in between."""

Mask = NDArray[np.bool_]
Range = tuple[float, float]


@dataclass
class Thresholds:
    """The numbers that a cue is compared with: `fixed` ones, and ranges within which the space may put one anywhere."""

    fixed: set[float] = field(default_factory=set)
    ranges: list[Range] = field(default_factory=list)

    def add(self, lowest: float, highest: float) -> None:
        """A number between these two, or equal to both."""
        self.fixed.update((lowest, highest))
        if lowest < highest:
            self.ranges.append((lowest, highest))

    def changes(self, values: NDArray[np.float64]) -> Mask:
        """Whether the rules may tell each value but the first from the one before. NaN is unlike any number."""
        limits = np.array(sorted(self.fixed))
        side = 2 * np.searchsorted(limits, values, side="left") + np.isin(values, limits)
        side[np.isnan(values)] = -1
        changed: Mask = side[1:] != side[:-1]
        moved = values[1:] != values[:-1]
        for lowest, highest in self.ranges:
            inside = (values >= lowest) & (values <= highest)
            changed |= inside[1:] & moved
        return changed


def thresholds_of(pack: Pack, space: Space | None) -> dict[str, Thresholds]:
    """What any pack of the space compares each cue with; where a cue is not merely compared, every change of it counts."""
    moved = _ranges_of(space)
    found: dict[str, Thresholds] = {}
    for part, path in parts_of(pack.file):
        if isinstance(part, CueTest):
            for key in (*NUMBER_TESTS, "until"):
                value = getattr(part, key)
                if value is not None:
                    lowest, highest = moved.get((*path, key), (value, value))
                    found.setdefault(part.cue, Thresholds()).add(lowest, highest)
                    found[part.cue].add(-highest, -lowest)  # `beyond` looks at both sides of 0
        elif isinstance(part, SpeedGate):
            _add_gate(part, path, moved, found.setdefault("speed_kph", Thresholds()))
        else:
            for cue in cues_named_by(part):
                found.setdefault(cue, Thresholds()).add(float("-inf"), float("inf"))
    return found


def _add_gate(gate: SpeedGate, path: KeyPath, moved: Mapping[KeyPath, Range], limits: Thresholds) -> None:
    least_kph, most_kph = moved.get((*path, "hysteresis_kph"), (gate.hysteresis_kph, gate.hysteresis_kph))
    for key in ("from_kph", "below_kph"):
        value = getattr(gate, key)
        if value is not None:
            lowest, highest = moved.get((*path, key), (value, value))
            limits.add(lowest, highest)
            limits.add(lowest - most_kph, highest - least_kph)


def _ranges_of(space: Space | None) -> dict[KeyPath, Range]:
    """Between which bounds each number lies that the space moves."""
    found: dict[KeyPath, Range] = {}
    for one in space.dimensions if space is not None else ():
        found[one.parameter.path] = _range(one.parameter.value, one.lowest, one.highest)
        for follower in one.followers:
            ends = (one.follower_value(follower, one.value(drawn)) for drawn in (one.lowest, one.highest))
            found[follower.path] = _range(follower.value, *ends)
    return found


def _range(*numbers: float) -> Range:
    return float(min(numbers)), float(max(numbers))


Known = dict[str, tuple[object, Mask]]
"""Of each cue of a drive, the limits that it was last compared with, and where it changes sides of them."""


def key_moments(limits: Mapping[str, Thresholds], drive: CueColumns, known: Known | None = None) -> NDArray[np.intp]:
    """The places of the moments of `drive` that trials look at, in order.

    `known` is kept from call to call for one drive: of the cues, those are looked at again whose limits are others now.
    """
    if len(drive) == 0:
        return np.empty(0, dtype=np.intp)
    keep = np.zeros(len(drive), dtype=bool)
    for name, column in drive.columns.items():
        keep[1:] |= _known_changes(name, column, limits.get(name, Thresholds()), {} if known is None else known)
    keep[[place for place, _ in drive.events]] = True
    keep[[place for place, _ in drive.inputs if place < len(drive)]] = True
    keep[1:] |= np.diff(drive.t) > LONGEST_STEP_S
    keep[:-1] |= keep[1:].copy()
    keep[[0, -1]] = True
    return _filled(np.flatnonzero(keep), drive.t)


def _known_changes(name: str, column: NDArray[Any], limits: Thresholds, known: Known) -> Mask:
    asked = (frozenset(limits.fixed), tuple(limits.ranges))
    found = known.get(name)
    if found is None or found[0] != asked:
        found = known[name] = asked, _changes(name, column, limits)
    return found[1]


def _changes(name: str, column: NDArray[Any], limits: Thresholds) -> Mask:
    if CUES[name].type == "number":
        return limits.changes(column)
    return np.asarray(column[1:] != column[:-1])


def _filled(kept: NDArray[np.intp], t: NDArray[np.float64]) -> NDArray[np.intp]:
    """The places kept, and as many between them as it takes for no step to be longer than `FILL_S`."""
    between: list[int] = []
    times = t.tolist()  # bisecting it is quicker than searching the array for one time after the other
    wide = np.flatnonzero((np.diff(t[kept]) > FILL_S) & (np.diff(kept) > 1))
    for place, after in zip(kept[wide].tolist(), kept[wide + 1].tolist(), strict=True):
        at = place
        while times[after] - times[at] > FILL_S:
            at = max(at + 1, bisect_right(times, times[at] + FILL_S, at, after) - 1)
            if at >= after:
                break
            between.append(at)
    return np.union1d(kept, np.array(between, dtype=np.intp))
