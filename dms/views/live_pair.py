"""Two live cameras in step: whoever delivers first waits a moment for the other, and never for one that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from dms.capture import FrameSource, Silence, SourceEvent
from dms.types import Frame
from dms.views.pairs import ROUNDING_S, FramePair, pair_of
from dms.views.settings import WITHIN_S
from dms.watched_thread import WatchedThread

CLOSING_TAKES_S = 5.0
LONGEST_PERIOD_S = 0.25
_NEW = 0.1
"""The share of the newest picture in what is known of a camera's period, and of how many of its pictures come too late."""
TOO_LATE, IN_TIME = 0.5, 0.2
"""A camera of whose pictures more than the first share come too late is as good as away, until no more than the second do."""


class _Camera:
    """The newest frame of one camera, not yet taken, and what is known of its pace."""

    def __init__(self, source: FrameSource, first_wait_s: float) -> None:
        self.source = source
        self.frame: Frame | None = None
        self.silence: Silence | None = None
        self.silence_is_new = False
        self.arrived_s = 0.0
        self.period_s = 2.0 * first_wait_s
        self.superseded = 0
        self._late_share = 0.0
        self._late_by_s: float | None = None

    def take_in(self, item: Frame | Silence) -> None:
        if isinstance(item, Silence):
            self.silence, self.silence_is_new = item, True
            return
        now = time.monotonic()
        if self.silence is None and self.arrived_s:
            interval_s = min(now - self.arrived_s, LONGEST_PERIOD_S)
            self.period_s += _NEW * (interval_s - self.period_s)
        self.superseded += self.frame is not None
        self.frame, self.silence, self.arrived_s = item, None, now

    def comes_late(self, by_s: float | None) -> None:
        """Take by how much the newest picture came after a later one of the other camera; None if it did not."""
        self._late_share += _NEW * ((by_s is not None) - self._late_share)
        if self._late_share <= IN_TIME:
            self._late_by_s = None
        elif self._late_share > TOO_LATE and self._late_by_s is None:
            self._late_by_s = by_s  # and stays so, lest every second has another line in the log

    def away(self, t: float) -> Silence | None:
        """Why nothing of this camera is to be had at `t`; None if it has only nothing new."""
        if self.silence is not None or self._late_by_s is None:
            return self.silence
        delay = f"{1000 * self._late_by_s:.0f} ms after the other camera's of the same moment"
        return Silence(t, -1, 0.0, f"{self.source.name}: its pictures come {delay}, too late to be used")

    def taken(self) -> Frame | None:
        frame, self.frame = self.frame, None
        return frame


class PairedCameras:
    """Frames of two live sources, each with that of the other if both were taken within `within_s`.

    A frame waits for the other camera for half of its own period, at most `within_s`: by then the next frame is nearer. A slow
    reader gets the newest frame of each. While one camera is away, each frame of the other is delivered at once, beside the
    silence of the one; while both are away, silences are. One thread for each camera runs from construction to `close`.
    """

    live = True

    def __init__(self, first: FrameSource, second: FrameSource, within_s: float = WITHIN_S) -> None:
        self.name = first.name
        self.cameras = first, second
        self._within_s = within_s
        self._views = _Camera(first, within_s), _Camera(second, within_s)
        self._state = threading.Condition()
        self._is_closing = False
        self._latest_t = -1.0
        self._late = 0
        self.threads = tuple(
            WatchedThread(f"{which} camera", lambda view=view: self._read(view))  # type: ignore[misc]
            for which, view in zip(("first", "second"), self._views, strict=True)
        )
        for thread in self.threads:
            thread.start()

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the first camera's picture, None while it is away."""
        return self.cameras[0].size

    @property
    def fps(self) -> float | None:
        """Frames per second of the first camera, None while it is away."""
        return self.cameras[0].fps

    @property
    def dropped(self) -> int:
        """Frames of either camera that came but were never delivered."""
        return sum(view.source.dropped + view.superseded for view in self._views) + self._late

    def __iter__(self) -> Iterator[Frame | Silence]:
        index = 0
        while True:
            with self._state:
                delivery = self._next(index)
            if delivery is None:
                return
            index += isinstance(delivery, FramePair)
            yield delivery

    def _next(self, index: int) -> FramePair | Silence | None:
        """Wait for the next delivery. Returns None when the source is closed. Holds `_state`."""
        while not self._is_closing:
            delivery = self._due(index)
            if delivery is not None:
                return delivery
        return None

    def _due(self, index: int) -> FramePair | Silence | None:
        """What can be delivered now; None after a wait if nothing could."""
        waiting = sum(view.frame is not None for view in self._views)
        if waiting:
            return self._pair(index) if waiting == len(self._views) else self._alone(index)
        silence = self._silence()
        if silence is None:
            self._state.wait()
        return silence

    def _pair(self, index: int) -> FramePair | None:
        first, second = self._views
        assert first.frame is not None
        assert second.frame is not None
        if abs(first.frame.t - second.frame.t) <= self._within_s + ROUNDING_S:
            pair = self._delivered(pair_of(index, first.taken(), second.taken()))
            for view in self._views if pair is not None else ():
                view.comes_late(None)
            return pair
        earlier = min(self._views, key=lambda view: view.frame.t if view.frame else 0.0)
        return self._single(index, earlier)

    def _alone(self, index: int) -> FramePair | None:
        """The frame of the only camera that has one, if it has waited long enough for the other."""
        view, other = self._views if self._views[0].frame is not None else self._views[::-1]
        left_s = view.arrived_s + min(self._within_s, 0.5 * view.period_s) - time.monotonic()
        if other.silence is None and left_s > 0.0:
            self._state.wait(left_s)
            return None
        return self._single(index, view)

    def _single(self, index: int, view: _Camera) -> FramePair | None:
        frame = view.taken()
        assert frame is not None
        behind_s = self._latest_t - frame.t
        first, second = (frame if each is view else each.away(frame.t) for each in self._views)
        pair = self._delivered(pair_of(index, first, second))
        view.comes_late(behind_s if pair is None else None)
        return pair

    def _delivered(self, pair: FramePair) -> FramePair | None:
        """The pair, unless a later one was delivered before."""
        if pair.t <= self._latest_t:
            self._late += 1
            return None
        self._latest_t = pair.t
        return pair

    def _silence(self) -> Silence | None:
        """What is said while both cameras are away, each time that one of them says so again."""
        silences = [view.silence for view in self._views if view.silence is not None]
        is_new = any(view.silence_is_new for view in self._views)
        if len(silences) < len(self._views) or not is_new:
            return None
        for view in self._views:
            view.silence_is_new = False
        t = max(silence.t for silence in silences)
        if t <= self._latest_t:
            return None
        self._latest_t = t
        since_s = min(silence.since_s for silence in silences)
        return Silence(t, -1, since_s, "; ".join(silence.reason for silence in silences))

    def take_events(self) -> list[SourceEvent]:
        """Return what has happened to either camera since the last call."""
        return [event for camera in self.cameras for event in camera.take_events()]

    def close(self) -> None:
        """End the threads and close both cameras."""
        with self._state:
            self._is_closing = True
            self._state.notify_all()
        for camera in self.cameras:
            camera.close()
        for thread in self.threads:
            thread.join(CLOSING_TAKES_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _read(self, view: _Camera) -> None:
        for item in view.source:
            with self._state:
                if self._is_closing:
                    return
                view.take_in(item)
                self._state.notify_all()
