"""Rules of kind `count`: a number of events within a window, or too few kinds of sign of life."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator

from dms.decision.causes import Values
from dms.decision.condition_schema import Condition
from dms.decision.conditions import World
from dms.decision.count_schema import CountRule
from dms.decision.count_sources import source_of
from dms.decision.runner import NONE, ClearState, RuleRunner, RuleState
from dms.decision.timing import Moment
from dms.types import DriverAction


class CountRunner(RuleRunner[CountRule]):
    """Counts events, or with `distinct` the sources that had one, in the last `within_s` seconds."""

    def __init__(self, name: str, rule: CountRule, world: World) -> None:
        self._sources = [source_of(source, world) for source in rule.of]
        super().__init__(name, rule, world)
        self._within_s, self._distinct = rule.within_s, rule.distinct
        self._limits = tuple(
            (rank, rung.at_least, rung.fewer_than or 0, rung.for_s)
            for (rank, _), rung in zip(self.rungs, rule.ladder, strict=True)
        )
        self._clear = ClearState(world.compile_optional(rule.clear.when), rule.clear.for_s, rule.clear.tolerance_s or 0.0)
        self._began: float | None = None
        self._count = 0
        self._since: dict[int, float] = {}

    def measure(self, moment: Moment) -> int:
        if self._began is None:
            self._began = moment.t
        begin = moment.t - self._within_s
        self._count = count = self._counted(begin, moment)
        if not count and not self._distinct:
            self._since.clear()
            return NONE
        reached = NONE
        for index, (rank, at_least, fewer_than, for_s) in enumerate(self._limits):
            fulfilled = count >= at_least if at_least is not None else self._too_few(fewer_than, begin)
            if not fulfilled:
                for unfulfilled in range(index, len(self._limits)):
                    self._since.pop(unfulfilled, None)
                break
            if index not in self._since:
                self._since[index] = moment.t if at_least is None else self._last_end(moment)
            since = self._since[index]
            if moment.t - since < for_s:
                break
            reached = rank
            if rank > self.rank:
                self.due = since + for_s
                self.onset = self._first_onset(since)
        return reached

    def _counted(self, begin: float, moment: Moment) -> int:
        """Show the moment to the sources. Returns how many events ended since `begin`, or how many sources had one."""
        count = 0
        leaves_out = not self._distinct and self.stands(moment.cues)
        for source in self._sources:
            kept = deque(source.times) if leaves_out else None
            source.step(moment)
            if kept is not None:
                source.times = kept
            times = source.times
            while times and times[0][1] < begin:
                times.popleft()
            if times:
                count += 1 if self._distinct else len(times)
        return count

    def is_over(self, moment: Moment) -> bool:
        at_least = self._limits[0][1]
        asking = self._count >= at_least if at_least is not None else 0 in self._since
        return self._clear.step(asking, moment)

    def forget(self) -> None:
        for source in self._sources:
            source.forget()
        self._since.clear()
        self._began = None
        self._clear.forget()

    def conditions(self) -> Iterator[Condition]:
        for source in self.rule.of:
            if source.condition is not None:
                yield source.condition

    @property
    def state(self) -> RuleState:
        if self.rank >= 0:
            return "asking"
        return "counting" if self._count else "idle"

    def evidence(self, moment: Moment) -> Values:
        values: Values = {"count": self._count, "within_s": self.rule.within_s, "counted": self.rule.counted_in_words()}
        rung = self.rung_asked
        if rung is not None:
            _, at_least, fewer_than, _ = self._limits[rung]
            values |= {"fewer_than": fewer_than} if at_least is None else {"needed": at_least}
        return values

    def is_observable(self, seen: Collection[str]) -> bool:
        return any(source.is_observable(seen) for source in self._sources)

    @property
    def cues(self) -> frozenset[str]:
        return frozenset().union(*(source.cues for source in self._sources))

    def driver(self, action: DriverAction, t: float) -> None:
        for source in self._sources:
            source.driver(action, t)

    def alert_raised(self, kind: str, before: int, rank: int, t: float) -> None:
        for source in self._sources:
            source.alert_raised(kind, before, rank, t)

    def _too_few(self, needed: int, begin: float) -> bool:
        """Returns whether fewer than `needed` sources had an event, after the rule has watched for a whole window."""
        assert self._began is not None
        return self._count < needed and self._began <= begin

    def _last_end(self, moment: Moment) -> float:
        """Returns when the last event in the window ended."""
        ends = [source.times[-1][1] for source in self._sources if source.times]
        return max(ends, default=moment.t)

    def _first_onset(self, since: float) -> float:
        """Returns when the first event in the window began."""
        onsets = [source.times[0][0] for source in self._sources if source.times]
        return min(onsets, default=since)
