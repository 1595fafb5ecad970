"""How much of a drive the driver looked at the road."""

from __future__ import annotations

from dataclasses import dataclass

from dms.fusion.event_time import is_gap
from dms.monitor.monitor import Monitor
from dms.trip.tally import may_move
from dms.types import Alert, Cues, DriveRecord


@dataclass(slots=True)
class RoadWatch:
    """A `Watch` for `replay`: for how long it was known whether the driver looked at the road, and for how much of that not.

    While moving, or at unknown speed, and not paused. The trip summary counts the same way.
    """

    known_s: float = 0.0
    off_road_s: float = 0.0
    _before: Cues | None = None

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        cues, before = monitor.cues, self._before
        if cues is None or cues is before:
            return
        self._before = cues
        if before is None or before.paused or before.off_road is None or cues.t <= before.t or not may_move(before):
            return
        step_s = cues.t - before.t
        if is_gap(step_s):
            return
        self.known_s += step_s
        if before.off_road:
            self.off_road_s += step_s
