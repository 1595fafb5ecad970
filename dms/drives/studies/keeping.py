"""Keeping the course of a study while it goes on, for whoever watches."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from dms.drives.studies.at_work import AtWork
from dms.drives.studies.course import Begun, Course, Ground, Phase, read_course, write_course
from dms.errors import DmsError, DriveError, UsageError

WRITE_EVERY_S = 0.5


class Stopped(DmsError):
    """Somebody stopped it; what was done is kept."""


class Keeping:
    """At work on the study in `folder`, and telling how far it is; as a context manager it also tells how it ended.

    A study that refuses to be gone on with in this way stays as it was.

    Raises:
        UsageError: another process is at work on it.
        DriveError: the folder cannot be written.
    """

    def __init__(self, folder: Path, begun: Begun) -> None:
        self._folder = folder
        self._course = Course(begun, "cues", os.getpid(), socket.gethostname())
        self._before: Course | None = None
        self._written_s = float("-inf")

    def __enter__(self) -> Self:
        self._lock = AtWork(self._folder)
        try:
            self._before = read_course(self._folder)
        except DriveError:  # a damaged one is written anew
            self._before = None
        return self

    def begins(self, phase: Phase, total: int, begun_at: int = 0) -> None:
        """So many drives or packs are to be done, of which some were done earlier."""
        now_utc = time.time()
        self._course = replace(self._course, phase=phase, done=begun_at, total=total, begun_at=begun_at, since_utc=now_utc)
        self._write()

    def stands_on(self, ground: Ground) -> None:
        """What is tuned on what."""
        self._course = replace(self._course, ground=ground)

    def done(self, number: int) -> None:
        """So many are done."""
        self._course = replace(self._course, done=number)
        if time.monotonic() - self._written_s >= WRITE_EVERY_S:
            self._write()

    def done_one(self) -> None:
        """One more is done."""
        self.done(self._course.done + 1)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            if isinstance(error, UsageError):
                self._put_back()
            else:
                phase, problem = _ending(error)
                self._course = replace(self._course, phase=phase, problem=problem)
                self._write()

    def _put_back(self) -> None:
        if self._before is not None:
            write_course(self._folder, self._before)

    def _write(self) -> None:
        self._written_s = time.monotonic()
        self._course = replace(self._course, told_utc=time.time())
        write_course(self._folder, self._course)


def _ending(error: BaseException | None) -> tuple[Phase, str | None]:
    if error is None:
        return "done", None
    if isinstance(error, Stopped | KeyboardInterrupt):
        return "stopped", None
    return "failed", str(error) or type(error).__name__
