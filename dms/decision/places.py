"""What the driver looked at besides the road, and for how long: for the causes of alerts that took several looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from dms.decision.timing import Moment
from dms.decision.zone_words import zone_in_words

_MOST_STRETCHES = 256
"""So many are remembered: more than fit into half a minute of even the most restless eyes."""
_MOST_NAMED = 3
_LEAST_S = 0.1


@dataclass(slots=True)
class _Stretch:
    zone: str
    begin: float
    end: float


class Places:
    """The stretches of the last looks away from the road, each with its zone."""

    def __init__(self) -> None:
        self._stretches: deque[_Stretch] = deque(maxlen=_MOST_STRETCHES)
        self.is_looking = False

    def look(self, zone: str, moment: Moment) -> None:
        """The driver looks at this zone, which is not the road, since the moment's edge at least."""
        if self.is_looking:
            self.look_no_more(moment)
            if self._stretches[-1].zone == zone and not moment.gap:
                self._stretches[-1].end = moment.t
                self.is_looking = True
                return
        self.is_looking = True
        self._stretches.append(_Stretch(zone, moment.edge, moment.t))

    def look_no_more(self, moment: Moment) -> None:
        """The look away is over, or not known to go on, since the moment's edge."""
        self.is_looking = False
        if not moment.gap:
            self._stretches[-1].end = moment.edge

    def since(self, begin: float) -> dict[str, float]:
        """Returns the seconds since `begin` for which each zone was looked at, the longest first; moments do not count."""
        seconds: dict[str, float] = {}
        for stretch in self._stretches:
            if stretch.end > begin:
                seconds[stretch.zone] = seconds.get(stretch.zone, 0.0) + stretch.end - max(begin, stretch.begin)
        longest_first = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
        return {zone: lasted_s for zone, lasted_s in longest_first if lasted_s >= _LEAST_S}

    def in_words(self, begin: float) -> str:
        """Returns the same for people, such as `the lap 6.2 s, the centre display 3.8 s`."""
        return ", ".join(f"{place} {seconds:.1f} s" for place, seconds in self._named(begin))

    def _named(self, begin: float) -> Iterator[tuple[str, float]]:
        items = list(self.since(begin).items())
        yield from ((zone_in_words(zone), seconds) for zone, seconds in items[:_MOST_NAMED])
        if items[_MOST_NAMED:]:
            yield "elsewhere", sum(seconds for _, seconds in items[_MOST_NAMED:])
