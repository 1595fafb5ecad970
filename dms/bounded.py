"""Files that others wrote, opened such that none can hold up or fill up whoever reads it.

A named pipe waits for its writer, a device has no end, and what the kernel makes up as it is read has no size to look at
before. So only files are opened, and whatever is read at once is read up to a limit.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

_PIECE_BYTES = 1 << 20
_KINDS = {
    stat.S_IFIFO: "a named pipe, not a file",
    stat.S_IFSOCK: "a socket, not a file",
    stat.S_IFCHR: "a device, not a file",
    stat.S_IFBLK: "a device, not a file",
}


def open_file(path: Path, buffer_bytes: int = io.DEFAULT_BUFFER_SIZE) -> io.BufferedReader:
    """Returns a file, opened for reading.

    Raises:
        OSError: it cannot be opened, or is no file.
    """
    _check(path, os.stat(path))  # before it is opened: opening a device can set it off, as it does a watchdog
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        _check(path, os.fstat(descriptor))  # again: it may have changed its place with another
        os.set_blocking(descriptor, True)
        return io.BufferedReader(io.FileIO(descriptor, "rb"), buffer_bytes)
    except BaseException:
        os.close(descriptor)
        raise


def read_at_most(path: Path, most_bytes: int) -> bytes:
    """Returns the content of a file. Never more than `most_bytes` and a piece of it are held, whatever size it claims to have.

    Raises:
        OSError: it cannot be read, is no file, or is larger than that.
    """
    pieces, room = [], most_bytes + 1
    with open_file(path) as file:
        while room > 0 and (piece := file.read(min(room, _PIECE_BYTES))):
            pieces.append(piece)
            room -= len(piece)
    if room == 0:
        raise OSError(errno.EFBIG, f"larger than {most_bytes} bytes, the most that such a file has", str(path))
    return b"".join(pieces)


def _check(path: Path, status: os.stat_result) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, _KINDS.get(kind, "not a file"), str(path))
