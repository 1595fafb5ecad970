"""Reading a camera or stream on its own thread: only the newest frame is kept, and a lost device is reopened.

The thread runs from construction to `close`, and at most one frame is ever held.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from dms.backoff import backoff_s, keep_trying
from dms.capture.picture_size import check_size
from dms.capture.source import EventKind, Silence, SourceEvent
from dms.errors import SourceError
from dms.types import Frame
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)
AHEAD_S, BEHIND_S = 2.0, 5.0
"""A picture stamped further ahead, or further back, bears the time of another clock. Believed, the one would hold up all that
come after it, and the other would never be looked at."""
MOST_SIZES_TOLD = 8
"""A stream that turns to garbage may have another size with every picture."""
OLD_IN_A_ROW = 10
"""So many that are stamped too far back have not merely waited for a reader that was held up."""
CLOSING_TAKES_S = 5.0
"""On closing, a device that blocks in a read for longer than this is left to its daemon thread."""


@dataclass(frozen=True, slots=True)
class Grabbed:
    """A picture, the `time.monotonic()` at which it was captured, and how many the device left out since the one before."""

    image: NDArray[np.uint8]
    stamp: float
    left_out: int = 0


class Device(Protocol):
    """An open camera or stream. All calls come from one thread."""

    size: tuple[int, int] | None
    fps: float | None
    remarks: list[str]
    """Settings that the device did not grant as asked, in words."""

    def read(self) -> Grabbed:
        """Return the next picture. Raises SourceError if none comes within a few seconds."""
        ...

    def release(self) -> None: ...


class LiveCapture:
    """Frames of a device as they come. `t` counts from `started`, a `time.monotonic()`.

    While the device delivers nothing, iteration yields a `Silence` every `silent_after_s` seconds. Frames that the reader was too
    slow for are dropped and counted, and their indices are skipped.

    Raises:
        SourceError: the device cannot be opened, unless `patient`: then it is tried again with the rest.
    """

    live = True

    def __init__(
        self,
        name: str,
        open_device: Callable[[], Device],
        *,
        started: float,
        silent_after_s: float = 0.5,
        patient: bool = False,
        waits_s: Callable[[], Iterator[float]] = backoff_s,
        thread: str = "capture",
    ) -> None:
        self.name = name
        self._open_device = open_device
        self._started = started
        self._silent_after_s = silent_after_s
        self._waits_s = waits_s
        self._state = threading.Condition()
        self._closing = threading.Event()
        self._events: list[SourceEvent] = []
        self._slot: Frame | None = None
        self._next_index = 0
        self._latest_t = -1.0
        self._pictures_px: tuple[int, int] | None = None
        self._sizes_told: set[tuple[int, int]] = set()
        self._old_in_a_row = 0
        self._is_other_clock = False
        self._dropped = 0
        self._reason = "no frame yet"
        self._device: Device | None = None
        if not patient:
            self._device = self._open("opened")
        self.thread = WatchedThread(thread, self._run)
        self.thread.start()

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, None while the device is away."""
        device = self._device
        return device.size if device else None

    @property
    def fps(self) -> float | None:
        """Frames per second as the device states them, None while it is away."""
        device = self._device
        return device.fps if device else None

    @property
    def dropped(self) -> int:
        """Frames that came but were never delivered."""
        return self._dropped

    def __iter__(self) -> Iterator[Frame | Silence]:
        last = Silence(t=0.0, index=-1, since_s=0.0, reason="")
        heard_at = time.monotonic()
        while True:
            frame = self._wait_for_frame()
            if self._closing.is_set():
                return
            if frame is not None and frame.t >= last.t:
                last, heard_at = Silence(frame.t, frame.index, 0.0, ""), time.monotonic()
                yield frame
                continue
            now = time.monotonic()
            if frame is not None or now - heard_at < self._silent_after_s:
                continue
            last = Silence(max(last.t, now - self._started), last.index, now - heard_at, self._reason)
            yield last

    def _wait_for_frame(self) -> Frame | None:
        """Return the newest frame not yet taken, or None if none came in time or the source is closing."""
        with self._state:
            self._state.wait_for(self._something_to_say, self._silent_after_s)
            frame, self._slot = self._slot, None
            return frame

    def _something_to_say(self) -> bool:
        return self._slot is not None or self._closing.is_set()

    def take_events(self) -> list[SourceEvent]:
        """Return what has happened since the last call, oldest first."""
        with self._state:
            events, self._events = self._events, []
            return events

    def close(self) -> None:
        """End the thread and release the device."""
        self._closing.set()
        with self._state:
            self._state.notify_all()
        self.thread.join(CLOSING_TAKES_S)

    def replace_thread(self) -> None:
        """Give up a device that keeps its thread waiting, and open it again on another."""
        self._device = None
        self._lose(f"{self.name}: no answer for {self.thread.busy_s:.0f} s, opened again")
        self.thread.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        keep_trying(self.thread, self._closing, self._waits_s, self._read_until_lost)

    def _goes_on(self) -> bool:
        return not self._closing.is_set() and self.thread.is_current

    def _read_until_lost(self) -> bool:
        """Deliver frames until the device fails or the source closes. Returns True if there was any frame."""
        delivered = False
        device: Device | None = None
        reason: str | None = None
        self.thread.begins("opening")
        try:
            device = self._device or self._open("restored")
            self._device = device
            while self._goes_on():
                self.thread.begins("reading")
                grabbed = device.read()
                check_size(self.name, grabbed.image)
                self._notice_size(grabbed.image)
                self._put(grabbed)
                delivered = True
        except SourceError as error:
            reason = str(error)
        except Exception as error:  # the code of a driver or of another package: a camera that fails so may recover as well
            LOG.exception("%s: reading it failed", self.name)
            reason = f"{self.name}: {type(error).__name__}: {error}"
        if self.thread.is_current:
            self._device = None
            if reason is not None:
                self._lose(reason)
        if device is not None:
            self._let_go(device)
        return delivered

    def _notice_size(self, image: NDArray[np.uint8]) -> None:
        """Say so when pictures change their size while the camera is open; each size once."""
        before, now = self._pictures_px, (image.shape[1], image.shape[0])
        self._pictures_px = now
        if before not in (None, now) and now not in self._sizes_told and len(self._sizes_told) < MOST_SIZES_TOLD:
            self._sizes_told.add(now)
            self._note("pixels", f"{self.name}: its pictures are {now[0]}x{now[1]} from now on")

    def _let_go(self, device: Device) -> None:
        self.thread.begins("closing")
        try:
            device.release()
        except Exception:  # it is lost anyway, and the next opening will tell
            LOG.exception("%s: closing it failed", self.name)

    def _open(self, kind: EventKind) -> Device:
        device = self._open_device()
        self._pictures_px = None
        shape = f"{device.size[0]}x{device.size[1]}" if device.size else "size unknown"
        rate = f"{device.fps:g} frames a second" if device.fps else "frame rate unknown"
        self._note(kind, f"{self.name}: {shape}, {rate}")
        for remark in device.remarks:
            self._note("granted", f"{self.name}: {remark}")
        return device

    def _lose(self, reason: str) -> None:
        """Report a loss once, and again only when the reason changes."""
        if reason != self._reason:
            self._reason = reason
            self._note("lost", reason)

    def _put(self, grabbed: Grabbed) -> None:
        with self._state:
            if not self.thread.is_current:
                return
            index = self._next_index + grabbed.left_out
            self._next_index = index + 1
            self._dropped += grabbed.left_out
            t = self._time_of(grabbed.stamp) - self._started
            if t <= self._latest_t or t < 0:
                self._dropped += 1
                return
            self._dropped += self._slot is not None
            self._latest_t = t
            self._reason = "no frame comes"
            self._slot = Frame(t, index, grabbed.image)
            self._state.notify_all()

    def _time_of(self, stamp: float) -> float:
        """When a picture was captured: as it says, or now if that is a time of another clock."""
        now = time.monotonic()
        ahead_s = stamp - now
        self._old_in_a_row = self._old_in_a_row + 1 if ahead_s < -BEHIND_S else 0
        if ahead_s <= AHEAD_S and self._old_in_a_row <= OLD_IN_A_ROW:
            return stamp
        if not self._is_other_clock:
            self._is_other_clock = True
            apart = f"{abs(ahead_s):.0f} s {'ahead' if ahead_s > 0.0 else 'back'}"
            self._note("times", f"{self.name}: pictures are stamped {apart}: when they come counts instead")
        return now

    def _note(self, kind: EventKind, message: str) -> None:
        with self._state:
            self._events.append(SourceEvent(kind, message))
