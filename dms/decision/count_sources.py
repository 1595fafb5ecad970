"""What rules of kind `count` count: sources of events, each with the times of those that are still in the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from operator import attrgetter

from dms.decision.conditions import Test, World, cues_of, is_observable
from dms.decision.count_schema import EventSource
from dms.decision.timing import Moment
from dms.types import CueEventKind, Cues, Level

_CUE_BEHIND: dict[CueEventKind, str] = {
    "blink": "eyes_closed",
    "long_blink": "eyes_closed",
    "closure": "eyes_closed",
    "yawn": "yawning",
    "glance": "off_road",
    "nod": "head_pitch_deg",
}
"""The cue without which events of a kind cannot be seen."""


class Source:
    """One source of events: `times` of those that still count, as (onset, end).

    This class itself counts what does not come from cues: alerts that were raised, and actions of the driver.
    """

    __slots__ = ("_driver_action", "_raised_kind", "_raised_rank", "cues", "times")

    def __init__(self, source: EventSource, cues: Collection[str] = ()) -> None:
        self._driver_action = source.driver
        self._raised_kind, self._raised_rank = source.raised, Level(source.at_least).rank
        self.cues = frozenset(cues)
        self.times: deque[tuple[float, float]] = deque()

    def step(self, moment: Moment) -> None:
        """Take the moment in."""

    def forget(self) -> None:
        """Monitoring was paused: what was seen of the driver no longer counts, the alerts of this drive still do."""
        if self._raised_kind is None:
            self.times.clear()

    def is_observable(self, seen: Collection[str]) -> bool:
        """Returns whether the source can have an event when only these cues have ever been known."""
        return self.cues <= frozenset(seen)

    def driver(self, action: str, t: float) -> None:
        """The driver did something at `t`."""
        if self._driver_action == action:
            self.times.append((t, t))

    def alert_raised(self, kind: str, before: int, rank: int, t: float) -> None:
        """An alert of this pack went from rank `before` to `rank` at `t`."""
        if self._raised_kind == kind and before < self._raised_rank <= rank:
            self.times.append((t, t))


class _Events(Source):
    """Events that fusion saw end."""

    __slots__ = ("_at_least_s", "_kind")

    def __init__(self, kind: CueEventKind, source: EventSource) -> None:
        super().__init__(source, [_CUE_BEHIND[kind]])
        self._kind, self._at_least_s = kind, source.at_least_s

    def step(self, moment: Moment) -> None:
        for event in moment.cues.events:
            if event.kind == self._kind and event.duration_s >= self._at_least_s:
                self.times.append((event.onset, event.end))


class _Condition(Source):
    """A condition: each time it becomes true, or, with `holds`, the last moment at which it was true."""

    __slots__ = ("_condition", "_holds", "_named", "_test", "_was")

    def __init__(self, source: EventSource, world: World) -> None:
        condition = source.condition
        assert condition is not None
        super().__init__(source, set(cues_of(condition, world.conditions)))
        self._test: Test = world.compile(condition)
        self._holds = source.holds is not None
        self._was: bool | None = None
        self._condition, self._named = condition, world.conditions

    def step(self, moment: Moment) -> None:
        value = self._test(moment.cues)
        if value and self._holds:
            self.times.clear()
            self.times.append((moment.t, moment.t))
        elif value and self._was is False:
            self.times.append((moment.edge, moment.t))
        if value is not None:
            self._was = value

    def is_observable(self, seen: Collection[str]) -> bool:
        return is_observable(self._condition, seen, self._named)


class _Movement(Source):
    """A cue that moves: each time it is at least `by` away from where it was at the last event."""

    __slots__ = ("_by", "_read", "_reference")

    def __init__(self, cue: str, by: float, source: EventSource) -> None:
        super().__init__(source, [cue])
        self._read: Callable[[Cues], float | None] = attrgetter(cue)
        self._by = by
        self._reference: float | None = None

    def step(self, moment: Moment) -> None:
        value = self._read(moment.cues)
        if value is None:
            return
        if self._reference is None:
            self._reference = value
        elif abs(value - self._reference) >= self._by:
            self.times.append((moment.edge, moment.t))
            self._reference = value


def source_of(source: EventSource, world: World) -> Source:
    """Returns the source that a rule describes, with no events yet."""
    if source.event is not None:
        return _Events(source.event, source)
    if source.condition is not None:
        return _Condition(source, world)
    if source.moves is not None and source.by is not None:
        return _Movement(source.moves, source.by, source)
    return Source(source)
