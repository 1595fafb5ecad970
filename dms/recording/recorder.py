"""Recording drives while the service runs: records and pictures are handed over, and written away from the frame path."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from dms.errors import DriveError, reason
from dms.health import RecorderHealth
from dms.recording.folder import RecordingLimits, RecordingsFolder
from dms.recording.kept_pictures import VideoSettings
from dms.recording.recorded_files import FILE_DURATION_S, RecordedFiles
from dms.types import DriveRecord, Frame
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)

_POLL_S = 0.2
_BACKLOG = 20_000  # ten minutes of observations: a disk that sleeps longer than that is broken
_FRAMES_WAITING = 45  # a disk may take this long to sync; a frame may take a megabyte
_BYTES_PER_MIB = 1024 * 1024
_OPENING_TIMEOUT_S = 5.0
CLOSING_TIMEOUT_S = 5.0
_NO_LIMITS, _NO_VIDEO = RecordingLimits(), VideoSettings()


class Recorder:
    """Writes every record it is given into `directory`, and the pictures that `video` asks for, on a thread of its own.

    `write` and `picture` never wait and never raise: what the disk does not take is counted in `dropped`, `problem` says why,
    and a new file is tried every 10 s, whether the folder could not be made or written when the recorder started, or was deleted
    since. `metadata` (hashes of configuration, pack and models …) goes into each file.
    """

    def __init__(
        self,
        directory: Path,
        metadata: Mapping[str, str],
        *,
        limits: RecordingLimits = _NO_LIMITS,
        video: VideoSettings = _NO_VIDEO,
        file_duration_s: float = FILE_DURATION_S,
    ) -> None:
        self.pictures_dropped = 0
        self._limits = limits
        self._video = video
        self._refused = 0
        self._queue: queue.Queue[tuple[float, DriveRecord | Frame]] = queue.Queue(_BACKLOG)  # each with when it came
        self._in_hand: DriveRecord | Frame | None = None
        self._frames_given = self._frames_taken = 0  # a counter for each thread: their difference needs no lock
        self._stopping = threading.Event()
        self._folder = RecordingsFolder(directory, limits)
        self._files = RecordedFiles(self._folder, metadata, video, file_duration_s)
        self._begun = threading.Event()
        self.thread = WatchedThread("recorder", self._run, self._lag_s)
        self.thread.start()
        self._begun.wait(_OPENING_TIMEOUT_S)  # whether anything can be recorded is known from the start, unless the disk sleeps

    @property
    def backlog(self) -> int:
        """How many records wait to be written."""
        return self._queue.qsize()

    @property
    def dropped(self) -> int:
        """How many records are lost."""
        return self._refused + self._files.dropped

    @property
    def problem(self) -> str | None:
        """Why nothing is written at present."""
        return self._files.problem

    @property
    def path(self) -> Path | None:
        """The file in progress, or the last one."""
        return self._files.path

    def write(self, record: DriveRecord) -> None:
        """Record `record`, in order."""
        try:
            self._queue.put_nowait((time.monotonic(), record))
        except queue.Full:
            self._refused += 1

    def picture(self, frame: Frame) -> None:
        """Record the picture, if any are recorded. It must not be changed any more."""
        if self._video.mode == "off":
            return
        if self._frames_given - self._frames_taken >= _FRAMES_WAITING:
            self.pictures_dropped += 1
            return
        try:
            self._queue.put_nowait((time.monotonic(), frame))
            self._frames_given += 1
        except queue.Full:
            self.pictures_dropped += 1

    def health(self) -> RecorderHealth:
        """The recorder's part of the health message."""
        return RecorderHealth(
            path=str(self.path) if self.path else None,
            dropped=self.dropped,
            problem=self.problem,
            video=self._video.mode,
            pictures=self._files.pictures,
            pictures_dropped=self.pictures_dropped + self._files.pictures_failed,
            used_mib=round(self._folder.used_bytes / _BYTES_PER_MIB, 1),
            protected_mib=round(self._folder.protected_bytes / _BYTES_PER_MIB, 1),
            keep_mib=self._limits.keep_mib,
            marks=self._files.marks,
            last_mark=self._files.last_mark,
        )

    def close(self) -> None:
        """Write what is waiting, finish the file and stop, for as long as the disk answers."""
        self._stopping.set()
        while not self.thread.join(_POLL_S):
            if self.thread.busy_s > CLOSING_TIMEOUT_S:
                LOG.warning("the recording in %s is left unfinished: the disk does not answer", self._folder.directory)
                return

    def replace_thread(self) -> None:
        """Give up the file whose disk keeps the thread waiting, and go on in another one, on another thread."""
        in_hand, self._in_hand = self._in_hand, None
        self._frames_taken += isinstance(in_hand, Frame)
        problem = f"{self._folder.directory}: the disk has not answered for {self.thread.busy_s:.0f} s"
        self._files = self._files.successor(problem, lost=in_hand is not None and not isinstance(in_hand, Frame))
        self.thread.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        files = self._files
        if not self._begun.is_set():
            self._attempt(files, files.begin, lost=False)
            self._begun.set()
        while self.thread.is_current and not (self._stopping.is_set() and self._queue.empty()):
            self.thread.waits()
            item = self._in_hand = self._next()
            lost = item is not None and not isinstance(item, Frame)
            self._attempt(files, partial(self._write, files, item), lost=lost)
            if self.thread.is_current:
                self._frames_taken += isinstance(item, Frame)
                self._in_hand = None
        self._attempt(files, files.close, lost=False)

    def _write(self, files: RecordedFiles, item: DriveRecord | Frame | None) -> None:
        if item is not None:
            files.take(item)
        files.tend()

    def _attempt(self, files: RecordedFiles, action: Callable[[], None], *, lost: bool) -> None:
        self.thread.begins("writing")
        try:
            action()
        except (OSError, DriveError) as error:
            files.give_up(self._in_words(error), lost=lost)
        except Exception as error:  # the next record may go better
            LOG.exception("recording failed")
            files.give_up(f"{type(error).__name__}: {error}", lost=lost)

    def _in_words(self, error: Exception) -> str:
        what, folder = reason(error), str(self._folder.directory)
        return what if what.startswith(folder) else f"{folder}: cannot record: {what}"

    def _next(self) -> DriveRecord | Frame | None:
        """What is to be written next, or None when there was nothing for a while."""
        try:
            return self._queue.get(timeout=_POLL_S)[1]
        except queue.Empty:
            return None

    def _lag_s(self) -> float:
        """For how many seconds what is to be written next has waited: 0 without any."""
        try:
            came_s: float = self._queue.queue[0][0]
        except IndexError:
            return 0.0
        return max(0.0, time.monotonic() - came_s)
