"""Blinks of eyes that are open only a little: whoever squints into the sun and blinks every few seconds is awake.

A squint may take the lids as far down as P80 calls closed. Seen by themselves, such lids are those of a sleeper; but a sleeper's
stay where they are, and those of somebody who squints go down further for a moment and come back to the same place.
"""

from __future__ import annotations

from dms.fusion.event_time import EventTime
from dms.fusion.lag import followed
from dms.fusion.settings import FusionSettings


class NarrowBlink:
    """Follows the level at which narrow eyes keep, and dips below it that come back. After one, eyes at that level are open."""

    __slots__ = ("_dip_since", "_level", "_noise", "_now", "_open_level", "_open_until", "_settings", "_steady_s")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._now = 0.0
        self._open_until = float("-inf")
        self._open_level = 0.0
        self._forget()

    def _forget(self) -> None:
        self._level = self._noise = self._steady_s = 0.0
        self._dip_since: float | None = None

    def explains(self, openness: float) -> bool:
        """Returns whether the eyes are where they were between two blinks lately: open, however little."""
        return self._now <= self._open_until and openness >= self._settings.narrow_dip_ends * self._open_level

    def update(self, now: EventTime, openness: float) -> bool:
        """Take the openness relative to the open eye. Returns whether a blink of narrow eyes has just ended."""
        settings = self._settings
        self._now = now.t
        if not now.held_s or openness > settings.narrow_most:
            self._forget()
            return False
        if self._steady_s >= settings.narrow_steady_s and openness < settings.narrow_dip * self._level:
            self._dip_since = now.t if self._dip_since is None else self._dip_since
            if now.t - self._dip_since > settings.long_blink_s:
                self._forget()  # the eyes are shut
            return False
        if self._dip_since is None:
            self._keep_to(now.held_s, openness)
            return False
        if openness < settings.narrow_dip_ends * self._level:
            return False
        dip_s, self._dip_since = now.t - self._dip_since, None
        is_clear = self._level >= settings.narrow_dip_noises * self._noise and self._level >= settings.narrow_level_least
        if dip_s < settings.narrow_dip_s or not is_clear:
            return False
        self._open_level, self._open_until = self._level, now.t + settings.narrow_memory_s
        return True

    def _keep_to(self, held_s: float, openness: float) -> None:
        time_constant_s = self._settings.narrow_steady_s
        if not self._steady_s:
            self._level = openness
        self._noise = followed(self._noise, abs(openness - self._level), held_s, time_constant_s)
        self._level = followed(self._level, openness, held_s, time_constant_s)
        self._steady_s += held_s
