"""Frame sources: cameras, video files, folders of pictures, network streams. `open_source` opens them all.

A new kind of camera is a `Device` in a module that says `SOURCE = live(…)`; a new kind of recording says `SOURCE = recorded(…)`.
"""

from dms.capture.factory import open_source
from dms.capture.kinds import live, recorded
from dms.capture.live import Device, Grabbed
from dms.capture.mounting import UPRIGHT, Mounting
from dms.capture.recorded_as import AS_IT_SAYS, RecordedAs
from dms.capture.source import CaptureSettings, FrameSource, Silence, SourceEvent

__all__ = [
    "AS_IT_SAYS",
    "UPRIGHT",
    "CaptureSettings",
    "Device",
    "FrameSource",
    "Grabbed",
    "Mounting",
    "RecordedAs",
    "Silence",
    "SourceEvent",
    "live",
    "open_source",
    "recorded",
]
