"""What every frame source offers, and the one place where a source is chosen by what the user typed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self
from urllib.parse import urlsplit, urlunsplit

from dms.capture.mounting import UPRIGHT, Mounting
from dms.errors import SourceError
from dms.types import Frame

PICTURE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
STREAM_SCHEMES = frozenset({"http", "https", "rtmp", "rtp", "rtsp", "rtsps", "tcp", "udp"})

EventKind = Literal["opened", "lost", "restored", "granted", "truncated", "undecodable", "no_frame_rate", "pixels"]


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """How to ask for pictures. A camera may grant something else, which is reported and lived with.

    `picture_fps` is the rate at which a folder of pictures is taken to have been recorded; a `silent_after_s` without a
    frame from a live source is delivered as a `Silence`, and again every so often. `mounting` brings the pictures of whatever
    source upright.
    """

    width: int = 640
    height: int = 480
    fps: float = 30.0
    fourcc: str = "MJPG"
    picture_fps: float = 30.0
    silent_after_s: float = 0.5
    mounting: Mounting = UPRIGHT


@dataclass(frozen=True, slots=True)
class Silence:
    """In place of a frame: a live source has delivered nothing since `since_s` seconds before `t`.

    `t` is on the same clock as the frames, `index` that of the last frame (-1: none yet), `reason` a sentence for people.
    """

    t: float
    index: int
    since_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """Something that happened to a source, in words for the log; the source goes on."""

    kind: EventKind
    message: str

    @property
    def is_fault(self) -> bool:
        """Whether pictures were lost by it."""
        return self.kind in ("lost", "truncated", "undecodable")


class FrameSource(Protocol):
    """Frames in the order of their capture. Iteration ends at the end of a file or when the source is closed.

    `live` sources deliver the newest frame and drop what came before it (`dropped` counts); files deliver every frame.
    `size` is (width, height) in pixels and `fps` the nominal rate, each None while unknown.
    """

    name: str
    live: bool

    @property
    def size(self) -> tuple[int, int] | None: ...

    @property
    def fps(self) -> float | None: ...

    @property
    def dropped(self) -> int: ...

    def __iter__(self) -> Iterator[Frame | Silence]: ...

    def take_events(self) -> list[SourceEvent]:
        """What has happened since the last call, oldest first."""
        ...

    def close(self) -> None:
        """Release the device and end every thread. May be called twice, and from another thread than the iterating one."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def open_source(
    spec: str | Path,
    settings: CaptureSettings | None = None,
    *,
    started: float | None = None,
    paced: bool = False,
    patient: bool = False,
) -> FrameSource:
    """The source that `spec` names: a device (`/dev/video0`, or `0`), a URL, a video file, a picture or a folder of them.

    `started` is the `time.monotonic()` that counts as second 0 of a live source (default: now). `paced` files are delivered
    no faster than they were recorded. A `patient` live source that cannot be opened is silent and tried again, as when it
    is unplugged later.

    Raises:
        SourceError: there is no such source, or it cannot be opened or read; the message names it.
    """
    settings = settings or CaptureSettings()
    text = str(spec)
    is_live = urlsplit(text).scheme in STREAM_SCHEMES or text.startswith("/dev/") or text.isdecimal()
    if is_live:
        source = _open_live(text, settings, time.monotonic() if started is None else started, patient)
    else:
        source = _open_recording(Path(text), settings)
    if not settings.mounting.is_upright:
        from dms.capture.around import MountedSource

        source = MountedSource(source, settings.mounting)
    if is_live or not paced:
        return source
    from dms.capture.paced import PacedSource

    return PacedSource(source)


def _open_live(text: str, settings: CaptureSettings, started: float, patient: bool) -> FrameSource:
    from dms.capture.live import Device, LiveCapture

    def open_device() -> Device:
        if urlsplit(text).scheme in STREAM_SCHEMES:
            from dms.capture.stream import Stream

            return Stream(text)
        from dms.capture.v4l2 import Camera

        return Camera(f"/dev/video{text}" if text.isdecimal() else text, settings)

    return LiveCapture(
        without_password(text), open_device, started=started, silent_after_s=settings.silent_after_s, patient=patient
    )


def _open_recording(path: Path, settings: CaptureSettings) -> FrameSource:
    if path.is_dir() or path.suffix.lower() in PICTURE_SUFFIXES:
        from dms.capture.pictures import Pictures

        return Pictures(path, settings.picture_fps)
    if not path.exists():
        raise SourceError(f"{path}: no such video, picture or folder")
    from dms.capture.video import VideoFile

    return VideoFile(path)


def without_password(url: str) -> str:
    """The URL fit for logs and messages."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:…@{host}"))
