"""Which rules a moment concerns: a rule that waits for its condition need not see the moments at which it does not hold.

Most of a drive is a driver who looks at the road, and most rules have nothing to do then.
"""

from __future__ import annotations

from collections.abc import Iterable

from dms.decision.conditions import SharedCondition
from dms.decision.runner import AnyRunner
from dms.types import Cues


class Schedule:
    """The rules of a pack, by the condition that they wait for."""

    def __init__(self, runners: Iterable[AnyRunner]) -> None:
        waiting: dict[SharedCondition, list[AnyRunner]] = {}
        always: list[AnyRunner] = []
        for runner in runners:
            (always if runner.waits_for is None else waiting.setdefault(runner.waits_for, [])).append(runner)
        self._always = tuple(always)
        self._waiting = tuple((condition, tuple(waiters)) for condition, waiters in waiting.items())

    def concerned(self, cues: Cues) -> list[AnyRunner]:
        """Work out the conditions that rules wait for. Returns the rules that have to see this moment."""
        concerned = [*self._always]
        for condition, runners in self._waiting:
            if condition.look(cues):
                concerned += runners
            else:
                for runner in runners:
                    if not runner.is_waiting:
                        concerned.append(runner)
        return concerned
