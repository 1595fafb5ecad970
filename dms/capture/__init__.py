"""Frame sources: cameras, video files, folders of pictures, network streams. `open_source` is the way in."""

from dms.capture.factory import open_source
from dms.capture.mounting import UPRIGHT, Mounting
from dms.capture.source import CaptureSettings, FrameSource, Silence, SourceEvent

__all__ = ["UPRIGHT", "CaptureSettings", "FrameSource", "Mounting", "Silence", "SourceEvent", "open_source"]
