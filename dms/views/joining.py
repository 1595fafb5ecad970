"""Two observations of one driver become one, in the angles of the first camera: each part from the view that shows it better.

Head, box, expression and landmarks go together, and so do eyelids and gaze. What is in the hands counts as soon as one view shows
it: a phone at the right ear is hidden from a camera on the left.
"""

from __future__ import annotations

from collections.abc import Sequence

from dms.fusion.held import Held
from dms.types import BLINDING, CameraHealth, Gaze, Head, Observation, Phone, View, Views
from dms.views.alignment import Alignment
from dms.views.pairs import ROUNDING_S
from dms.views.preferred import Preferred
from dms.views.settings import DEFAULTS, ViewSettings

_WORST_FIRST: tuple[Phone, ...] = ("at_ear", "handheld", "mounted", "none")
_VIEWS: tuple[View, View] = ("first", "second")


class _Seen:
    """What one camera saw last."""

    def __init__(self, settings: ViewSettings) -> None:
        self._settings = settings
        self.observation: Observation | None = None
        self.phone: Held[Phone] = Held(settings.hands_hold_s)
        self.smoking: Held[bool] = Held(settings.hands_hold_s)
        self.drinking: Held[bool] = Held(settings.hands_hold_s)

    def state(self, t: float) -> CameraHealth:
        """The state of the camera: stale if it was not heard of for long."""
        seen = self.observation
        return seen.camera if seen is not None and t - seen.t <= self._settings.state_counts_s else CameraHealth.STALE

    def at(self, t: float) -> Observation | None:
        """What the camera shows of the driver at `t`: what it saw a moment ago still counts. None if nothing."""
        seen = self.observation
        if seen is None or t - seen.t > self._settings.within_s + ROUNDING_S or seen.camera in BLINDING:
            return None
        return seen


