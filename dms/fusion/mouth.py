"""Yawns against talking, singing and laughing.

A yawn opens the mouth slowly, holds it wide for seconds and comes alone; speech opens it for moments, a song or laughter at once
and again and again.
"""

from __future__ import annotations

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings
from dms.fusion.windows import ValueWindow
from dms.types import CueEvent


class YawnTracker:
    """Follows one wide opening at a time. `yawning` is None while the mouth cannot be seen, which pauses the timer.

    A wide opening that comes slowly and alone is a yawn after `yawn_min_s`, a sudden one only after `yawn_sudden_s`: vowels that
    are sung and laughter last up to two or three seconds. One of a row of wide openings is none.
    """

    __slots__ = (
        "_closed_at",
        "_last_seen",
        "_least_s",
        "_narrow_s",
        "_narrowed",
        "_onset",
        "_open_s",
        "_openings",
        "_rise",
        "_settings",
        "_was_wide",
        "yawning",
    )

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._onset: float | None = None
        self._closed_at: float | None = None
        self._open_s = self._narrow_s = 0.0
        self._narrowed = 0
        self._was_wide = False
        self._last_seen = 0.0
        self._least_s = settings.yawn_min_s
        self._openings = ValueWindow(settings.yawn_alone_s)
        self._rise = _Rise(settings)
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
            rise_s = self._rise.update(edge, opening)
            if opening is not None and opening > settings.yawn_above:
                self._least_s = self._least(now.t, rise_s)
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

    def _least(self, t: float, rise_s: float) -> float:
        """How long an opening has to last to be a yawn, that took `rise_s` to become wide."""
        settings = self._settings
        others = self._openings.count(t)
        if others >= settings.yawn_row:
            return float("inf")
        return settings.yawn_min_s if others == 0 and rise_s >= settings.yawn_rise_s else settings.yawn_sudden_s

    def _is_yawn(self) -> bool:
        """Returns whether the mouth was open for long enough, not too long, and wide nearly all the time, unlike in speech."""
        settings = self._settings
        if not self._least_s <= self._open_s <= settings.yawn_max_s:
            return False
        # The end of a yawn is a narrowing too, while it is not yet certain.
        narrowed = self._narrowed - (self._closed_at is not None)
        mostly_wide = self._narrow_s <= settings.yawn_narrow_share * (self._open_s + self._narrow_s)
        return mostly_wide and narrowed <= 1 + settings.yawn_narrowings_per_s * self._open_s

    def _end(self, end: float) -> CueEvent | None:
        onset, was_yawn = self._onset, self._is_yawn()
        if self._open_s >= self._settings.yawn_other_s and not was_yawn:
            self._openings.add(end, self._open_s)
        self._onset = None
        self._rise.forget()
        self._open_s = self._narrow_s = 0.0
        self._narrowed = 0
        self.yawning = False
        return CueEvent("yawn", onset, end) if onset is not None and was_yawn else None


class _Rise:
    """For how long the mouth has been opening, from hardly open on, without narrowing in between."""

    __slots__ = ("_settings", "_since", "_widest")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self.forget()

    def forget(self) -> None:
        """Nothing is known of the moments before."""
        self._since: float | None = None
        self._widest = 0.0

    def update(self, edge: float, opening: float | None) -> float:
        """Take the opening, a change having happened at `edge`; seconds since the mouth began to open, 0 if it does not."""
        settings = self._settings
        if opening is None or opening <= settings.talk_above:
            self.forget()
            return 0.0
        if self._since is None or opening < self._widest - settings.yawn_rise_noise:
            self._since, self._widest = edge, opening
        self._widest = max(self._widest, opening)
        return edge - self._since


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
