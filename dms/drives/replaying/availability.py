"""How much of a drive the driver could be judged."""

from __future__ import annotations

from dataclasses import dataclass

from dms.fusion.event_time import is_gap
from dms.monitor.monitor import Monitor
from dms.types import Alert, Cues, DriveRecord


@dataclass(slots=True)
class Availability:
    """A `Watch` for `replay`: for how long the driver was watched, and what of that and beside it was lost.

    `watched_s`: observations came and monitoring was on. `degraded_s`: the part of it in which the driver could not be judged in
    full, or nothing was known of them yet. `lost_s`: monitoring was on and no observation came for longer than 0.3 s. Time in
    which monitoring was paused counts nowhere. The trip summary counts the same way.
    """

    watched_s: float = 0.0
    degraded_s: float = 0.0
    lost_s: float = 0.0
    _before: Cues | None = None

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        cues, before = monitor.cues, self._before
        if cues is None or cues is before:
            return
        self._before = cues
        if before is None or before.paused or cues.t <= before.t:
            return
        step_s = cues.t - before.t
        if is_gap(step_s):
            self.lost_s += step_s
            return
        self.watched_s += step_s
        if before.lacking is not None:
            self.degraded_s += step_s
