"""Trip summaries: one for every five minutes of a drive, and one for the drive. Pure: in event time only.

    meter = TripMeter()
    for each moment:  period = meter.step(cues, alerts)     # a TripSummary every 300 s of drive, else None
    last, whole = meter.finish(), meter.total

In a replay `TripWatch` does that: `replay(drive, monitor, [watch := TripWatch()])`, then `watch.periods` and `watch.total`.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from dms.fusion.event_time import is_gap
from dms.monitor.monitor import Monitor
from dms.trip.stretch import MINUTE_S, ROUNDING_S, Stretch
from dms.trip.summary import TripKind, TripSummary
from dms.trip.tally import NO_OBSERVATION, Tally
from dms.types import Alert, Cues, DriveRecord

PERIOD_S = 300.0


class TripMeter:
    """Sums up a drive as it happens, in memory that does not grow with it.

    A drive is the sum of its periods, and a period the sum of its minutes. A blink or a glance belongs to the one it ended in.
    """

    def __init__(self, period_s: float = PERIOD_S) -> None:
        if not period_s > 0.0:
            raise ValueError(f"a period lasts longer than {period_s} s")
        self._period_s = period_s
        self._cues: Cues | None = None
        self._finished = False
        self._minute = Tally()
        self._minute_t = self._minute_due = self._period_due = 0.0
        self._period = self._drive = Stretch(0.0)

    def step(self, cues: Cues, alerts: Sequence[Alert] = ()) -> TripSummary | None:
        """Take the cues of a moment and the alerts since the last one. Returns the period that ends with it, if one does.

        The same cues may come again. Cues from an earlier time are ignored.
        """
        self.take_alerts(alerts)
        before = self._cues
        if before is None:
            self._begin(cues)
            return None
        return self._go_on(before, cues) if cues.t > before.t else None

    def take_alerts(self, alerts: Sequence[Alert]) -> None:
        """Take alerts that came without new cues."""
        for alert in alerts:
            self._minute.take_alert(alert)

    def finish(self) -> TripSummary | None:
        """End the drive. Returns its last, shorter period; None if nothing came since the one before."""
        self._finished = True
        return None if self._cues is None or self._period_is_empty else self._close_period(self._cues.t)

    @property
    def total(self) -> TripSummary | None:
        """The summary of the drive so far; None before its first cues."""
        return self._so_far(self._drive, "drive", complete=self._finished)

    @property
    def running(self) -> TripSummary | None:
        """The summary of the period so far; None when one has just ended."""
        return None if self._period_is_empty else self._so_far(self._period, "period", complete=False)

    @property
    def _period_is_empty(self) -> bool:
        return self._cues is None or self._cues.t <= self._period.t

    def _so_far(self, stretch: Stretch, kind: TripKind, *, complete: bool) -> TripSummary | None:
        if self._cues is None:
            return None
        now = self._cues.t
        return stretch.with_minute(self._minute_t, now, self._minute).summary(kind, now, complete=complete)

    def _begin(self, cues: Cues) -> None:
        self._cues = cues
        self._minute_t = cues.t
        self._period, self._drive = Stretch(cues.t), Stretch(cues.t)
        self._minute_due, self._period_due = cues.t + MINUTE_S, cues.t + self._period_s
        self._take_events(cues)

    def _go_on(self, before: Cues, cues: Cues) -> TripSummary | None:
        step_s = cues.t - before.t
        if not is_gap(step_s) or before.paused:
            self._minute.hold(before, step_s)
        else:
            self._minute.lose(NO_OBSERVATION, step_s)
        self._cues = cues
        self._take_events(cues)
        if cues.t >= self._period_due - ROUNDING_S:
            return self._close_period(cues.t)
        if cues.t >= self._minute_due - ROUNDING_S:
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
        self._period = Stretch(t)
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
        """The summaries of the periods of the drive. The last one is shorter."""
        last = self._meter.running
        return tuple(self._periods) if last is None else (*self._periods, replace(last, complete=True))

    @property
    def total(self) -> TripSummary | None:
        """The summary of the whole drive; None if nothing was seen."""
        total = self._meter.total
        return None if total is None else replace(total, complete=True)


def _next(due: float, every_s: float, t: float) -> float:
    """Returns the first of the times `due`, `due + every_s` … that is after `t`."""
    missed = max(0.0, (t + ROUNDING_S - due) // every_s + 1.0)
    return due + missed * every_s
