"""The slow figures of a driver, renewed once a second: blinks, glances, sleepiness, and how much could be seen."""

from __future__ import annotations

from dms.fusion.blinks import BlinkTracker
from dms.fusion.drowsiness import DrowsinessEstimator
from dms.fusion.event_time import EventTime
from dms.fusion.glances import GlanceTracker
from dms.fusion.settings import FusionSettings
from dms.fusion.windows import StateWindow

_PERIOD_S = 1.0
_READABLE_WINDOW_S = 30.0
_LEAST_WATCHED_S = 10.0


class Statistics:
    """The figures, each None while there is too little data. `readable` is whether the eyes are; None with a bad camera."""

    __slots__ = (
        "_drowsiness",
        "_next",
        "blink_duration_s",
        "blink_rate_per_min",
        "eyes_readable_share_30s",
        "glance_mean_s",
        "glance_p85_s",
        "kss",
        "kss_sigma",
        "off_road_minute_s",
        "readable",
    )

    def __init__(self, settings: FusionSettings) -> None:
        self._drowsiness = DrowsinessEstimator(settings)
        self._next = float("-inf")
        self.readable = StateWindow(_READABLE_WINDOW_S)
        self.blink_rate_per_min: float | None = None
        self.blink_duration_s: float | None = None
        self.kss: float | None = None
        self.kss_sigma: float | None = None
        self.glance_mean_s: float | None = None
        self.glance_p85_s: float | None = None
        self.off_road_minute_s: float | None = None
        self.eyes_readable_share_30s: float | None = None

    def is_due(self, now: EventTime) -> bool:
        """Returns whether it is time to renew the figures."""
        return now.t >= self._next

    def update(self, now: EventTime, blinks: BlinkTracker, glances: GlanceTracker, perclos: float | None) -> None:
        """Renew the figures. `perclos` is over three minutes, with long sleeps counted in part."""
        self._next = now.t + _PERIOD_S
        self.blink_rate_per_min = blinks.rate_per_min(now)
        self.blink_duration_s = blinks.mean_duration_s(now)
        self.kss, self.kss_sigma = self._drowsiness.estimate(perclos, self.blink_duration_s)
        self.glance_mean_s = glances.mean_s(now)
        self.glance_p85_s = glances.p85_s(now)
        self.off_road_minute_s = glances.off_road_s(now)
        self.eyes_readable_share_30s = self.readable.share(now.t, _LEAST_WATCHED_S)
