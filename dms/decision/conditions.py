"""The conditions of a pack as functions that take cues and return True, False or None (unknown). Compiled once for each pack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from math import nextafter
from operator import attrgetter
from typing import TypeAlias

from dms.decision.condition_schema import AllOf, AnyOf, Condition, CueTest, NotOf, RaisedTest, parts_of, tests_in
from dms.decision.places import Places
from dms.types import Cues, Level

Test: TypeAlias = Callable[[Cues], bool | None]


class SharedCondition:
    """A condition that rules share. It is worked out once a moment, before the rules see it; `value` is the result."""

    __slots__ = ("_test", "value")

    def __init__(self, test: Test) -> None:
        self._test = test
        self.value: bool | None = None

    def look(self, cues: Cues) -> bool | None:
        """Work out the condition for the cues of this moment. Returns its value."""
        self.value = value = self._test(cues)
        return value


@dataclass(frozen=True, slots=True)
class World:
    """What conditions may refer to besides cues: conditions by name, and the level rank at which each kind is raised now.

    `places` is what the driver looked at of late, for the causes of alerts.
    """

    conditions: Mapping[str, Condition]
    raised: Mapping[str, int]
    places: Places = field(default_factory=Places)
    _shared: dict[str, SharedCondition] = field(default_factory=dict)

    def compile(self, condition: Condition) -> Test:
        """Returns the condition as a function of the cues, with a memory of its own if it has a test with `until`."""
        return compile_condition(condition, self)

    def compile_optional(self, condition: Condition | None) -> Test | None:
        """Returns the condition as a function of the cues, or None if there is none."""
        return None if condition is None else compile_condition(condition, self)

    def share(self, condition: Condition) -> SharedCondition:
        """Returns the one condition that all rules with this condition share, by whatever name they refer to it."""
        while isinstance(condition, str):
            condition = self.conditions[condition]
        key = repr(condition)
        if key not in self._shared:
            self._shared[key] = SharedCondition(compile_condition(condition, self))
        return self._shared[key]


def compile_condition(condition: Condition, world: World) -> Test:
    """Returns the condition as a function of the cues. Tests with `until` remember whether they were true."""
    if isinstance(condition, str):
        return compile_condition(world.conditions[condition], world)
    if isinstance(condition, CueTest):
        test = _cue_test(condition)
        return test if condition.unknown is None else _known(test, condition.unknown)
    if isinstance(condition, RaisedTest):
        return _raised_test(condition, world)
    if isinstance(condition, NotOf):
        test = _not(compile_condition(condition.not_, world))
        return _if_changed(test, condition.not_.cue) if isinstance(condition.not_, CueTest) else test
    parts = condition.parts()
    if len(parts) == 1:
        return compile_condition(parts[0], world)
    remembering = tuple(compile_condition(part, world) for part in parts if _remembers(part, world))
    others = tuple(compile_condition(part, world) for part in parts if not _remembers(part, world))
    return _all(remembering, others) if isinstance(condition, AllOf) else _any(remembering, others)


def _remembers(condition: Condition, world: World) -> bool:
    """Returns whether a condition has to see every moment, because it has a test with `until`."""
    return any(isinstance(test, CueTest) and test.until is not None for test in tests_in(condition, world.conditions))


def cues_of(condition: Condition, conditions: Mapping[str, Condition]) -> Iterator[str]:
    """Returns the names of the cues that a condition looks at."""
    return (test.cue for test in tests_in(condition, conditions) if isinstance(test, CueTest))


def is_observable(condition: Condition, seen: Collection[str], conditions: Mapping[str, Condition]) -> bool:
    """Returns whether a condition could become true when only these cues are ever known."""
    if isinstance(condition, CueTest):
        return condition.present is not None or condition.unknown is True or condition.cue in seen
    is_enough = any if isinstance(condition, AnyOf) else all
    return is_enough(is_observable(part, seen, conditions) for part in parts_of(condition, conditions))


def _cue_test(test: CueTest) -> Test:
    read: Callable[[Cues], object] = attrgetter(test.cue)
    if test.present is not None:
        present = test.present
        return lambda cues: (read(cues) is not None) is present
    if test.is_ is not None:
        return _equals(read, test.is_)
    if test.in_ is not None:
        return _member(read, frozenset(test.in_), True)
    if test.not_in is not None:
        return _member(read, frozenset(test.not_in), False)
    number: Callable[[Cues], float | None] = attrgetter(test.cue)
    if test.above is not None:
        return _above(number, test.above, test.until)
    if test.at_least is not None:
        return _above(number, _just_below(test.at_least), test.until)
    if test.beyond is not None:
        return _above(_magnitude(number), test.beyond, test.until)
    limit = -test.below if test.below is not None else _just_below(-(test.at_most or 0.0))
    return _above(_negative(number), limit, None if test.until is None else -test.until)


def _just_below(limit: float) -> float:
    """Returns the limit that turns "greater than" into "this or greater"."""
    return nextafter(limit, float("-inf"))


def _known(part: Test, otherwise: bool) -> Test:
    def known(cues: Cues) -> bool:
        value = part(cues)
        return otherwise if value is None else value

    return known


def _equals(read: Callable[[Cues], object], wanted: object) -> Test:
    def test(cues: Cues) -> bool | None:
        value = read(cues)
        return None if value is None else value == wanted

    return test


def _member(read: Callable[[Cues], object], words: frozenset[str], inside: bool) -> Test:
    def test(cues: Cues) -> bool | None:
        value = read(cues)
        return None if value is None else (value in words) == inside

    return test


def _magnitude(read: Callable[[Cues], float | None]) -> Callable[[Cues], float | None]:
    def magnitude(cues: Cues) -> float | None:
        value = read(cues)
        return None if value is None else abs(value)

    return magnitude


def _negative(read: Callable[[Cues], float | None]) -> Callable[[Cues], float | None]:
    def negative(cues: Cues) -> float | None:
        value = read(cues)
        return None if value is None else -value

    return negative


def _above(read: Callable[[Cues], float | None], limit: float, until: float | None) -> Test:
    if until is None:

        def plain(cues: Cues) -> bool | None:
            value = read(cues)
            return None if value is None else value > limit

        return plain
    lower, holds = until, False

    def with_hysteresis(cues: Cues) -> bool | None:
        nonlocal holds
        value = read(cues)
        if value is None:
            return None
        holds = value > (lower if holds else limit)
        return holds

    return with_hysteresis


def _raised_test(test: RaisedTest, world: World) -> Test:
    raised, kind, rank = world.raised, test.raised, Level(test.at_least).rank

    def is_raised(_: Cues) -> bool:
        return raised.get(kind, -1) >= rank

    return is_raised


def _if_changed(test: Test, cue: str) -> Test:
    """Returns the same test of one cue, done only when the cue is another object: vehicle signals hold for many moments."""
    read = attrgetter(cue)
    before: object = read  # unlike any cue
    result: bool | None = None

    def if_changed(cues: Cues) -> bool | None:
        nonlocal before, result
        value = read(cues)
        if value is not before:
            before, result = value, test(cues)
        return result

    return if_changed


def _not(part: Test) -> Test:
    def negated(cues: Cues) -> bool | None:
        value = part(cues)
        return None if value is None else not value

    return negated


def _all(remembering: tuple[Test, ...], others: tuple[Test, ...]) -> Test:
    def conjunction(cues: Cues) -> bool | None:
        result: bool | None = True
        for part in remembering:
            value = part(cues)
            if not value and result is not False:
                result = value
        for part in others:
            if result is False:
                break
            value = part(cues)
            if not value:
                result = value
        return result

    return conjunction


def _any(remembering: tuple[Test, ...], others: tuple[Test, ...]) -> Test:
    def disjunction(cues: Cues) -> bool | None:
        result: bool | None = False
        for part in remembering:
            value = part(cues)
            if value is not False and not result:
                result = value
        for part in others:
            if result:
                break
            value = part(cues)
            if value is not False:
                result = value
        return result

    return disjunction
