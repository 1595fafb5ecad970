"""What every frame source offers, and the types that sources and their readers share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Protocol, Self

from dms.capture.mounting import UPRIGHT, Mounting
from dms.config.defaults import CAMERA_FOURCC, CAMERA_FPS, CAMERA_HEIGHT_PX, CAMERA_WIDTH_PX
from dms.types import Frame

EventKind = Literal[
    "opened", "lost", "restored", "granted", "truncated", "undecodable", "no_frame_rate", "pixels", "streams", "times"
]


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """What to ask of a source. A camera may grant something else, which is reported and accepted.

    `recorded_fps` is the rate of recordings whose pictures carry no times, such as a folder of pictures or a raw stream; without
    it a rate is assumed. A live source yields a `Silence` after every `silent_after_s` seconds without a frame. `mounting` brings
    the pictures of any source upright. `controls` are those of a V4L2 camera, by name. `thread` names the thread that reads a
    live source, for health and log.
    """

    width: int = CAMERA_WIDTH_PX
    height: int = CAMERA_HEIGHT_PX
    fps: float = CAMERA_FPS
    fourcc: str = CAMERA_FOURCC
    controls: Mapping[str, int | bool | str] = field(default_factory=dict)
    recorded_fps: float | None = None
    silent_after_s: float = 0.5
    mounting: Mounting = UPRIGHT
    thread: str = "capture"


@dataclass(frozen=True, slots=True)
class Silence:
    """Takes the place of a frame when a live source has delivered nothing for `since_s` seconds.

    `t` is on the same clock as the frames, `index` is that of the last frame (-1: none yet), `reason` is meant for people.
    """

    t: float
    index: int
    since_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """Something that happened to a source, in words for the log. The source goes on."""

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
        """Return what has happened since the last call, oldest first."""
        ...

    def close(self) -> None:
        """Release the device and end every thread. May be called twice, and from another thread than the iterating one."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
