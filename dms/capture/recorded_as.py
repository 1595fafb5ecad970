"""What a recording does not say of itself, and whoever recorded it has to."""

from __future__ import annotations

from dataclasses import dataclass

from dms.capture.mounting import UPRIGHT, Mounting


@dataclass(frozen=True, slots=True)
class RecordedAs:
    """How the camera was mounted and, where pictures carry no times, how many were taken a second (None: not known).

    As text it is part of the keys under which anything is kept that was seen in the recording.
    """

    mounting: Mounting = UPRIGHT
    fps: float | None = None

    def __str__(self) -> str:
        rate = "" if self.fps is None else f", {self.fps!r} pictures a second"
        return f"{self.mounting}{rate}"


AS_IT_SAYS = RecordedAs()
