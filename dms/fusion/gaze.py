"""Where the driver looks: by the eyes while they can be read, otherwise by the head."""

from __future__ import annotations

from typing import Literal

from dms.fusion.directions import Direction, direction
from dms.fusion.settings import FusionSettings

_LOWEST_DEG = -60.0


class GazeFallback:
    """Chooses the source of the gaze direction.

    Through a blink the last direction holds, even if the head told it; behind lids that stay closed there is no gaze. Eyes that
    cannot be read for `eye_loss_hold_s` are replaced by the head. A head that goes down behind lowered lids does the smaller part
    of the glance.
    """

    __slots__ = ("_held_s", "_last", "_last_source", "_settings", "direction", "source")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._last: Direction | None = None
        self._last_source: Literal["eye", "head"] = "eye"
        self._held_s = 0.0
        self.direction: Direction | None = None
        self.source: Literal["eye", "head"] | None = None

    def update(
        self,
        held_s: float,
        eye: Direction | None,
        head: Direction | None,
        openness: float | None,
        closed: bool | None,
        looking_down: bool,
    ) -> None:
        """Take directions from forward, None if unknown, the openness relative to the open eye, and whether the eyes are shut."""
        if eye is not None and not closed and (looking_down or openness is None or openness >= self._settings.open_above):
            self._held_s = 0.0
            self.direction = self._last = eye
            self.source = self._last_source = "eye"
        else:
            self._do_without(held_s, eye, head, openness, closed)

    def _do_without(
        self, held_s: float, eye: Direction | None, head: Direction | None, openness: float | None, closed: bool | None
    ) -> None:
        """Find a direction although the lids are down or the eyes cannot be read."""
        settings = self._settings
        if eye is None and head is None and openness is None:  # no face, or a lens that is covered: nothing to hold on to
            self._last = self.direction = self.source = None
            return
        lids_are_down = bool(closed) or (openness is not None and openness < settings.open_above)
        limit_s = settings.gaze_hold_s if lids_are_down else settings.eye_loss_hold_s
        can_hold = self._last is not None and (lids_are_down or self._last_source == "eye")
        if can_hold and held_s > 0.0 and self._held_s + held_s <= limit_s:
            self._held_s += held_s
            self.direction, self.source = self._last, self._last_source
            return
        self._last = None
        self.direction = self.source = None
        if closed:
            return
        if eye is not None:
            self.direction, self.source = eye, "eye"
        elif head is not None:
            self.direction, self.source = self._beyond_the_head(head, openness), "head"
            if not lids_are_down:
                self._last, self._last_source, self._held_s = self.direction, "head", 0.0

    def _beyond_the_head(self, head: Direction, openness: float | None) -> Direction:
        settings = self._settings
        if openness is None or openness >= settings.lowered_lid or head[1] > settings.looking_down_pitch_deg:
            return head
        return direction(head[0], max(_LOWEST_DEG, head[1] / settings.head_share_of_downward_gaze))
