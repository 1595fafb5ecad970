"""The trip summaries of a running service: made while the drive goes on, for the journal and the bus."""

from __future__ import annotations

import msgspec

from dms.outputs.bus.bus import Bus
from dms.outputs.journal import Journal
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.trip.summary import TripSummary
from dms.trip.trip import TripMeter


class TripLog(Listener):
    """Sums up one drive after the other.

    Every five minutes it also sums up the drive so far: most drives end with the power being cut.
    """

    def __init__(self, journal: Journal, bus: Bus) -> None:
        self._journal = journal
        self._bus = bus
        self._meter = TripMeter()

    def on_step(self, step: Step) -> None:
        """Add a step to the drive, and publish the period that it completes."""
        if step.cues is None or not step.cues_changed:
            self._meter.take_alerts(step.alerts)
            return
        period = self._meter.step(step.cues, step.alerts)
        if period is not None:
            self._publish(period)

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Publish the last period and the whole drive. The next drive begins with the next cues."""
        self._publish(self._meter.finish())
        self._meter = TripMeter()

    def _publish(self, period: TripSummary | None) -> None:
        for summary in (period, self._meter.total):
            if summary is not None:
                replacing = summary.kind == "drive"
                self._journal.record_summary(
                    summary.kind, summary.t, summary.end, msgspec.to_builtins(summary), replacing=replacing
                )
                self._bus.publish_summary(summary)
