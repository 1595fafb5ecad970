"""Whether the head leans to the side, on a window or a hand: then it says little about where the eyes are.

Whoever turns the head to look somewhere keeps it upright, but for a few degrees. A head that leans is tilted towards the side to
which it is turned a little, for seconds and minutes, and the eyes make up for it.
"""

from __future__ import annotations

from dms.fusion.directions import Direction
from dms.fusion.lag import followed
from dms.fusion.settings import FusionSettings


class Leaning:
    """`is_leaning` is None while the head cannot be read."""

    __slots__ = ("_roll_deg", "_settings", "is_leaning")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._roll_deg: float | None = None
        self.is_leaning: bool | None = None

    def update(self, held_s: float, head: Direction | None, roll_deg: float | None) -> None:
        """Take the head's direction and roll from forward, None if unknown."""
        if head is None or roll_deg is None:
            self._roll_deg = self.is_leaning = None
            return
        settings = self._settings
        if self._roll_deg is None:
            self._roll_deg = roll_deg
        self._roll_deg = followed(self._roll_deg, roll_deg, held_s, settings.lean_smoothing_s)
        yaw_deg, pitch_deg, _ = head
        # To the left the yaw is positive and the roll negative.
        towards_deg = -self._roll_deg if yaw_deg > 0.0 else self._roll_deg
        is_ahead = abs(yaw_deg) <= settings.lean_yaw_deg and pitch_deg >= settings.lean_pitch_deg
        self.is_leaning = towards_deg >= settings.lean_roll_deg and is_ahead
