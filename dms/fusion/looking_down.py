"""Whether lowered lids may come from a downward glance: a glance moves the head, a closure does not."""

from __future__ import annotations

from dms.fusion.settings import FusionSettings

_NEVER = float("-inf")


class LookingDown:
    """Watches the head's and the gaze's pitch from forward, and how far the head has just fallen."""

    __slots__ = ("_gaze_down_since", "_highest_before", "_highest_now", "_memory_begins", "_settings")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        # The highest pitch of the present stretch of the memory and of the one before it.
        self._highest_now = self._highest_before = _NEVER
        self._memory_begins = _NEVER
        self._gaze_down_since: float | None = None

    def update(self, t: float, head_pitch_deg: float | None, gaze_pitch_deg: float | None, openness: float | None) -> bool:
        """Take the pitches, None if unknown. Returns whether the driver may be looking down."""
        settings = self._settings
        if t - self._memory_begins > settings.looking_down_memory_s:
            is_recent = t - self._memory_begins <= 2.0 * settings.looking_down_memory_s
            self._highest_before = self._highest_now if is_recent else _NEVER
            self._highest_now = _NEVER
            self._memory_begins = t
        if head_pitch_deg is None:
            return self._gaze_is_down(t, gaze_pitch_deg, openness)
        if head_pitch_deg > self._highest_now:
            self._highest_now = head_pitch_deg
        highest = max(self._highest_now, self._highest_before)
        if head_pitch_deg <= settings.looking_down_pitch_deg or highest - head_pitch_deg >= settings.looking_down_drop_deg:
            return True
        return self._gaze_is_down(t, gaze_pitch_deg, openness)

    def _gaze_is_down(self, t: float, gaze_pitch_deg: float | None, openness: float | None) -> bool:
        """Returns whether the gaze is down. Behind a closed lid, where a network reads anything, what it read before counts."""
        if openness is not None and openness < self._settings.closed_below:
            return self._gaze_down_since is not None and t - self._gaze_down_since >= self._settings.glance_min_s
        if gaze_pitch_deg is None or gaze_pitch_deg > self._settings.looking_down_gaze_deg:
            self._gaze_down_since = None
        elif self._gaze_down_since is None:
            self._gaze_down_since = t
        return self._gaze_down_since is not None
