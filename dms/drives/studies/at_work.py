"""One process at a time works on a study: a lock that the kernel lets go of when its holder ends, however that ends.

A POSIX lock and not a `flock`: the kernel tells who holds it, and the processes that a search starts do not inherit it.
"""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

from dms.errors import DriveError, UsageError

NAME = "study.lock"
_FLOCK = "hhqqi"
"""`struct flock` of fcntl(2): type, whence, start, length, process."""


class AtWork:
    """Holds the lock of the study in `folder`, which is made if it is not there.

    Raises:
        UsageError: another process holds it.
        DriveError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise DriveError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            if isinstance(error, BlockingIOError | PermissionError):
                who = _holder(path)
                by = f"process {who}" if who else "another process"
                raise UsageError(f"{folder}: {by} is at work on this study; --out chooses another folder") from error
            raise DriveError(f"{path}: cannot be locked: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._file)


def at_work_on(folder: Path) -> int | None:
    """The process that is at work on the study in `folder`; 0 if it is not one of this machine, None if there is none.

    Raises:
        DriveError: that cannot be seen.
    """
    path = folder / NAME
    try:
        return _holder(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DriveError(f"{path}: {error.strerror}") from error


def _holder(path: Path) -> int | None:
    # To ask is not to hold: opening and closing a file lets go of this process's own locks on it, of which it has none here.
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, process = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    finally:
        os.close(file)
    return None if kind == fcntl.F_UNLCK else max(0, process)
