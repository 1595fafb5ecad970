"""Collects during a replay what the driver looked at from moment to moment."""

from __future__ import annotations

from dms.fusion.event_time import change_between, is_gap
from dms.monitor.monitor import Monitor
from dms.trip.glances.glances import Glances, Stay, glances_of
from dms.trip.tally import NO_OBSERVATION, may_move
from dms.types import Alert, Cues, DriveRecord

PAUSED = "paused"
STANDING = "standing"
EYES_CLOSED = "eyes_closed"
UNREADABLE = "gaze_unknown"


class GlanceWatch:
    """A `Watch` for `replay`: read `glances` afterwards.

    Only driving counts: drivers who stand look anywhere. A vehicle that tells no speed is taken to drive.
    """

    def __init__(self) -> None:
        self._stays: list[Stay] = []
        self._before: Cues | None = None
        self._since = 0.0

    def __call__(self, record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
        if monitor.cues is not None:
            self.take(monitor.cues)

    def take(self, cues: Cues) -> None:
        """Take the cues of a moment. The same may come again; those of an earlier time are ignored."""
        before = self._before
        if before is None:
            self._before, self._since = cues, cues.t
            return
        if cues.t <= before.t:
            return
        self._before = cues
        if is_gap(cues.t - before.t):
            self._close(before, before.t)
            why = PAUSED if before.paused else NO_OBSERVATION
            self._stays.append(Stay(before.t, cues.t, None, why))
            self._since = cues.t
        elif looked_at(cues) != looked_at(before):
            self._close(before, change_between(before.t, cues.t))

    @property
    def glances(self) -> Glances:
        """The glances of the drive so far."""
        last = self._before
        if last is None:
            return Glances()
        area, why = looked_at(last)
        return glances_of([*self._stays, Stay(self._since, last.t, area, why)])

    def _close(self, before: Cues, end: float) -> None:
        area, why = looked_at(before)
        self._stays.append(Stay(self._since, end, area, why))
        self._since = end


def looked_at(cues: Cues) -> tuple[str | None, str]:
    """Returns the area that the driver looks at, or None and why that is unknown or does not count."""
    if cues.paused:
        return None, PAUSED
    if not may_move(cues):
        return None, STANDING
    if cues.gaze_zone is not None:
        return cues.gaze_zone, ""
    if cues.eyes_closed:
        return None, EYES_CLOSED
    return None, cues.lacking or UNREADABLE
