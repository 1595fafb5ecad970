"""The trip summaries of a running service: made while the drive goes on, for the journal and the bus."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal
from dms.trip.summary import TripSummary
from dms.trip.trip import TripMeter
from dms.types import Alert, Cues


class TripLog:
    """Sums up one drive after the other.

    With every period that is over, the drive so far is told as well: most drives end with the power being cut.
    """

    def __init__(self, journal: Journal, bus: Bus) -> None:
        self._journal = journal
        self._bus = bus
        self._meter = TripMeter()

    def follow(self, cues: Cues | None, alerts: Sequence[Alert]) -> None:
        """Take what was decided, and the cues that led to it, None if they are those of before."""
        if cues is None:
            self._meter.take_alerts(alerts)
            return
        period = self._meter.step(cues, alerts)
        if period is not None:
            self._tell(period)

    def end(self) -> None:
        """The drive is over; the next one begins with the next cues."""
        self._tell(self._meter.finish())
        self._meter = TripMeter()

    def _tell(self, period: TripSummary | None) -> None:
        for summary in (period, self._meter.total):
            if summary is not None:
                replacing = summary.kind == "drive"
                self._journal.record_summary(
                    summary.kind, summary.t, summary.end, msgspec.to_builtins(summary), replacing=replacing
                )
                self._bus.publish_summary(summary)
