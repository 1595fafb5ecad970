"""A stretch of a drive made of minutes: their sum, and their course over time."""

from __future__ import annotations

from dms.trip.summary import TripKind, TripSummary
from dms.trip.sums import seconds
from dms.trip.tally import Tally

MINUTE_S = 60.0
MAX_COURSE = 240  # minutes; on longer drives an entry covers two of them, then four …
ROUNDING_S = 1e-6

_Entry = tuple[float, float, Tally]


class Stretch:
    """A drive or a period from `t` on, made of minutes."""

    def __init__(self, t: float) -> None:
        self.t = t
        self._tally = Tally()
        self._course: list[_Entry] = []
        self._entry_s = MINUTE_S

    def take(self, t: float, end: float, minute: Tally) -> None:
        """Add a minute."""
        self._tally.add(minute)
        self._course = _appended(self._course, (t, end, minute), self._entry_s)
        if len(self._course) > MAX_COURSE:
            self._entry_s *= 2.0
            thinned: list[_Entry] = []
            for entry in self._course:
                thinned = _appended(thinned, entry, self._entry_s)
            self._course = thinned

    def with_minute(self, t: float, end: float, minute: Tally) -> Stretch:
        """Returns this stretch with a minute that has not ended yet."""
        extended = Stretch(self.t)
        extended._tally = self._tally.sum(minute)
        extended._course = _appended(self._course, (t, end, minute), self._entry_s) if end > t else self._course
        return extended

    def summary(self, kind: TripKind, end: float, *, complete: bool) -> TripSummary:
        """Returns the summary of the stretch up to `end`."""
        tally = self._tally
        return TripSummary(
            kind=kind,
            complete=complete,
            t=seconds(self.t),
            end=seconds(end),
            usable_s=seconds(tally.usable_s),
            degraded_s={reason: seconds(lasted_s) for reason, lasted_s in sorted(tally.degraded_s.items())},
            paused_s=seconds(tally.paused_s),
            availability=tally.availability,
            moving_s=seconds(tally.moving_s),
            distance_km=tally.distance_km,
            attention=tally.attention(),
            drowsiness=tally.drowsiness(),
            alerts=tally.alert_counts(),
            course=tuple(minute.course_entry(t, end) for t, end, minute in self._course),
        )


def _appended(course: list[_Entry], entry: _Entry, entry_s: float) -> list[_Entry]:
    """Returns the course with one more entry, merged with the last one if both fit into `entry_s`."""
    _, end, tally = entry
    if course and end - course[-1][0] <= entry_s + ROUNDING_S:
        first_t, _, first = course[-1]
        return [*course[:-1], (first_t, end, first.sum(tally))]
    return [*course, entry]
