"""How many signs of an available driver were confirmed lately (UN R157): control input, blinks, open eyes, head movement."""

from __future__ import annotations

from dms.fusion.directions import Direction
from dms.fusion.settings import FusionSettings

_NEVER = float("-inf")
# Half a frame at 30 Hz: a sign does not expire early because of rounding.
_SLACK_S = 0.015
_PERIOD_S = 0.1


class AvailabilityTracker:
    """Remembers when each sign was last confirmed. `confirmed`: how many were in `availability_s`; None until that has passed."""

    __slots__ = ("_blink", "_head", "_input", "_next", "_open", "_settings", "_started", "_still", "confirmed")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._input = self._blink = self._open = self._head = _NEVER
        self._still: Direction | None = None
        self._next = _NEVER
        self._started: float | None = None
        self.confirmed: int | None = None

    def control_input(self, t: float) -> None:
        """Take note that the driver touched a control at `t`."""
        self._input = t

    def update(self, t: float, blinked: bool, eyes_open: bool, head: Direction | None) -> None:
        """Take what was seen at `t`. `head` is the direction from forward, None if unknown."""
        if blinked:
            self._blink = t
        if eyes_open:
            self._open = t
        if head is not None:
            still = self._still
            least_deg = self._settings.head_moved_deg
            if still is None:
                self._still = head
            elif abs(head[0] - still[0]) > least_deg or abs(head[1] - still[1]) > least_deg:
                self._still = head
                self._head = t
        if self._started is None:
            self._started = t
        if t < self._next:
            return
        self._next = t + _PERIOD_S
        oldest = t - self._settings.availability_s - _SLACK_S
        if self._started <= oldest:
            self.confirmed = (self._input >= oldest) + (self._blink >= oldest) + (self._open >= oldest) + (self._head >= oldest)
