"""Trip summaries: what to say of a drive every five minutes and when it is over. Pure: event time only.

    meter = TripMeter()
    for each moment:  period = meter.step(cues, alerts)     # a TripSummary every 300 s of drive, else None
    last, whole = meter.finish(), meter.total

In a replay `TripWatch` does that: `replay(drive, monitor, [watch := TripWatch()])`, then `watch.periods` and `watch.total`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dms.drives.monitor import Monitor
from dms.drives.tally import NO_OBSERVATION, Tally, seconds
from dms.fusion.settings import FusionSettings
from dms.summary import TripKind, TripSummary
from dms.types import Alert, Cues, DriveRecord

PERIOD_S = 300.0
MINUTE_S = 60.0
MAX_COURSE = 240  # minutes; of a longer drive two of them make an entry, then four …
_LONGEST_STEP_S = FusionSettings().max_gap_s + 1e-6
_ROUNDING_S = 1e-6

_Entry = tuple[float, float, Tally]


class TripMeter:
    """Sums up a drive while it happens, in memory that does not grow with it.

    The drive is the sum of its periods, and a period of its minutes: a blink or a glance belongs to that in which it ended.
    """

    def __init__(self, period_s: float = PERIOD_S) -> None:
        if not period_s > 0.0:
            raise ValueError(f"a period lasts longer than {period_s} s")
        self._period_s = period_s
        self._cues: Cues | None = None
        self._finished = False
        self._minute = Tally()
        self._minute_t = self._minute_due = self._period_due = 0.0
        self._period = self._drive = _Stretch(0.0)

    def step(self, cues: Cues, alerts: Sequence[Alert] = ()) -> TripSummary | None:
        """Take the cues of a moment and what was decided since the last; the period that is over with it.

        The same cues may come again. Time that goes back is passed over.
        """
        self.take_alerts(alerts)
        before = self._cues
        if before is None:
            self._begin(cues)
            return None
        return self._go_on(before, cues) if cues.t > before.t else None

    def take_alerts(self, alerts: Sequence[Alert]) -> None:
        """Take what was decided without new cues."""
        for alert in alerts:
            self._minute.take_alert(alert)

    def finish(self) -> TripSummary | None:
        """The drive is over; its last, shorter period, None if nothing came since the one before."""
        self._finished = True
        return None if self._cues is None or self._period_is_empty else self._close_period(self._cues.t)

    @property
    def total(self) -> TripSummary | None:
        """The drive so far; None before its first cues."""
        return self._so_far(self._drive, "drive", complete=self._finished)

    @property
    def running(self) -> TripSummary | None:
        """The period that still goes on; None when one has just ended."""
        return None if self._period_is_empty else self._so_far(self._period, "period", complete=False)

    @property
    def _period_is_empty(self) -> bool:
        return self._cues is None or self._cues.t <= self._period.t

    def _so_far(self, stretch: _Stretch, kind: TripKind, *, complete: bool) -> TripSummary | None:
        if self._cues is None:
            return None
        now = self._cues.t
        return stretch.with_minute(self._minute_t, now, self._minute).summary(kind, now, complete=complete)

    def _begin(self, cues: Cues) -> None:
        self._cues = cues
        self._minute_t = cues.t
        self._period, self._drive = _Stretch(cues.t), _Stretch(cues.t)
        self._minute_due, self._period_due = cues.t + MINUTE_S, cues.t + self._period_s
        self._take_events(cues)

    def _go_on(self, before: Cues, cues: Cues) -> TripSummary | None:
        step_s = cues.t - before.t
        if step_s <= _LONGEST_STEP_S or before.paused:
            self._minute.hold(before, step_s)
        else:
            self._minute.lose(NO_OBSERVATION, step_s)
        self._cues = cues
        self._take_events(cues)
        if cues.t >= self._period_due - _ROUNDING_S:
            return self._close_period(cues.t)
        if cues.t >= self._minute_due - _ROUNDING_S:
            self._close_minute(cues.t)
        return None

    def _take_events(self, cues: Cues) -> None:
        for event in cues.events:
            self._minute.take_event(event, cues)

    def _close_minute(self, t: float) -> None:
        for stretch in (self._period, self._drive):
            stretch.take(self._minute_t, t, self._minute)
        self._minute = Tally()
        self._minute_t = t
        self._minute_due = _next(self._minute_due, MINUTE_S, t)

    def _close_period(self, t: float) -> TripSummary:
        self._close_minute(t)
        over = self._period.summary("period", t, complete=True)
        self._period = _Stretch(t)
        self._period_due = _next(self._period_due, self._period_s, t)
        self._minute_due = t + MINUTE_S
        return over


class TripWatch:
    """A `Watch` for `replay`: `periods` and `total` of the drive that was replayed."""

    def __init__(self, period_s: float = PERIOD_S) -> None:
        self._meter = TripMeter(period_s)
        self._periods: list[TripSummary] = []

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if monitor.cues is not None:
            over = self._meter.step(monitor.cues, raised)
            if over is not None:
                self._periods.append(over)

    @property
    def periods(self) -> tuple[TripSummary, ...]:
        """The periods of the drive; the last one, at the end of the drive, is shorter."""
        last = self._meter.running
        return tuple(self._periods) if last is None else (*self._periods, replace(last, complete=True))

    @property
    def total(self) -> TripSummary | None:
        """The whole drive; None if nothing was seen."""
        total = self._meter.total
        return None if total is None else replace(total, complete=True)


class _Stretch:
    """Something that is made of minutes, from `t` on."""

    def __init__(self, t: float) -> None:
        self.t = t
        self._tally = Tally()
        self._course: list[_Entry] = []
        self._entry_s = MINUTE_S

    def take(self, t: float, end: float, minute: Tally) -> None:
        """One more minute."""
        self._tally.add(minute)
        self._course = _appended(self._course, (t, end, minute), self._entry_s)
        if len(self._course) > MAX_COURSE:
            self._entry_s *= 2.0
            thinned: list[_Entry] = []
            for entry in self._course:
                thinned = _appended(thinned, entry, self._entry_s)
            self._course = thinned

    def with_minute(self, t: float, end: float, minute: Tally) -> _Stretch:
        """The same with a minute that still goes on."""
        extended = _Stretch(self.t)
        extended._tally = self._tally.sum(minute)
        extended._course = _appended(self._course, (t, end, minute), self._entry_s) if end > t else self._course
        return extended

    def summary(self, kind: TripKind, end: float, *, complete: bool) -> TripSummary:
        """All of it, up to `end`."""
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
    """The course with one more entry; one that fits into the last one becomes part of it."""
    _, end, tally = entry
    if course and end - course[-1][0] <= entry_s + _ROUNDING_S:
        first_t, _, first = course[-1]
        return [*course[:-1], (first_t, end, first.sum(tally))]
    return [*course, entry]


def _next(due: float, every_s: float, t: float) -> float:
    """The first of the times `due`, `due + every_s` … after `t`, whatever was slept through."""
    missed = max(0.0, (t + _ROUNDING_S - due) // every_s + 1.0)
    return due + missed * every_s
