"""Head nods of a driver who is falling asleep: the head drops while the eyes are closed."""

from __future__ import annotations

from dms.fusion.settings import FusionSettings
from dms.types import CueEvent


class NodTracker:
    """Finds nods: with the eyes closed, the head drops by at least `nod_deg` from where it was when they closed.

    A nod lasts from the fall through half of `nod_deg` to the rise through it, or until the eyes have been open for
    `nod_within_s`: who is awake and keeps the head low sits so.
    """

    __slots__ = ("_fallen_at", "_is_nod", "_last_pitch_deg", "_open_since", "_settings", "_start_pitch_deg", "_started")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._last_pitch_deg: float | None = None
        self._start_pitch_deg: float | None = None
        self._started = 0.0
        self._open_since: float | None = None
        self._fallen_at: float | None = None
        self._is_nod = False

    @property
    def is_under_way(self) -> bool:
        """Whether the head has dropped in a nod and is still down."""
        return self._is_nod

    def update(self, t: float, edge: float, pitch_deg: float | None, closed_s: float) -> CueEvent | None:
        """Take the head's pitch from forward and the age of the present closure. Returns the nod that has just ended."""
        if pitch_deg is None:
            return None
        before_deg, self._last_pitch_deg = self._last_pitch_deg, pitch_deg
        if self._start_pitch_deg is None:
            if closed_s == 0.0:
                return None
            self._start_pitch_deg = pitch_deg if before_deg is None else before_deg
            self._started = t
        if closed_s > 0.0:
            self._open_since = None
        elif self._open_since is None:
            self._open_since = t
        settings = self._settings
        fallen_deg = self._start_pitch_deg - pitch_deg
        if fallen_deg >= settings.nod_deg and closed_s >= settings.nod_closed_s:
            self._is_nod = True
        if fallen_deg >= 0.5 * settings.nod_deg:
            if self._fallen_at is None:
                self._fallen_at = edge
            if self._open_since is None or t - (self._open_since if self._is_nod else self._started) <= settings.nod_within_s:
                return None
        event = CueEvent("nod", self._fallen_at, edge) if self._is_nod and self._fallen_at is not None else None
        self._fallen_at = None
        self._is_nod = False
        if closed_s == 0.0:
            self._start_pitch_deg = None
        return event