class Joiner:
    """Joins what two cameras see. Pure: in event time only, the same observations give the same.

    `given_deg` is where the second camera stands, see `Alignment`. While the cameras' readings of heads do not fit together, the
    second is not used.
    """

    def __init__(self, settings: ViewSettings = DEFAULTS, given_deg: tuple[float, float] | None = None) -> None:
        self._settings = settings
        self.alignment = Alignment(settings, given_deg)
        self._seen = _Seen(settings), _Seen(settings)
        self._face = Preferred(settings.face_margin_deg, settings.face_after_s)
        self._eyes = Preferred(settings.eyes_margin, settings.eyes_after_s)
        self._mouth = Preferred(settings.mouth_margin, settings.mouth_after_s)
        self._t: float | None = None

    def join(self, t: float, index: int, first: Observation | None, second: Observation | None) -> Observation:
        """Return what is seen at `t`. A view that has nothing new at this moment is None."""
        for seen, new in zip(self._seen, (first, second), strict=True):
            seen.observation = new or seen.observation
        held_s = 0.0 if self._t is None else min(max(0.0, t - self._t), self._settings.longest_step_s)
        self._t = t
        shown = tuple(seen.at(t) for seen in self._seen)
        if first is not None and second is not None and all(shown):
            self._learn(held_s, first, second)
        if self.alignment.agrees is False:  # somebody else, whose eyes and phone say nothing about the driver
            second, shown = None, (shown[0], None)
        states = [seen.state(t) for seen in self._seen]
        face = self._face.choose(t, *(self._face_cost(view, one) for view, one in zip(_VIEWS, shown, strict=True)))
        eyes = self._eyes.choose(t, *(self._eyes_cost(one) for one in shown))
        mouth = self._mouth.choose(t, *(self._mouth_cost(one) for one in shown))
        face_of, eyes_of, mouth_of = (None if view is None else shown[_VIEWS.index(view)] for view in (face, eyes, mouth))
        phone, smoking, drinking = self._hands(t, first, second)
        return Observation(
            t=t,
            frame=index,
            camera=_together(states),
            face=face_of.face if face_of else None,
            head=self._head(face, face_of),
            eyes=eyes_of.eyes if eyes_of else None,
            gaze=self._gaze(eyes, eyes_of),
            mouth=mouth_of.mouth if mouth_of else None,
            emotion=face_of.emotion if face_of else None,
            phone=phone,
            smoking=smoking,
            drinking=drinking,
            views=Views(first=states[0], second=states[1], face=face, eyes=eyes, mouth=mouth),
            landmarks=face_of.landmarks if face_of else None,
        )

    def _learn(self, held_s: float, first: Observation, second: Observation) -> None:
        if first.head is None or second.head is None or not held_s:
            return
        gazes = (first.gaze, second.gaze) if first.gaze is not None and second.gaze is not None else None
        self.alignment.learn(held_s, (first.head, second.head), gazes)

    def _face_cost(self, view: View, seen: Observation | None) -> float | None:
        """The error to expect of the head's direction, in degrees. A face of unknown direction is better than none."""
        if seen is None or seen.face is None:
            return None
        if seen.head is None or (view == "second" and self.alignment.rotation is None):
            return 180.0
        sigma_deg = self._settings.usual_sigma_deg if seen.head.sigma_deg is None else seen.head.sigma_deg
        return sigma_deg + self._settings.sigma_per_yaw * abs(seen.head.yaw_deg)

    def _eyes_cost(self, seen: Observation | None) -> float | None:
        """The share of both eyes that cannot be seen; None if neither can be read."""
        if seen is None or seen.face is None or seen.eyes is None:
            return None
        visible = [0.0 if eye is None else min(1.0, eye.visible) for eye in (seen.eyes.left, seen.eyes.right)]
        return 1.0 - 0.5 * sum(visible) if max(visible) >= self._settings.eye_visible else None

    def _mouth_cost(self, seen: Observation | None) -> float | None:
        """The share of the mouth that cannot be seen, and how far it is turned away; None if it cannot be read."""
        if seen is None or seen.mouth is None or seen.mouth.visible < self._settings.mouth_visible:
            return None
        yaw_deg = 0.0 if seen.head is None else abs(seen.head.yaw_deg)
        return 1.0 - seen.mouth.visible + yaw_deg / 90.0

    def _head(self, view: View | None, seen: Observation | None) -> Head | None:
        if seen is None or seen.head is None:
            return None
        return seen.head if view == "first" else self.alignment.head(seen.head)

    def _gaze(self, view: View | None, seen: Observation | None) -> Gaze | None:
        if seen is None or seen.gaze is None:
            return None
        return seen.gaze if view == "first" else self.alignment.gaze(seen.gaze)

    def _hands(
        self, t: float, first: Observation | None, second: Observation | None
    ) -> tuple[Phone | None, bool | None, bool | None]:
        """What is in the hands, told when a view has looked: the worst of what either view said last."""
        new = [one for one in (first, second) if one is not None]
        said = []
        for seen, one in zip(self._seen, (first, second), strict=True):
            phone, smoking, drinking = (None, None, None) if one is None else (one.phone, one.smoking, one.drinking)
            said.append((seen.phone.update(t, phone), seen.smoking.update(t, smoking), seen.drinking.update(t, drinking)))
        phones = [phone for phone, _, _ in said]
        phone = next((worst for worst in _WORST_FIRST if worst in phones), None)
        return (
            phone if any(one.phone is not None for one in new) else None,
            _either([smoking for _, smoking, _ in said]) if any(one.smoking is not None for one in new) else None,
            _either([drinking for _, _, drinking in said]) if any(one.drinking is not None for one in new) else None,
        )


def _either(said: Sequence[bool | None]) -> bool | None:
    return True if True in said else False if False in said else None


def _together(states: Sequence[CameraHealth]) -> CameraHealth:
    """The state of both cameras as one: that of the better."""
    if CameraHealth.OK in states:
        return CameraHealth.OK
    return next((state for state in states if state not in BLINDING), states[0])
