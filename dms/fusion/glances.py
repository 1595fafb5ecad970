"""Glances away from the road (ISO 15007: from leaving the road to returning to it) and their statistics."""

from __future__ import annotations

from dms.config.cabin import ROAD
from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings
from dms.fusion.windows import StateWindow, ValueWindow
from dms.types import CueEvent

_LEAST_KNOWN_S = 10.0


class GlanceTracker:
    """Follows one glance at a time. Its event names the zone that had most of it. Flickers under `glance_min_s` do not count.

    The statistics are those of driving: drivers who stand look anywhere. A glance that goes on as the car pulls off counts from
    when it moves.
    """

    __slots__ = ("_durations", "_last_known", "_moving_since", "_off_road", "_onset", "_returned_at", "_settings", "_zones")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._onset: float | None = None
        self._returned_at: float | None = None
        self._last_known = 0.0
        self._moving_since: float | None = 0.0
        self._zones: dict[str, float] = {}
        self._off_road = StateWindow(60.0)
        self._durations = ValueWindow(settings.glance_window_s)

    def update(self, now: EventTime, edge: float, zone: str | None, moving_since: float | None) -> CueEvent | None:
        """Take the zone of the gaze, None if unknown; if it changed, it did at `edge`. Returns the glance that has just ended.

        `moving_since`: since when the car has not been standing, None while it stands.
        """
        self._moving_since = moving_since
        off_road = None if zone is None else zone != ROAD
        counts = None if moving_since is None else off_road
        if counts is not self._off_road.value:
            self._off_road.change(counts, edge)
        if self._onset is None and not off_road:
            return None
        event = None
        if self._onset is not None and now.t - self._last_known > self._settings.glance_unseen_s:
            event = self._end(self._last_known)
        if zone is None:
            return event
        self._last_known = now.t
        if off_road:
            self._go_on(now, edge, zone)
            return event
        if self._onset is None:
            return event
        if self._returned_at is None:
            self._returned_at = edge
        return self._end(self._returned_at) if now.t - self._returned_at >= self._settings.glance_min_s else event

    def gap(self, at: float) -> None:
        """Take note that nothing is known from `at` on."""
        self._off_road.change(None, at)

    def _go_on(self, now: EventTime, edge: float, zone: str) -> None:
        self._returned_at = None
        if self._onset is None:
            self._onset = edge
        self._zones[zone] = self._zones.get(zone, 0.0) + now.held_s

    def _end(self, end: float) -> CueEvent | None:
        onset, zones = self._onset, self._zones
        self._onset = self._returned_at = None
        self._zones = {}
        if onset is None or end - onset < self._settings.glance_min_s:
            return None
        if self._moving_since is not None and end > self._moving_since:
            self._durations.add(end, end - max(onset, self._moving_since))
        return CueEvent("glance", onset, end, max(zones, key=lambda zone: (zones[zone], zone)))

    def off_road_s(self, now: EventTime) -> float | None:
        """Returns the seconds of driving away from the road in the last minute; None if less than 10 s of it are known."""
        return self._off_road.true_s(now.t) if self._off_road.known_s(now.t) >= _LEAST_KNOWN_S else None

    def mean_s(self, now: EventTime) -> float | None:
        """Returns the mean duration of the glances of the last 5 minutes; None if there were too few."""
        return self._durations.mean() if self._has_enough(now) else None

    def p85_s(self, now: EventTime) -> float | None:
        """Returns the 85th percentile of their durations, as in NHTSA's guideline; None if there were too few."""
        return self._durations.quantile(0.85) if self._has_enough(now) else None

    def _has_enough(self, now: EventTime) -> bool:
        return self._durations.count(now.t) >= self._settings.glance_min_count
