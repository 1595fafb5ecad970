"""Why the driver cannot be fully judged right now, and since when."""

from __future__ import annotations

from dms.fusion.event_time import EventTime
from dms.fusion.settings import FusionSettings
from dms.types import CameraHealth

_OK = CameraHealth.OK  # looking up a member of an enumeration takes as long as ten other attributes
_MEMORY_S = 0.5
_BEGINS_ABOVE = 0.6
_ENDS_BELOW = 0.3


class DegradationTracker:
    """`reason` is the most basic thing that is wrong, None if all is well; `seconds` is how long something has been wrong.

    Reasons: `camera_<health>`, `no_face`, `low_frame_rate`, `eyes_unreadable`, `gaze_unreadable`. What counts is the share of the
    last half second, with hysteresis: an occasional reading does not hide that most are missing, and an occasional miss does not
    matter. It takes half a second to notice, which `seconds` includes, and 0.6 s to recover.
    """

    __slots__ = ("_settings", "_share", "_under_way_s", "reason", "seconds")

    def __init__(self, settings: FusionSettings) -> None:
        self._settings = settings
        self._share = 0.0
        self._under_way_s = 0.0
        self.reason: str | None = None
        self.seconds = 0.0

    def update(self, now: EventTime, camera: CameraHealth, has_face: bool, eyes_readable: bool, gaze_readable: bool) -> None:
        """Take what could be read at `now`. `gaze_readable` is also true while the eyes are closed and have no gaze."""
        is_slow = now.fps is not None and now.fps < self._settings.low_fps
        is_well = camera is _OK and gaze_readable and eyes_readable and not is_slow
        if is_well and self._share == 0.0:
            return
        reason = None if is_well else _most_basic(camera, has_face, is_slow, eyes_readable)
        self._share += ((reason is not None) - self._share) * now.elapsed_s / (_MEMORY_S + now.elapsed_s)
        if is_well and self._share < _ENDS_BELOW:
            self.reason = None
            self._share = 0.0 if self._share < 0.01 else self._share
            self.seconds = self._under_way_s = 0.0
            return
        self._under_way_s += now.elapsed_s
        if self._share > _BEGINS_ABOVE or self.reason is not None:
            self.reason = reason or self.reason
            self.seconds = self._under_way_s


def _most_basic(camera: CameraHealth, has_face: bool, is_slow: bool, eyes_readable: bool) -> str:
    if camera is not _OK:
        return _CAMERA_REASONS[camera]
    if not has_face:
        return "no_face"
    if is_slow:
        return "low_frame_rate"
    return "gaze_unreadable" if eyes_readable else "eyes_unreadable"


_CAMERA_REASONS = {health: f"camera_{health.value}" for health in CameraHealth}
