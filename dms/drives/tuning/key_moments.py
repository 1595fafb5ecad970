"""Which moments of a drive the rules have to see, so that every pack of a search space raises the same alerts as on all of them.

Most of a drive is a driver who looks at the road: no rule counts anything, and one look in a quarter of a second says as much as
thirty a second. A moment may be left out only when

- no rule's count can be so far that an alert is due (see `counting`), for any pack of the space,
- no condition comes out differently than at the moment before and the moment after, for any pack of the space,
- nothing happens: no event ends, the driver does nothing, no cue jumps in time, and
- the moments that are kept around it lie so close together that the engine does not take the time between for a gap.

Timers start, pause and end at changes of conditions, which are all kept, with the moment before; between them the engine goes by
time, not by the number of looks. What may differ is when an alert is cleared, a share of time that becomes valid while its
condition does not hold, and counts of too few signs of life: by less than `FILL_S`. `dms tune` therefore checks its results on
all moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.config.yaml_loader import KeyPath
from dms.decision.timing import HELD_S
from dms.drives.tuning.columns import CueColumns
from dms.drives.tuning.counting import Counting
from dms.drives.tuning.document import conditions_in, parts, tests_in
from dms.drives.tuning.outcomes import FALSE, TRUE, Mask, Outcomes, OutcomesOf, Ranges

FILL_S = 0.9 * HELD_S
"""Moments that are kept lie at most so far apart, if the drive has any in between."""

_SMOOTHING_TAIL = 5.0
"""A low-pass filter has settled after so many time constants, to within a hundredth."""

_FORGOTTEN_S = 60.0
"""A rule that has not counted for so long, or its window, has nothing to pause; an alert of it may be cleared a look later."""


def key_moments(pack_data: Mapping[str, Any], ranges: Ranges, drive: CueColumns) -> NDArray[np.intp]:
    """The places of the moments of `drive` that have to be seen, in order."""
    count = len(drive)
    if count == 0:
        return np.empty(0, dtype=np.intp)
    outcomes = OutcomesOf(pack_data, ranges, drive)
    keep = Counting(outcomes).moments() | _changes(pack_data, outcomes) | _happenings(drive)
    keep |= _for_a_while_after(keep, drive.t, _tail_s(pack_data, ranges))
    keep[:-1] |= keep[1:].copy()  # the moment before, so that the length of the last step is right
    keep[[0, -1]] = True
    return _filled(np.flatnonzero(keep), drive.t)


def _changes(data: Mapping[str, Any], outcomes: OutcomesOf) -> Mask:
    """Where anything that the rules ask of the cues comes out differently than a moment before, or may do so."""
    drive = outcomes.drive
    changes = np.zeros(len(drive), dtype=bool)
    for possible in _everything_asked(data, outcomes):
        changes[1:] |= possible[1:] != possible[:-1]
        changes |= (possible & (TRUE | FALSE)) == (TRUE | FALSE)
    for part, _ in parts(data):
        if "moves" in part:
            column = drive.columns[part["moves"]]
            changes[1:] |= (column[1:] != column[:-1]) & ~(np.isnan(column[1:]) & np.isnan(column[:-1]))
    return changes


def _everything_asked(data: Mapping[str, Any], outcomes: OutcomesOf) -> Iterator[Outcomes]:
    """The outcomes of all that changes on its own: whole conditions, tests that remember, and speed gates.

    A condition on another alert changes when that alert does, which is at a moment that is kept; of it, the tests are asked one
    by one. What a test remembers does not matter where its condition can never hold.
    """
    remembering: dict[KeyPath, Mapping[str, Any]] = {}
    for part, path in parts(data):
        if "from_kph" in part or "below_kph" in part:
            yield from outcomes.speed_gate(part, path)
        for key, condition, at in conditions_in(part, path):
            tests = list(tests_in(data, condition, at))
            if any("raised" in test for test, _ in tests):
                yield from (outcomes.test(test, place) for test, place in tests if "cue" in test)
                continue
            possible = outcomes.condition(condition, at)
            if (possible & TRUE).any():
                remembering.update((place, test) for test, place in tests if "until" in test)
            yield _while_it_matters(possible, part, path, outcomes) if key == "when" and "ladder" in part else possible
    yield from (outcomes.test(test, place) for place, test in remembering.items())


def _while_it_matters(possible: Outcomes, rule: Mapping[str, Any], path: KeyPath, outcomes: OutcomesOf) -> Outcomes:
    """The outcomes of what a rule counts. To a rule that has not counted for long, not true and not known are the same."""
    if rule.get("kind") not in ("sustained", "cumulative"):
        return possible
    window_s = outcomes.ranges.at((*path, "window_s"), rule.get("window_s", 0.0))[1]
    forgotten = ~_for_a_while_after((possible & TRUE) != 0, outcomes.drive.t, max(window_s, _FORGOTTEN_S))
    return np.where(forgotten, FALSE, possible).astype(np.uint8)


def _happenings(drive: CueColumns) -> Mask:
    """Where events end, the driver does something, or time jumps."""
    keep = np.zeros(len(drive), dtype=bool)
    keep[[place for place, _ in drive.events]] = True
    keep[[place for place, _ in drive.inputs if place < len(drive)]] = True
    keep[1:] |= np.diff(drive.t) > HELD_S
    return keep


def _tail_s(data: Mapping[str, Any], ranges: Ranges) -> float:
    """For how long after a change a budget may still do something other than fill or stay."""
    tail_s = 0.0
    for name, rule in data["rules"].items():
        refill, smoothing = rule.get("refill") or {}, rule.get("smoothing") or {}
        after_s = ranges.at(("rules", name, "refill", "after_s"), refill.get("after_s", 0.0))[1]
        constant_s = ranges.at(("rules", name, "smoothing", "time_constant_s"), smoothing.get("time_constant_s", 0.0))[1]
        tail_s = max(tail_s, after_s, _SMOOTHING_TAIL * constant_s)
    return tail_s


def _for_a_while_after(keep: Mask, t: NDArray[np.float64], tail_s: float) -> Mask:
    last = np.maximum.accumulate(np.where(keep, t, -np.inf))
    return np.asarray(t - last <= tail_s)


def _filled(kept: NDArray[np.intp], t: NDArray[np.float64]) -> NDArray[np.intp]:
    """The places kept, and as many between them as it takes for no step to be longer than `FILL_S`."""
    between: list[int] = []
    wide = np.flatnonzero((np.diff(t[kept]) > FILL_S) & (np.diff(kept) > 1))
    for place, after in zip(kept[wide].tolist(), kept[wide + 1].tolist(), strict=True):
        at = place
        while t[after] - t[at] > FILL_S:
            at = max(at + 1, int(np.searchsorted(t, t[at] + FILL_S, side="right")) - 1)
            if at >= after:
                break
            between.append(at)
    return np.union1d(kept, np.array(between, dtype=np.intp))
