"""Whether straight ahead lies elsewhere than learned: the camera was knocked, the seat was moved, or somebody else drives.

Whoever looks elsewhere turns the eyes further than the head, and comes back to the road. Whoever is seen by a camera that was
moved seems to have turned head and gaze by the same angle, and does not come back. A tired driver's head sinks, slowly: forward
is found lower only if it was so from one moment to the next. And whoever looks ahead looks about as well, into mirrors and at
the dials; a stare does not.
"""

from __future__ import annotations

from math import hypot

from dms.fusion.direction_mode import DirectionMode, Mode
from dms.fusion.settings import FusionSettings
from dms.types import Gaze, Head

_REVIEW_S = 0.5


class MovedForward:
    """What speaks for another forward since the driver last looked along the known one.

    `likely_s` is for how long all of it has spoken for one other forward, 0 if it does not; `candidate` is that forward, `looks`
    how often the driver looked away from it meanwhile, and elsewhere than along the known one. `head` and `gaze` are the
    directions of that time, to learn from. `at_home_s` is for how long the driver was seen to look along the known forward, in
    all.
    """

    def __init__(self, head: Mode, gaze: tuple[float, float], settings: FusionSettings) -> None:
        """`head` is the head's known forward, `gaze` the yaw and pitch of the gaze at that time, degrees as perception reads."""
        self._settings = settings
        self._known_head, self._known_gaze = head, gaze
        self.at_home_s = self.likely_s = 0.0
        self.candidate: Mode | None = None
        self._gaze_ahead: Mode | None = None
        self._returned_s = self._looked_s = 0.0
        self._next_review_s = _REVIEW_S
        self._begin()

    def add(self, held_s: float, head: Head, gaze: Gaze | None) -> None:
        """Take `held_s` seconds of driving straight on with open eyes, `gaze` None where no eyes can be read."""
        settings = self._settings
        head_away_deg = hypot(head.yaw_deg - self._known_head.yaw_deg, head.pitch_deg - self._known_head.pitch_deg)
        self.head.add(held_s, head.yaw_deg, head.pitch_deg, head.roll_deg)
        is_home = head_away_deg < settings.moved_home_deg
        if gaze is not None:
            gaze_away_deg = hypot(gaze.yaw_deg - self._known_gaze[0], gaze.pitch_deg - self._known_gaze[1])
            self.gaze.add(held_s, gaze.yaw_deg, gaze.pitch_deg)
            is_home = is_home and gaze_away_deg < settings.moved_home_gaze_deg
        if is_home:
            self.at_home_s += held_s
            self._returned_s += held_s
            doubted_s = min(self.head.seconds, settings.moved_certain_s)
            if self._returned_s > max(settings.moved_home_s, settings.moved_home_share * doubted_s):
                self._begin()
        self._count_looks(held_s, head, gaze, is_home=is_home)
        if self.head.seconds >= self._next_review_s:
            self._next_review_s = self.head.seconds + _REVIEW_S
            self.candidate = self._one_rotation(by_eyes=gaze is not None)
            self.likely_s = self.head.seconds if self.candidate is not None else 0.0

    @property
    def lower_deg(self) -> float:
        """How far below the known forward the other one lies, degrees."""
        return 0.0 if self.candidate is None else self._known_head.pitch_deg - self.candidate.pitch_deg

    def _begin(self) -> None:
        self.head = DirectionMode(self._settings.learn_bin_deg)
        self.gaze = DirectionMode(self._settings.learn_bin_deg)
        self.candidate = self._gaze_ahead = None
        self.looks = 0
        self.likely_s = self._returned_s = self._looked_s = 0.0
        self._next_review_s = _REVIEW_S
        self._was_sudden = False

    def _count_looks(self, held_s: float, head: Head, gaze: Gaze | None, *, is_home: bool) -> None:
        ahead = self._gaze_ahead if gaze is not None else self.candidate
        if ahead is None:
            return
        now, least_deg = (head, self._settings.look_head_deg) if gaze is None else (gaze, self._settings.look_gaze_deg)
        if not is_home and hypot(now.yaw_deg - ahead.yaw_deg, now.pitch_deg - ahead.pitch_deg) >= least_deg:
            self._looked_s += held_s
        else:
            self.looks += self._looked_s >= self._settings.glance_min_s
            self._looked_s = 0.0

    def _one_rotation(self, *, by_eyes: bool) -> Mode | None:
        """Returns where head and gaze keep to, if that lies beside the known directions by the same rotation; otherwise None."""
        settings = self._settings
        head, gaze = self.head.mode(), self.gaze.mode()
        if head is None or head.share < settings.moved_share:
            return None
        yaw_deg, pitch_deg = head.yaw_deg - self._known_head.yaw_deg, head.pitch_deg - self._known_head.pitch_deg
        if not settings.moved_least_deg <= hypot(yaw_deg, pitch_deg) <= settings.moved_most_deg:
            return None
        if by_eyes:
            if gaze is None or gaze.share < settings.moved_gaze_share:
                return None
            gaze_yaw_deg, gaze_pitch_deg = gaze.yaw_deg - self._known_gaze[0], gaze.pitch_deg - self._known_gaze[1]
            if hypot(gaze_yaw_deg - yaw_deg, gaze_pitch_deg - pitch_deg) > settings.moved_alike_deg:
                return None
        self._gaze_ahead = gaze
        self._was_sudden = self._was_sudden or self.head.seconds <= settings.moved_sudden_s
        return head if self._was_sudden or pitch_deg > settings.moved_sunk_deg else None
