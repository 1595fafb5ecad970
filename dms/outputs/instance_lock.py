"""One instance at a time: a lock that is held while the process lives, taken before anything shared is touched.

Binding a ZeroMQ socket to an `ipc://` path that another process serves succeeds and silently takes the path away from it, and
two writers on one SQLite file are asking for trouble. The kernel releases the lock when its holder dies, however it dies, so
a lock file left behind means nothing and is never removed.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

from dms.durable import keep_owner
from dms.errors import DmsError


class AlreadyRunningError(DmsError):
    """Another instance holds what this one needs."""


class InstanceLock:
    """An exclusive `flock` on `path`, held from construction to `release`.

    `subject` names, in the message, what is taken. Missing parent directories are the caller's to create.

    Raises:
        AlreadyRunningError: another process, or another part of this one, holds the lock; the message names it.
        OSError: the lock file cannot be opened or written; nothing is held then.
    """

    def __init__(self, path: Path, subject: str) -> None:
        is_new = not path.exists()
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = self._holder()
            self.release()
            if error.errno != errno.EWOULDBLOCK:
                raise OSError(error.errno, _no_lock(error), str(path)) from error
            raise AlreadyRunningError(f"{subject} is in use by another instance, process {holder} (lock file {path})") from error
        try:
            if is_new:
                keep_owner(self._file, path.parent)  # else root's command would lock the service out
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            self.release()  # else the next attempt would find this one in its way
            error.filename = str(path)
            raise

    def _holder(self) -> str:
        try:
            return os.read(self._file, 32).decode(errors="replace").strip() or "unknown"
        except OSError:
            return "unknown"

    @property
    def released(self) -> bool:
        """Whether the lock has been released."""
        return self._file < 0

    @property
    def in_place(self) -> bool:
        """Whether another instance would meet this lock: its file was neither deleted nor moved, nor its folder replaced."""
        if self.released:
            return False
        held = os.fstat(self._file)
        try:
            there = os.stat(self._path, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # for now it cannot be seen, which tells nothing
            return True
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def release(self) -> None:
        """Release the lock. Releasing twice does no harm."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _no_lock(error: OSError) -> str:
    if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
        return f"{error.strerror}: its file system has no locks; give another path"
    return error.strerror or str(error)
