"""Rules of kind `count`: so many events within a window, or too few kinds of sign of life."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from operator import attrgetter

from dms.decision.condition_schema import Condition
from dms.decision.conditions import Test, Watch, World, compile_condition, is_observable
from dms.decision.pack_loader import Pack
from dms.decision.rule_schema import CountRule, EventSource
from dms.decision.runner import ASLEEP, AWAKE, NONE, ClearState, RuleRunner, RuleState
from dms.decision.timing import Moment
from dms.types import CauseValue, Cues, DriverAction, Level

_CUE_BEHIND = {
    "blink": "eyes_closed",
    "long_blink": "eyes_closed",
    "closure": "eyes_closed",
    "yawn": "yawning",
    "glance": "off_road",
    "nod": "head_pitch_deg",
}
"""The cue without which events of a kind cannot be seen."""


class _Source:
    """One kind of event: `times` of those that still count, as (onset, end)."""

    def __init__(self, source: EventSource, world: World) -> None:
        self.source = source
        self.times: deque[tuple[float, float]] = deque()
        condition = source.becomes if source.becomes is not None else source.holds
        self._test: Test | None = compile_condition(condition, world) if condition is not None else None
        self._was: bool | None = None
        self._read: Callable[[Cues], float | None] | None = attrgetter(source.moves) if source.moves is not None else None
        self._reference: float | None = None

    def step(self, moment: Moment) -> None:
        source = self.source
        if source.event is not None:
            for event in moment.cues.events:
                if event.kind == source.event and event.duration_s >= source.at_least_s:
                    self.times.append((event.onset, event.end))
        elif self._test is not None:
            value = self._test(moment.cues)
            if source.holds is not None and value:
                self.times.clear()
            if value and (source.holds is not None or self._was is False):
                self.times.append((moment.edge if source.becomes is not None else moment.t, moment.t))
            self._was = value if value is not None else self._was
        elif self._read is not None:
            self._follow(self._read(moment.cues), moment)

    def _follow(self, value: float | None, moment: Moment) -> None:
        assert self.source.by is not None
        if value is None:
            return
        if self._reference is not None and abs(value - self._reference) >= self.source.by:
            self.times.append((moment.edge, moment.t))
        if self._reference is None or abs(value - self._reference) >= self.source.by:
            self._reference = value


def _has_events(cues: Cues) -> bool:
    return bool(cues.events)


class CountRunner(RuleRunner):
    """Counts events, or with `distinct` the sources that had one, in the last `within_s` seconds."""

    def __init__(self, name: str, rule: CountRule, pack: Pack, world: World) -> None:
        self._own = rule
        self._sources = [_Source(source, world) for source in rule.of]
        super().__init__(name, rule, pack, world)
        clear_when = compile_condition(rule.clear.when, world) if rule.clear.when is not None else None
        self._clear = ClearState(clear_when, rule.clear.for_s)
        self._only_events = not rule.distinct and all(source.becomes is None and source.moves is None for source in rule.of)
        if self._only_events:
            self.watch = Watch(_has_events, ["events"])
        self._began: float | None = None
        self._count = 0
        self._since: dict[int, float | None] = {}

    def measure(self, moment: Moment) -> int:
        if self._began is None:
            self._began = moment.t
        begin = moment.t - self._own.within_s
        count = 0
        for source in self._sources:
            source.step(moment)
            times = source.times
            while times and times[0][1] < begin:
                times.popleft()
            count += min(len(times), 1) if self._own.distinct else len(times)
        self._count = count
        reached = NONE
        for index, ((rank, _), rung) in enumerate(zip(self.rungs, self._own.ladder, strict=True)):
            fulfilled = count >= rung.at_least if rung.at_least is not None else self._too_few(rung.fewer_than or 0, begin)
            since = self._since.get(index)
            if not fulfilled:
                for unfulfilled in range(index, len(self.rungs)):
                    self._since[unfulfilled] = None
                break
            if since is None:
                since = self._since[index] = self._when_fulfilled(rung.fewer_than, moment)
            if moment.t - since < rung.for_s:
                break
            reached = rank
            if rank > self.rank:
                self.due = since + rung.for_s
                self.onset = self._first_onset(since)
        self.rests_until = self._first_to_leave() if self._only_events and self._since.get(0) is None else AWAKE
        return reached

    def is_over(self, moment: Moment) -> bool:
        first = self._own.ladder[0]
        asking = self._count >= first.at_least if first.at_least is not None else self._since.get(0) is not None
        return self._clear.step(asking, moment)

    def forget(self) -> None:
        for source in self._sources:
            source.times.clear()
        self._since.clear()
        self._began = None
        self._clear.forget()

    def conditions(self) -> Iterator[Condition]:
        for source in self._own.of:
            if source.becomes is not None:
                yield source.becomes
            if source.holds is not None:
                yield source.holds

    @property
    def state(self) -> RuleState:
        if self.rank >= 0:
            return "asking"
        return "counting" if self._count else "idle"

    def evidence(self, moment: Moment) -> dict[str, CauseValue]:
        return {"count": self._count, "within_s": self._own.within_s}

    def is_observable(self, seen: Collection[str]) -> bool:
        return any(self._is_source_observable(source.source, seen) for source in self._sources)

    def _is_source_observable(self, source: EventSource, seen: Collection[str]) -> bool:
        if source.event is not None:
            return _CUE_BEHIND[source.event] in seen
        condition = source.becomes if source.becomes is not None else source.holds
        if condition is not None:
            return is_observable(condition, seen, self._conditions)
        return source.moves is None or source.moves in seen

    @property
    def cues(self) -> frozenset[str]:
        named = {source.source.moves for source in self._sources if source.source.moves is not None}
        behind = {_CUE_BEHIND[source.source.event] for source in self._sources if source.source.event is not None}
        return super().cues | named | behind

    def driver(self, action: DriverAction, t: float) -> None:
        for source in self._sources:
            if source.source.driver == action:
                source.times.append((t, t))

    def alert_raised(self, kind: str, before: int, rank: int, t: float) -> None:
        for source in self._sources:
            if source.source.raised == kind and before < Level(source.source.at_least).rank <= rank:
                source.times.append((t, t))

    def _too_few(self, needed: int, begin: float) -> bool:
        """Whether fewer than `needed` sources had an event, once the rule has watched for a whole window."""
        assert self._began is not None
        return self._count < needed and self._began <= begin

    def _first_to_leave(self) -> float:
        """When the window loses its oldest event."""
        ends = [source.times[0][1] for source in self._sources if source.times]
        return min(ends) + self._own.within_s if ends else ASLEEP

    def _when_fulfilled(self, fewer_than: int | None, moment: Moment) -> float:
        """The moment at which the last event came in, or at which one event too many dropped out of the window."""
        if fewer_than is None:
            ends = [source.times[-1][1] for source in self._sources if source.times]
            return max(ends, default=moment.t)
        return moment.t

    def _first_onset(self, since: float) -> float:
        onsets = [source.times[0][0] for source in self._sources if source.times]
        return min(onsets, default=since)
