"""What is learned about this driver in this seat: where straight ahead is, and how wide the open eye is.

It is learned while the vehicle moves, from the first usable minute, then frozen: a driver who slowly tires cannot shift it. A
minute that already looks drowsy teaches nothing about the open eye, and the next one is tried. When straight ahead is found to
lie elsewhere, it is learned anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from dms.config.cabin import Camera
from dms.fusion.direction_mode import DirectionMode, Mode
from dms.fusion.open_eye import OpenEyeLearner
from dms.fusion.settings import FusionSettings

Source = Literal["prior", "provisional", "learned", "restored", "rejected", "relearning"]

_REVIEW_S = 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """The learned values, as perception reads them. `dataclasses.asdict` of it is plain JSON.

    `forward_*_deg`: the angles of the head when this driver looks at the road, None until known. `gaze_offset_*_deg`: the angles
    of the gaze at that time, relative to the head. `open_eye`: how open the network reads the open eye, 1 until known.
    `progress`: how much is learned, in [0, 1].
    """

    forward_yaw_deg: float | None = None
    forward_pitch_deg: float | None = None
    forward_roll_deg: float | None = None
    gaze_offset_yaw_deg: float = 0.0
    gaze_offset_pitch_deg: float = 0.0
    open_eye: float = 1.0
    progress: float = 0.0
    source: Source = "prior"

    @property
    def is_known(self) -> bool:
        """Whether there is a forward direction to measure from."""
        return self.forward_yaw_deg is not None and self.forward_pitch_deg is not None

    @property
    def is_complete(self) -> bool:
        """Whether the values come from a whole learning period, in this drive or an earlier one."""
        return self.source in {"learned", "restored"}


class Calibrator:
    """Learns a `Calibration` from the attentive parts of a drive.

    `current` is the one to use now, `settled` the same without doubts about it; `is_learning` is whether there is more to learn.
    """

    def __init__(self, camera: Camera, settings: FusionSettings, restored: Calibration | None) -> None:
        self._settings = settings
        self._camera = camera
        self._restored = replace(restored, source="restored", progress=1.0) if restored and self._fits(restored) else None
        self._head = DirectionMode(settings.learn_bin_deg)
        self._gaze = DirectionMode(settings.learn_bin_deg)
        # These also take moments that are no good to learn from: better than nothing while there is nothing.
        self._any_head = DirectionMode(settings.learn_bin_deg)
        self._any_gaze = DirectionMode(settings.learn_bin_deg)
        self._eye = OpenEyeLearner(settings)
        self._next_review_s = self._next_guess_s = _REVIEW_S
        self._forward_is_own = self._forward_done = False
        self._eye_done = self._eye_hidden = self._eye_rejected = False
        self._is_anew = False
        self.current = self.settled = self._restored or self._prior()
        self._is_guessing = not self.current.is_known
        self.is_learning = True

    @property
    def has_forward(self) -> bool:
        """Whether forward was learned to the end in this drive."""
        return self._forward_done

    def doubt_forward(self, is_doubted: bool) -> None:
        """Hold forward back as unknown for as long as it most likely lies elsewhere than learned."""
        if not is_doubted:
            self.current = self.settled
        elif self.current is self.settled:
            progress = min(0.5, self.settled.progress)
            self.current = replace(
                self.settled,
                forward_yaw_deg=None,
                forward_pitch_deg=None,
                forward_roll_deg=None,
                source="relearning",
                progress=progress,
            )

    def learn_anew(self, head: DirectionMode, gaze: DirectionMode, *, eye_too: bool) -> None:
        """Learn forward again, beginning with these directions; with `eye_too` the open eye as well."""
        self._is_anew, self._restored = True, None
        self._head, self._gaze = head, gaze
        self._forward_done = self._eye_hidden = False
        if eye_too:
            self._eye_done = self._eye_rejected = False
            self._eye.restart()
            self._set(replace(self.settled, open_eye=1.0))
        self._next_review_s = head.seconds + _REVIEW_S
        self._review()

    def add_head(self, held_s: float, yaw_deg: float, pitch_deg: float, roll_deg: float, *, is_sure: bool = True) -> None:
        """Take `held_s` seconds with the head in this direction, as perception reads it.

        `is_sure`: whether this driver most likely looked ahead. Other moments (a phone in the hand, an indicator on) only make a
        guess, which serves until there are eight seconds of better ones: a drive that begins with a phone is still judged.
        """
        if self._forward_done or not self._is_plausible(yaw_deg, pitch_deg):
            return
        if self._is_guessing:
            self._any_head.add(held_s, yaw_deg, pitch_deg, roll_deg)
        if is_sure:
            self._head.add(held_s, yaw_deg, pitch_deg, roll_deg)
        if self._head.seconds >= self._next_review_s:
            self._next_review_s = self._head.seconds + _REVIEW_S
            self._review()
        if self._is_guessing and self._any_head.seconds >= self._next_guess_s:
            self._next_guess_s = self._any_head.seconds + _REVIEW_S
            self._guess()

    def add_gaze(self, held_s: float, yaw_deg: float, pitch_deg: float, *, is_sure: bool = True) -> None:
        """Take `held_s` seconds with the gaze in this direction, as perception reads it."""
        if self._forward_done:
            return
        if self._is_guessing:
            self._any_gaze.add(held_s, yaw_deg, pitch_deg)
        if is_sure:
            self._gaze.add(held_s, yaw_deg, pitch_deg)

    def add_openness(self, held_s: float, openness: float, closure_s: float) -> None:
        """Take `held_s` seconds with the eyes this far open, as perception reads them. `closure_s` is the age of a closure."""
        if self._eye_done:
            return
        self._eye.add(held_s, openness, closure_s)
        if self._eye.seconds >= self._settings.learn_s:
            self._finish_eye()

    def _prior(self) -> Calibration:
        if self._camera.forward_yaw_deg is None or self._camera.forward_pitch_deg is None:
            return Calibration()
        return Calibration(self._camera.forward_yaw_deg, self._camera.forward_pitch_deg, 0.0)

    def _is_plausible(self, yaw_deg: float, pitch_deg: float) -> bool:
        mounted = self._prior()
        if mounted.forward_yaw_deg is not None and mounted.forward_pitch_deg is not None:
            reach = self._camera.tolerance_deg
            return abs(yaw_deg - mounted.forward_yaw_deg) <= reach and abs(pitch_deg - mounted.forward_pitch_deg) <= reach
        settings = self._settings
        return abs(yaw_deg) <= settings.forward_yaw_limit_deg and abs(pitch_deg) <= settings.forward_pitch_limit_deg

    def _fits(self, restored: Calibration) -> bool:
        """Returns whether the calibration can belong to this seat: the camera may have been mounted elsewhere since."""
        yaw_deg, pitch_deg = restored.forward_yaw_deg, restored.forward_pitch_deg
        return yaw_deg is not None and pitch_deg is not None and self._is_plausible(yaw_deg, pitch_deg)

    def _review(self) -> None:
        settings = self._settings
        seconds = self._head.seconds
        mode = self._head.mode()
        if mode is None:
            return
        if (seconds >= settings.learn_s and mode.share >= settings.learn_share) or seconds >= settings.learn_max_s:
            self._forward_done = True
            # Sunglasses: the open eye will not be learned, and nothing is gained by waiting for it.
            self._eye_hidden = self._eye.seconds < settings.hidden_eyes_share * seconds
            self._take_own_forward(mode)
        elif self._is_worth_using(mode, seconds) and self._may_replace(mode):
            self._restored = None  # if there was one, it is another driver's, whose eyes say nothing about this one's
            self._take_own_forward(mode)
        self._publish()

    def _guess(self) -> None:
        mode = self._any_head.mode()
        if mode is not None and self._is_worth_using(mode, self._any_head.seconds):
            self._take_forward(mode, self._any_gaze)
            self._publish()

    def _take_own_forward(self, mode: Mode) -> None:
        self._forward_is_own, self._is_guessing = True, False
        self._take_forward(mode, self._gaze)

    def _is_worth_using(self, mode: Mode, seconds: float) -> bool:
        settings = self._settings
        if seconds >= settings.provisional_late_s:
            return mode.share >= settings.learn_share
        return seconds >= settings.provisional_s and mode.share >= settings.provisional_share

    def _may_replace(self, mode: Mode) -> bool:
        restored = self._restored
        if restored is None or restored.forward_yaw_deg is None or restored.forward_pitch_deg is None:
            return True
        if self._head.seconds < self._settings.restored_doubt_s:
            return False
        away = math.hypot(mode.yaw_deg - restored.forward_yaw_deg, mode.pitch_deg - restored.forward_pitch_deg)
        return away > self._settings.restored_differs_deg

    def _take_forward(self, mode: Mode, gazes: DirectionMode) -> None:
        limit = self._settings.gaze_offset_limit_deg
        gaze = gazes.mode() if gazes.seconds >= 0.5 * self._settings.provisional_s else None
        known = self.settled
        self._set(
            replace(
                known,
                forward_yaw_deg=mode.yaw_deg,
                forward_pitch_deg=mode.pitch_deg,
                forward_roll_deg=_clip(mode.roll_deg, self._settings.forward_roll_limit_deg),
                gaze_offset_yaw_deg=_clip(gaze.yaw_deg - mode.yaw_deg, limit) if gaze else known.gaze_offset_yaw_deg,
                gaze_offset_pitch_deg=_clip(gaze.pitch_deg - mode.pitch_deg, limit) if gaze else known.gaze_offset_pitch_deg,
            )
        )

    def _finish_eye(self) -> None:
        self._eye_rejected = self._eye.is_drowsy()
        if self._eye_rejected:
            self._eye.restart()
        else:
            self._eye_done = True
            least = self._settings.open_eye_least
            if self._restored is not None:
                least = max(least, self._settings.open_eye_fall * self._restored.open_eye)
            self._set(replace(self.settled, open_eye=min(1.0, max(least, self._eye.open_eye()))))
        self._publish()

    def _publish(self) -> None:
        self.is_learning = not (self._forward_done and self._eye_done)
        source = self._source()
        forward = 1.0 if self._forward_done else min(1.0, self._head.seconds / self._settings.learn_s)
        eye = 1.0 if self._eye_done else min(1.0, self._eye.seconds / self._settings.learn_s)
        progress = 1.0 if source in {"learned", "restored"} else min(0.99, 0.5 * (forward + eye))
        self._set(replace(self.settled, source=source, progress=progress))

    def _set(self, calibration: Calibration) -> None:
        self.current = self.settled = calibration

    def _source(self) -> Source:
        if self._forward_done and (self._eye_done or self._eye_hidden):
            return "learned"
        if self._eye_rejected:
            return "rejected"
        if self._is_anew:
            return "relearning"
        if self._forward_is_own or (self._is_guessing and self.current.is_known):
            return "provisional"
        return "restored" if self._restored else "prior"


def _clip(value: float, limit: float) -> float:
    return min(limit, max(-limit, value))
