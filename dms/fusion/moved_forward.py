"""Whether straight ahead lies elsewhere than learned: the camera was knocked, the seat was moved, or somebody else drives.

Whoever looks elsewhere turns the eyes further than the head, and comes back to the road. Whoever is seen by a camera that was
moved seems to have turned head and gaze by the same angle, and does not come back. A tired driver's head sinks, slowly: forward
is found lower only if it was so from one moment to the next.
"""

from __future__ import annotations

from math import hypot

from dms.fusion.direction_mode import DirectionMode, Mode
from dms.fusion.settings import FusionSettings
from dms.types import Gaze, Head

_REVIEW_S = 0.5


class MovedForward:
    """What speaks for another forward since the driver last looked along the known one.

    `likely_s` is for how long all of it has spoken for one other forward, 0 if it does not. `head` and `gaze` are the directions
    of that time, to learn from. `at_home_s` is for how long the driver was seen to look along the known forward, in all.
    """

    def __init__(self, head: Mode, gaze: tuple[float, float], settings: FusionSettings) -> None:
        """`head` is the head's known forward, `gaze` the yaw and pitch of the gaze at that time, degrees as perception reads."""
        self._settings = settings
        self._known_head, self._known_gaze = head, gaze
        self.at_home_s = 0.0
        self._returned_s = self.likely_s = 0.0
        self._next_review_s = _REVIEW_S
        self._was_sudden = False
        self._begin()

    def add(self, held_s: float, head: Head, gaze: Gaze) -> None:
        """Take `held_s` seconds of driving straight on with open eyes."""
        settings = self._settings
        head_away_deg = hypot(head.yaw_deg - self._known_head.yaw_deg, head.pitch_deg - self._known_head.pitch_deg)
        gaze_away_deg = hypot(gaze.yaw_deg - self._known_gaze[0], gaze.pitch_deg - self._known_gaze[1])
        self.head.add(held_s, head.yaw_deg, head.pitch_deg, head.roll_deg)
        self.gaze.add(held_s, gaze.yaw_deg, gaze.pitch_deg)
        if head_away_deg < settings.moved_home_deg and gaze_away_deg < settings.moved_home_gaze_deg:
            self.at_home_s += held_s
            self._returned_s += held_s
            if self._returned_s > max(settings.moved_home_s, settings.moved_home_share * self.head.seconds):
                self._begin()
        if self.head.seconds >= self._next_review_s:
            self._next_review_s = self.head.seconds + _REVIEW_S
            self.likely_s = self.head.seconds if self._is_one_rotation() else 0.0

    def _begin(self) -> None:
        self.head = DirectionMode(self._settings.learn_bin_deg)
        self.gaze = DirectionMode(self._settings.learn_bin_deg)
        self._returned_s = self.likely_s = 0.0
        self._next_review_s = _REVIEW_S
        self._was_sudden = False

    def _is_one_rotation(self) -> bool:
        """Returns whether head and gaze keep to directions that lie beside the known ones by the same rotation."""
        settings = self._settings
        head, gaze = self.head.mode(), self.gaze.mode()
        if head is None or gaze is None or head.share < settings.moved_share or gaze.share < settings.moved_gaze_share:
            return False
        yaw_deg, pitch_deg = head.yaw_deg - self._known_head.yaw_deg, head.pitch_deg - self._known_head.pitch_deg
        if not settings.moved_least_deg <= hypot(yaw_deg, pitch_deg) <= settings.moved_most_deg:
            return False
        gaze_yaw_deg, gaze_pitch_deg = gaze.yaw_deg - self._known_gaze[0], gaze.pitch_deg - self._known_gaze[1]
        if hypot(gaze_yaw_deg - yaw_deg, gaze_pitch_deg - pitch_deg) > settings.moved_alike_deg:
            return False
        self._was_sudden = self._was_sudden or self.head.seconds <= settings.moved_sudden_s
        return self._was_sudden or pitch_deg > settings.moved_sunk_deg
