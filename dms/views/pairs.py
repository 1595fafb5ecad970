"""Frames of two cameras that belong together, and two recordings played in step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from dms.capture import FrameSource, Silence, SourceEvent
from dms.types import Frame, Observation, Views
from dms.views.settings import WITHIN_S

ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class FramePair(Frame):
    """What two cameras saw at one moment: a frame of each, or of one alone.

    `first` and `second` are None where a camera has no frame at this moment, and a `Silence` where it has had none for long. `t`
    is the time of the later frame, `image` the picture of the first camera, or of the second if that is alone.
    """

    first: Frame | Silence | None = None
    second: Frame | Silence | None = None


def pair_of(index: int, first: Frame | Silence | None, second: Frame | Silence | None) -> FramePair:
    """Return the pair; one of the two is a frame."""
    frames = [view for view in (first, second) if isinstance(view, Frame)]
    return FramePair(max(frame.t for frame in frames), index, frames[0].image, first, second)


def shown(frame: Frame, observation: Observation) -> Frame | None:
    """Return the picture that an observation describes: the one with its face, if it has one. None if this moment has none."""
    views = observation.views
    if not isinstance(frame, FramePair) or not isinstance(views, Views):
        return frame
    if views.face is None:
        return replace(frame.first if isinstance(frame.first, Frame) else frame, t=frame.t, index=frame.index)
    view = frame.first if views.face == "first" else frame.second
    return replace(view, t=frame.t, index=frame.index) if isinstance(view, Frame) else None


def paired(
    first: Iterator[Frame], second: Iterator[Frame], within_s: float = WITHIN_S
) -> Iterator[tuple[Frame | None, Frame | None]]:
    """Play two recordings in step: every frame once, in order, each with the nearest of the other if that is near enough."""
    within_s += ROUNDING_S
    a, b, a_next, b_next = next(first, None), next(second, None), next(first, None), next(second, None)
    while a is not None or b is not None:
        together = _are_nearest(a, b, a_next, b_next, within_s)
        takes_a = together or b is None or (a is not None and a.t <= b.t)
        takes_b = together or not takes_a
        yield a if takes_a else None, b if takes_b else None
        if takes_a:
            a, a_next = a_next, next(first, None)
        if takes_b:
            b, b_next = b_next, next(second, None)


def _are_nearest(a: Frame | None, b: Frame | None, a_next: Frame | None, b_next: Frame | None, within_s: float) -> bool:
    if a is None or b is None:
        return False
    apart_s = abs(a.t - b.t)
    if apart_s > within_s:
        return False
    a_waits = a_next is not None and abs(a_next.t - b.t) < apart_s
    b_waits = b_next is not None and abs(b_next.t - a.t) < apart_s
    return not a_waits and not b_waits


class PairedRecordings:
    """Two recordings that began at the same moment. Where one ends, the other goes on alone."""

    live = False

    def __init__(self, first: FrameSource, second: FrameSource, within_s: float = WITHIN_S) -> None:
        self.name = first.name
        self.cameras = first, second
        self._within_s = within_s

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the first one's pictures."""
        return self.cameras[0].size

    @property
    def fps(self) -> float | None:
        """Frames per second of the first one."""
        return self.cameras[0].fps

    @property
    def dropped(self) -> int:
        """Recordings drop nothing."""
        return 0

    def __iter__(self) -> Iterator[Frame | Silence]:
        last_s = [0.0, 0.0]
        ended = [False, False]

        def frames(view: int) -> Iterator[Frame]:
            for item in self.cameras[view]:
                if isinstance(item, Frame):
                    yield item
            ended[view] = True

        def told(view: int, frame: Frame | None, now_s: float) -> Frame | Silence | None:
            if frame is not None:
                last_s[view] = frame.t
                return frame
            since_s = now_s - last_s[view]
            is_over = ended[view] and since_s > self._within_s
            return Silence(now_s, -1, since_s, f"{self.cameras[view].name}: the recording has ended") if is_over else None

        for index, (first, second) in enumerate(paired(frames(0), frames(1), self._within_s)):
            now_s = max(frame.t for frame in (first, second) if frame is not None)
            yield pair_of(index, told(0, first, now_s), told(1, second, now_s))

    def take_events(self) -> list[SourceEvent]:
        """Return what has happened to either since the last call."""
        return [event for camera in self.cameras for event in camera.take_events()]

    def close(self) -> None:
        """Close both."""
        for camera in self.cameras:
            camera.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
