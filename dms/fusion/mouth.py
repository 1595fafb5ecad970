"""Yawning and talking: a yawn holds the mouth open for seconds, speech opens it for moments."""

from __future__ import annotations

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings
from dms.fusion.windows import ValueWindow
from dms.types import CueEvent


class YawnTracker:
    """Follows one wide opening at a time. `yawning` is None while the mouth cannot be seen, which pauses the timer."""

    __slots__ = ("_closed_at", "_last_seen", "_narrow_s", "_narrowed", "_onset", "_open_s", "_settings", "_was_wide", "yawning")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._onset: float | None = None
        self._closed_at: float | None = None
        self._open_s = self._narrow_s = 0.0
        self._narrowed = 0
        self._was_wide = False
        self._last_seen = 0.0
        self.yawning: bool | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the mouth is open as in a yawn, and not for too long."""
        return self._onset is not None and self._open_s <= self._settings.yawn_max_s

    def update(self, now: EventTime, edge: float, opening: float | None) -> CueEvent | None:
        """Take the mouth opening; if it changed, it did at `edge`. Returns the yawn that has just ended."""
        settings = self._settings
        if self._onset is None:
            self.yawning = None if opening is None else False
            if opening is not None and opening > settings.yawn_above:
                self._onset, self._closed_at, self._was_wide = edge, None, True
                self._open_s = now.t - edge
                self._last_seen = now.t
            return None
        if now.t - self._last_seen > settings.yawn_unseen_s:
            return self._end(self._last_seen)
        if opening is None:
            self.yawning = None
            self._was_wide = False
            return None
        self._last_seen = now.t
        return self._go_on(now, edge, opening)

    def _go_on(self, now: EventTime, edge: float, opening: float) -> CueEvent | None:
        settings = self._settings
        was_wide = self._was_wide and now.held_s > 0.0
        self._was_wide = opening > settings.yawn_over_below
        if self._was_wide:
            self._open_s += now.held_s if was_wide else 0.0
            self._closed_at = None
        elif self._closed_at is None:
            self._closed_at = edge
            self._narrowed += 1
            self._open_s += edge - now.before if was_wide else 0.0
            self._narrow_s += now.t - edge
        else:
            self._narrow_s += now.held_s
        if self._closed_at is not None and now.t - self._closed_at >= settings.yawn_gap_s:
            return self._end(self._closed_at)
        self.yawning = self._is_yawn()
        return None

    def _is_yawn(self) -> bool:
        """Returns whether the mouth was open for long enough, not too long, and wide nearly all the time, unlike in speech."""
        settings = self._settings
        if not settings.yawn_min_s <= self._open_s <= settings.yawn_max_s:
            return False
        # The end of a yawn is a narrowing too, while it is not yet certain.
        narrowed = self._narrowed - (self._closed_at is not None)
        mostly_wide = self._narrow_s <= settings.yawn_narrow_share * (self._open_s + self._narrow_s)
        return mostly_wide and narrowed <= 1 + settings.yawn_narrowings_per_s * self._open_s

    def _end(self, end: float) -> CueEvent | None:
        onset, was_yawn = self._onset, self._is_yawn()
        self._onset = None
        self._open_s = self._narrow_s = 0.0
        self._narrowed = 0
        self.yawning = False
        return CueEvent("yawn", onset, end) if onset is not None and was_yawn else None


class TalkTracker:
    """Counts short openings of the mouth; several in a few seconds are speech."""

    __slots__ = ("_bursts", "_onset", "_settings", "talking")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._onset: float | None = None
        self._bursts = ValueWindow(settings.talk_window_s)
        self.talking: bool | None = None

    def update(self, t: float, edge: float, opening: float | None) -> None:
        """Take the mouth opening; if it changed, it did at `edge`."""
        settings = self._settings
        if opening is None:
            self._onset = self.talking = None
            return
        if self._onset is None:
            if opening > settings.talk_above:
                self._onset = edge
        elif opening < settings.talk_below:
            if edge - self._onset <= settings.talk_burst_s:
                self._bursts.add(edge, edge - self._onset)
            self._onset = None
        self.talking = self._bursts.count(t) >= settings.talk_bursts
