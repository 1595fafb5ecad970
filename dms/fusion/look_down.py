"""A look down, held together by the lids: they follow the eyes down, and as long as they stay there the eyes do.

A gaze behind lowered lids is read with twice the usual error, and in a look at something just below the road it would seem to
come back to it again and again. The lids and the head are read well, and both come up with the eyes.
"""

from __future__ import annotations

from dms.fusion.directions import Direction, direction
from dms.fusion.lag import followed
from dms.fusion.settings import FusionSettings


class LookDown:
    """Smooths the gaze for as long as a look down lasts, and leaves it alone otherwise."""

    __slots__ = ("_ahead_head_deg", "_ahead_openness", "_head_deg", "_openness", "_pitch_deg", "_settings", "_up_s")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._ahead_openness: float | None = None
        self._ahead_head_deg = 0.0
        self._pitch_deg: float | None = None
        self._openness = self._head_deg = self._up_s = 0.0

    @property
    def is_under_way(self) -> bool:
        """Whether the driver looks down, as lids and gaze agree."""
        return self._pitch_deg is not None

    def update(self, held_s: float, gaze: Direction | None, head: Direction | None, openness: float | None) -> Direction | None:
        """Take the directions from forward and the openness relative to the open eye, None if unknown. Returns the gaze."""
        if gaze is None or head is None or openness is None or not held_s:
            return gaze
        settings = self._settings
        if self._pitch_deg is None:
            if gaze[1] > settings.look_down_from_deg or self._ahead_openness is None:
                self._look_ahead(held_s, head[1], openness)
                return gaze
            if openness > settings.look_down_lids * self._ahead_openness:
                return gaze
            self._pitch_deg, self._openness, self._head_deg, self._up_s = gaze[1], openness, head[1], 0.0
            return gaze
        if self._is_over(held_s, gaze[1], head[1], openness, self._ahead_openness or 1.0):
            self._pitch_deg = None
            return gaze
        self._pitch_deg = followed(self._pitch_deg, gaze[1], held_s, settings.look_down_smoothing_s)
        self._openness = min(self._openness, openness) if openness > settings.closed_below else self._openness
        self._head_deg = min(self._head_deg, head[1])
        return direction(gaze[0], self._pitch_deg)

    def _look_ahead(self, held_s: float, head_deg: float, openness: float) -> None:
        if self._ahead_openness is None:
            self._ahead_openness, self._ahead_head_deg = openness, head_deg
            return
        ahead_s = self._settings.look_down_ahead_s
        self._ahead_openness = followed(self._ahead_openness, openness, held_s, ahead_s)
        self._ahead_head_deg = followed(self._ahead_head_deg, head_deg, held_s, ahead_s)

    def _is_over(self, held_s: float, gaze_deg: float, head_deg: float, openness: float, ahead_openness: float) -> bool:
        """Returns whether lids or head are halfway up again, or the gaze is for longer than it errs."""
        settings = self._settings
        lids_are_up = openness >= 0.5 * (self._openness + ahead_openness)
        fell_deg = self._ahead_head_deg - self._head_deg
        head_is_up = fell_deg >= settings.looking_down_drop_deg and head_deg >= self._head_deg + 0.5 * fell_deg
        self._up_s = self._up_s + held_s if gaze_deg >= settings.look_down_until_deg else 0.0
        return lids_are_up or head_is_up or self._up_s >= settings.gaze_hold_s
