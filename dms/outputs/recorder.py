"""Recording drives while the service runs: a new file per drive and per hour, written away from the frame path."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from dms.errors import DriveError
from dms.outputs.drive_file import FLUSH_EVERY_S, DriveFile
from dms.types import DriveRecord, DriverInput

FILE_DURATION_S = 3600.0
RETRY_AFTER_S = 10.0
_POLL_S = 0.2
_BACKLOG = 20_000  # ten minutes of observations: a disk that sleeps longer than that is broken


class Recorder:
    """Writes every record it is given into `directory`, on a thread of its own.

    `write` never waits and never raises: what the disk does not take is counted in `dropped`, `problem` says why, and a new
    file is tried every 10 s. `metadata` (hashes of configuration, pack and models …) goes into each file.

    Raises:
        DriveError: the directory cannot be created or written when the recorder starts.
    """

    def __init__(self, directory: Path, metadata: Mapping[str, str], *, file_duration_s: float = FILE_DURATION_S) -> None:
        self.dropped = 0
        self.problem: str | None = None
        self.path: Path
        self._directory = directory
        self._metadata = dict(metadata)
        self._file_duration_s = file_duration_s
        self._queue: queue.Queue[DriveRecord | None] = queue.Queue(_BACKLOG)
        self._stopping = threading.Event()
        self._retry_at = 0.0
        self._synced_at = time.monotonic()
        self._file: DriveFile | None = None
        self._begin_drive()
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DriveError(f"{directory}: cannot record: {error.strerror}") from error
        self._open()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """How many records wait to be written."""
        return self._queue.qsize()

    def write(self, record: DriveRecord) -> None:
        """Record `record`, in order."""
        try:
            self._queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1

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
            record = self._next()
            try:
                self._take(record)
            except (OSError, DriveError) as error:
                self._give_up(str(error), lost=record is not None)
        try:
            if self._file is not None:
                self._file.close()
        except OSError as error:
            self._give_up(str(error), lost=False)

    def _next(self) -> DriveRecord | None:
        """The next record, or None when there was none for a while."""
        try:
            return self._queue.get(timeout=_POLL_S)
        except queue.Empty:
            return None

    def _take(self, record: DriveRecord | None) -> None:
        if isinstance(record, DriverInput) and record.action == "new_drive":
            self._close_part()
            self._begin_drive()
        elif self._file is not None and self._file.duration_s >= self._file_duration_s:
            self._close_part()
        if record is not None:
            self._write(record)
        if self._file is not None and time.monotonic() - self._synced_at >= FLUSH_EVERY_S:
            self._synced_at = time.monotonic()
            self._file.flush()
            self._file.sync()

    def _write(self, record: DriveRecord) -> None:
        if self._file is None and time.monotonic() >= self._retry_at:
            self._open()
        if self._file is None:
            self.dropped += 1
        else:
            self._file.write(record)

    def _begin_drive(self) -> None:
        self._drive = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        self._part = 0

    def _open(self) -> None:
        self._part += 1
        path = self._directory / f"{self._drive}-part{self._part:02d}.mcap"
        while path.exists():
            self._part += 1
            path = self._directory / f"{self._drive}-part{self._part:02d}.mcap"
        self._file = DriveFile(path, {**self._metadata, "drive": self._drive, "part": str(self._part)})
        self.path = path
        self.problem = None

    def _close_part(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _give_up(self, problem: str, *, lost: bool) -> None:
        self.problem = problem
        self.dropped += lost
        self._retry_at = time.monotonic() + RETRY_AFTER_S
        if self._file is not None:
            self._file.abandon()
            self._file = None
