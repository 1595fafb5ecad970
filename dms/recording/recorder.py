"""Recording drives while the service runs: records and pictures are handed over, and written away from the frame path."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from dms.errors import DriveError, reason
from dms.health import RecorderHealth
from dms.recording.folder import RecordingLimits, RecordingsFolder
from dms.recording.kept_pictures import VideoSettings
from dms.recording.recorded_files import FILE_DURATION_S, RecordedFiles
from dms.types import DriveRecord, Frame

LOG = logging.getLogger(__name__)

_POLL_S = 0.2
_BACKLOG = 20_000  # ten minutes of observations: a disk that sleeps longer than that is broken
_FRAMES_WAITING = 45  # a disk may take this long to sync; a frame may take a megabyte
_BYTES_PER_MIB = 1024 * 1024
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
        self._queue: queue.Queue[DriveRecord | Frame] = queue.Queue(_BACKLOG)
        self._frames_given = self._frames_taken = 0  # a counter for each thread: their difference needs no lock
        self._stopping = threading.Event()
        self._folder = RecordingsFolder(directory, limits)
        self._files = RecordedFiles(self._folder, metadata, video, file_duration_s)
        try:
            self._files.begin()
        except (OSError, DriveError) as error:
            self._files.give_up(f"{directory}: cannot record: {reason(error)}", lost=False)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

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
            self._queue.put_nowait(record)
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
            self._queue.put_nowait(frame)
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
        """Write what is waiting, finish the file and stop."""
        self._stopping.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._queue.empty()):
            item = self._next()
            lost = item is not None and not isinstance(item, Frame)
            try:
                if item is not None:
                    self._files.take(item)
                self._files.tend()
            except (OSError, DriveError) as error:
                self._files.give_up(reason(error), lost=lost)
            except Exception as error:  # a thread that ended would be noticed by nobody, and the next record may go better
                LOG.exception("recording failed")
                self._files.give_up(f"{type(error).__name__}: {error}", lost=lost)
            self._frames_taken += isinstance(item, Frame)
        try:
            self._files.close()
        except OSError as error:
            self._files.give_up(reason(error), lost=False)

    def _next(self) -> DriveRecord | Frame | None:
        """What is to be written next, or None when there was nothing for a while."""
        try:
            return self._queue.get(timeout=_POLL_S)
        except queue.Empty:
            return None
