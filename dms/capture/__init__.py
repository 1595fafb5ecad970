"""Frame sources: cameras, video files, folders of pictures, network streams. `open_source` is the way in."""

from dms.capture.source import CaptureSettings, FrameSource, Silence, SourceEvent, open_source

__all__ = ["CaptureSettings", "FrameSource", "Silence", "SourceEvent", "open_source"]
