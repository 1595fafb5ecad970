"""What decides whether a rule is judged at all: the vehicle's speed, and what must have happened before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from dms.decision.conditions import Test
from dms.decision.rule_parts import SpeedGate
from dms.decision.timing import Moment


class SpeedGateState:
    """A speed gate with hysteresis, except at a drive's first speed. An unknown speed opens it: the strictest band applies.

    `is_too_slow`: closed because the car is slower than the gate asks for.
    """

    __slots__ = ("_below", "_from", "_hysteresis", "_inside", "is_open", "is_too_slow")

    def __init__(self, gate: SpeedGate) -> None:
        self._from = gate.from_kph
        self._below = gate.below_kph if gate.below_kph is not None else float("inf")
        self._hysteresis = gate.hysteresis_kph
        self._inside: bool | None = None
        self.is_open = True
        self.is_too_slow = False

    def step(self, speed_kph: float | None) -> None:
        """Open or close for this speed."""
        if speed_kph is None:
            self.is_open, self.is_too_slow = True, False
            return
        if self._inside is None:  # neither band of a drive that begins between two of them would be open otherwise
            self._inside = self._from <= speed_kph < self._below
        elif self._inside:
            self._inside = self._from - self._hysteresis <= speed_kph < self._below
        else:
            self._inside = self._from <= speed_kph < self._below - (self._hysteresis if self._below < float("inf") else 0.0)
        self.is_open = self._inside
        self.is_too_slow = not self._inside and speed_kph < self._from


class GatedRule(Protocol):
    """A rule that is judged only while its gate is open, or always if it has none."""

    gate: SpeedGateState | None


class SpeedGates:
    """The gates of all rules. Rules with the same speeds share a gate."""

    def __init__(self, rules: Iterable[tuple[GatedRule, SpeedGate | None]]) -> None:
        self._speed_kph: float | None = float("nan")  # unlike any speed: the gates have not seen the present one yet
        gates: dict[tuple[float, float | None, float], SpeedGateState] = {}
        for rule, gate in rules:
            if gate is not None:
                key = (gate.from_kph, gate.below_kph, gate.hysteresis_kph)
                rule.gate = gates.setdefault(key, rule.gate or SpeedGateState(gate))
        self._gates = tuple(gates.values())

    def step(self, speed_kph: float | None) -> None:
        """Open or close for this speed."""
        if speed_kph != self._speed_kph:
            self._speed_kph = speed_kph
            for gate in self._gates:
                gate.step(speed_kph)


class ArmingState:
    """Adds up the time for which a condition held in this drive. Unknown time counts: no rule stays off for lack of a sensor."""

    __slots__ = ("_for_s", "_held_s", "_was", "_when")

    def __init__(self, when: Test, for_s: float) -> None:
        self._when, self._for_s = when, for_s
        self._held_s = 0.0
        self._was = False

    @property
    def armed(self) -> bool:
        """Whether the condition has held for long enough."""
        return self._held_s >= self._for_s

    def step(self, moment: Moment) -> None:
        """Take the moment in."""
        if self._held_s < self._for_s:
            if self._was and not moment.gap:
                self._held_s += moment.t - moment.before
            self._was = self._when(moment.cues) is not False
