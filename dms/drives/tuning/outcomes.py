"""What the conditions of a pack can come out as, at every moment of a drive and for every pack of a search space at once.

An outcome set is an array of uint8 with a bit for each of true, false and unknown: which of them some pack of the space may get
at that moment. Sets may be too large, never too small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from math import nextafter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.config.yaml_loader import KeyPath
from dms.decision.cue_catalog import CUES
from dms.drives.tuning.columns import CueColumns
from dms.drives.tuning.space import Space

TRUE, FALSE, UNKNOWN = np.uint8(1), np.uint8(2), np.uint8(4)
Outcomes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_GREATER = ("above", "at_least", "beyond")
_NUMBER_TESTS = (*_GREATER, "below", "at_most")


@dataclass(frozen=True, slots=True)
class Ranges:
    """Between which bounds each number of a pack document lies in a space: those that are not searched stay where they are."""

    by_path: Mapping[KeyPath, tuple[float, float]]

    @classmethod
    def of(cls, space: Space | None) -> Ranges:
        """The ranges of a space; None: nothing moves."""
        found: dict[KeyPath, tuple[float, float]] = {}
        for one in space.dimensions if space is not None else ():
            found[one.parameter.path] = _with(one.parameter.value, one.lowest, one.highest)
            for follower in one.followers:
                ends = (one.follower_value(follower, one.value(drawn)) for drawn in (one.lowest, one.highest))
                found[follower.path] = _with(follower.value, *ends)
        return cls(found)

    def at(self, path: KeyPath, value: float) -> tuple[float, float]:
        """The least and the greatest that the number at `path` can be, when `value` stands there."""
        return self.by_path.get(path, (float(value), float(value)))


def _with(*numbers: float) -> tuple[float, float]:
    return float(min(numbers)), float(max(numbers))


@dataclass(frozen=True)
class OutcomesOf:
    """The outcome sets of the conditions of one pack document on one drive."""

    data: Mapping[str, Any]
    ranges: Ranges
    drive: CueColumns

    def condition(self, condition: Any, path: KeyPath) -> Outcomes:
        """The outcomes of a condition as it is written at `path`."""
        if isinstance(condition, str):
            return self.condition(self.data["conditions"][condition], ("conditions", condition))
        if "cue" in condition:
            return self.test(condition, path)
        if "not" in condition:
            part = self.condition(condition["not"], (*path, "not"))
            swapped = np.where(part & TRUE, FALSE, 0) | np.where(part & FALSE, TRUE, 0) | (part & UNKNOWN)
            return swapped.astype(np.uint8)
        for word, certain, possible in (("all", TRUE, FALSE), ("any", FALSE, TRUE)):
            if word in condition:
                parts = [self.condition(part, (*path, word, index)) for index, part in enumerate(condition[word])]
                in_each, in_one = reduce(np.bitwise_and, parts), reduce(np.bitwise_or, parts)
                joined: Outcomes = (in_each & certain) | (in_one & (possible | UNKNOWN))
                return joined
        return np.full(len(self.drive), TRUE | FALSE, dtype=np.uint8)  # another alert that is raised, or not

    def test(self, test: Mapping[str, Any], path: KeyPath) -> Outcomes:
        """The outcomes of a test of one cue."""
        column, cue = self.drive.columns[test["cue"]], CUES[test["cue"]]
        missing = np.isnan(column) if cue.type == "number" else column < 0
        if "present" in test:
            return np.where(missing != bool(test["present"]), TRUE, FALSE).astype(np.uint8)
        if cue.type == "number":
            certain_from = self._number_test(test, path, column)
        else:
            holds = self._word_test(test, column)
            certain_from = (holds, holds)
        may_hold, must_hold = certain_from
        known = np.where(may_hold, TRUE, 0) | np.where(must_hold, 0, FALSE)
        unknown = {None: UNKNOWN, True: TRUE, False: FALSE}[test.get("unknown")]
        return np.where(missing, unknown, known).astype(np.uint8)

    def _word_test(self, test: Mapping[str, Any], column: NDArray[Any]) -> Mask:
        if CUES[test["cue"]].type == "truth":
            return np.asarray(column == int(test["is"]))
        words = self.drive.words.get(test["cue"], ())
        wanted = [test["is"]] if "is" in test else test.get("in") or test["not_in"]
        inside = np.isin(column, [words.index(word) for word in wanted if word in words])
        return ~inside if "not_in" in test else inside

    def _number_test(self, test: Mapping[str, Any], path: KeyPath, column: NDArray[np.float64]) -> tuple[Mask, Mask]:
        """Where the test may hold, and where it must, as "greater than a limit", on the mirrored number where it is "less"."""
        word = next(word for word in _NUMBER_TESTS if word in test)
        value = np.abs(column) if word == "beyond" else column if word in _GREATER else -column
        least, greatest = self._mirrored(word, *self.ranges.at((*path, word), test[word]))
        if word in ("at_least", "at_most"):
            least, greatest = nextafter(least, -np.inf), nextafter(greatest, -np.inf)
        if "until" not in test:
            return value > least, value > greatest
        until_least, until_greatest = self._mirrored(word, *self.ranges.at((*path, "until"), test["until"]))
        return _with_hysteresis(value, least, until_least), _with_hysteresis(value, greatest, until_greatest)

    @staticmethod
    def _mirrored(word: str, least: float, greatest: float) -> tuple[float, float]:
        return (least, greatest) if word in _GREATER else (-greatest, -least)

    def speed_gate(self, gate: Mapping[str, Any], path: KeyPath) -> Iterator[Outcomes]:
        """The outcomes of every comparison that a speed gate makes."""
        margin = self.ranges.at((*path, "hysteresis_kph"), gate.get("hysteresis_kph", 2.0))
        for key in ("from_kph", "below_kph"):
            if gate.get(key) is None:
                continue
            limits = self.ranges.at((*path, key), gate[key])
            for least, greatest in (limits, (limits[0] - margin[1], limits[1] - margin[0])):
                speed = self.drive.columns["speed_kph"]
                known = np.where(speed >= least, TRUE, 0) | np.where(speed >= greatest, 0, FALSE)
                yield np.where(np.isnan(speed), UNKNOWN, known).astype(np.uint8)


def _with_hysteresis(value: NDArray[np.float64], limit: float, until: float) -> Mask:
    """Whether a test with hysteresis holds: true above `limit`, false from `until` down, in between as before; at first false."""
    decided = np.where(value > limit, 1, np.where(value <= until, 0, -1))
    last = np.maximum.accumulate(np.where(decided >= 0, np.arange(len(value)), -1))
    return np.asarray((last >= 0) & (decided[last] == 1))
