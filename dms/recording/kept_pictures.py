"""Which pictures of a drive are recorded: none, those around alerts and marks, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dms.config import defaults
from dms.recording.image_message import CompressedPicture
from dms.recording.picture_ring import PictureRing
from dms.types import Alert, DriverInput, Frame, Phase

MARKED_S = 60.0
"""How much before a mark is worth keeping."""
_JITTER_S = 0.005
_BYTES_PER_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """What to keep of the pictures.

    `event` keeps `before_s` seconds before and `after_s` after each alert that is raised or escalated, and the last minute
    before a mark, as far as `memory_mib` holds it. Pictures become grey JPEGs of `quality`, at most `width_px` wide, at most
    `fps` a second (None: all of them).
    """

    mode: defaults.VideoMode = defaults.VIDEO_MODE
    before_s: float = defaults.VIDEO_BEFORE_S
    after_s: float = defaults.VIDEO_AFTER_S
    quality: int = defaults.VIDEO_QUALITY
    width_px: int = defaults.VIDEO_WIDTH_PX
    fps: float | None = None
    memory_mib: float = defaults.VIDEO_MEMORY_MIB


class VideoTrack:
    """Takes every frame and every record of a drive, in order, and says which pictures to write now.

    While the driver has paused monitoring, and across a change of driver, no picture is kept, in memory or elsewhere.
    `failed` counts frames that could not be made a picture.
    """

    def __init__(self, settings: VideoSettings) -> None:
        self.failed = 0
        self.settings = settings
        self._ring = PictureRing(max(settings.before_s, MARKED_S), int(settings.memory_mib * _BYTES_PER_MIB))
        self._paused = False
        self._keep_until_t = float("-inf")
        self._due_t = float("-inf")

    @property
    def wanted(self) -> bool:
        """Whether frames are of any use."""
        return self.settings.mode != "off" and not self._paused

    def frame(self, frame: Frame) -> Sequence[CompressedPicture]:
        """The next frame."""
        if not self.wanted or not self._is_due(frame.t):
            return ()
        picture = self._picture(frame)
        if picture is None:
            return ()
        if self.settings.mode == "all" or frame.t <= self._keep_until_t:
            return (picture,)
        self._ring.add(picture)
        return ()

    def alert(self, alert: Alert) -> Sequence[CompressedPicture]:
        """An alert: one that is raised or escalated is worth its pictures."""
        if alert.phase not in (Phase.RAISE, Phase.ESCALATE):
            return ()
        return self._keep(alert.t, self.settings.before_s)

    def driver(self, action: DriverInput) -> Sequence[CompressedPicture]:
        """What the driver did."""
        match action.action:
            case "mark":
                return self._keep(action.t, MARKED_S)
            case "pause" | "resume" | "new_drive":
                self._paused = action.action == "pause"
                self._keep_until_t = float("-inf")
                self._ring.clear()
        return ()

    def _keep(self, t: float, before_s: float) -> Sequence[CompressedPicture]:
        if self.settings.mode != "event" or self._paused:
            return ()
        self._keep_until_t = max(self._keep_until_t, t + self.settings.after_s)
        return self._ring.take_since(t - before_s)

    def _is_due(self, t: float) -> bool:
        fps = self.settings.fps
        if fps is None:
            return True
        if t < self._due_t - _JITTER_S:
            return False
        self._due_t = t + 1.0 / fps if self._due_t == float("-inf") else max(self._due_t + 1.0 / fps, t)
        return True

    def _picture(self, frame: Frame) -> CompressedPicture | None:
        from dms.recording.jpeg import PictureError, grey_jpeg

        try:
            return grey_jpeg(frame, self.settings.width_px, self.settings.quality)
        except PictureError:
            self.failed += 1
            return None
