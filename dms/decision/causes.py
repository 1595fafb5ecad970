"""The values behind a decision: the cues that the rule names, where the driver looked, what gave more time, what held it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from dms.decision.condition_schema import Condition, RaisedTest, name_in_words, tests_in, words_for
from dms.decision.conditions import Test, World, cues_of
from dms.decision.whereabouts import direction_cues, road_cues
from dms.decision.without_speed import Restraint
from dms.types import CauseValue, Cues, Level

LEVELS = tuple(Level)
Values = dict[str, CauseValue]


class Causes:
    """Reads the values behind one rule's decisions. They are read only when there is something to publish."""

    def __init__(self, named: Collection[str], conditions: Iterable[Condition], world: World) -> None:
        rests_on = tuple(conditions)
        self._world = world
        self._named = tuple(sorted({*named, "speed_kph"}))
        directions = direction_cues({cue for condition in rests_on for cue in cues_of(condition, world.conditions)})
        self._where = tuple(name for name in directions if name not in self._named)
        self._is_about_directions = bool(directions)
        tests = (test for condition in rests_on for test in tests_in(condition, world.conditions))
        self._alerts = tuple(dict.fromkeys(test.raised for test in tests if isinstance(test, RaisedTest)))

    def of(self, cues: Cues, onset: float) -> Values:
        """Returns the cues that the rule names, known or not, and what else is known of where the driver looked since `onset`."""
        values = {name: plain(attrgetter(name)(cues)) for name in self._named}
        values |= known(self._where, cues)
        if self._is_about_directions:
            values |= known(road_cues(cues), cues)
            if list(self._world.places.since(onset)) not in ([], [cues.gaze_zone]):
                values["looked_at"] = self._world.places.in_words(onset)
        raised = [(kind, rank) for kind in self._alerts if (rank := self._world.raised.get(kind, -1)) >= 0]
        if raised:
            values["raised"] = ", ".join(f"{kind} {LEVELS[rank]}" for kind, rank in raised)
        if cues.non_nominal:
            values["non_nominal"] = True
        if cues.degraded is not None:
            values["degraded"] = cues.degraded
        return values


class Proviso:
    """A condition of a rule besides its own, under which the alert comes later or is held back."""

    __slots__ = ("_cues", "holds", "words")

    def __init__(self, when: Condition, world: World) -> None:
        self.holds: Test = world.compile(when)
        self.words = name_in_words(when) if isinstance(when, str) else words_for(when)
        self._cues = tuple(dict.fromkeys(cues_of(when, world.conditions)))

    def values(self, cues: Cues) -> Values:
        """Returns what is known of the cues that it looks at."""
        return known(self._cues, cues)


@dataclass(frozen=True, slots=True)
class Allowance:
    """More time than usual: an alert that would come after `usual_s` comes `more_s` later, for what `words` say."""

    usual_s: float
    more_s: float
    words: str


def restrained(restraint: Restraint, cues: Cues, ladder: Iterable[int], times: float) -> Values:
    """Returns how the missing speed holds a rule back whose rungs have these ranks and takes `times` as long as written."""
    values: Values = {"speed_status": cues.speed_status}
    if times != 1.0:
        values["times_as_long"] = times
    if any(rank > restraint.at_most for rank in ladder):
        values["level_at_most"] = LEVELS[restraint.at_most].value
    return values


def known(names: Iterable[str], cues: Cues) -> Values:
    """Returns the cues of these names that have a value."""
    values = {name: plain(attrgetter(name)(cues)) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def plain(value: Any) -> CauseValue:
    """Returns the value of a cue as an alert carries it: numbers to three decimals, words as text."""
    if isinstance(value, float):
        return round(value, 3)
    return value if value is None or isinstance(value, (bool, int)) else str(value)
