"""Files that are written whole: a reader, and whoever comes after a loss of power, finds the old content or the new one."""

from __future__ import annotations

import errno
import os
import re
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

UNFINISHED = ".unfinished"
"""How the names of files in progress end; after a crash they may be deleted."""


def real_place(path: Path) -> Path:
    """Where `path` leads when links are followed: what is written, replaced or erased is the file, never the link to it."""
    return Path(os.path.realpath(path))


class WholeFile:
    """A file that takes the place of `place` once it is finished. Until then it is written to `path`, beside it.

    A link stays, and the file that it leads to is replaced. As a context manager it is finished at the end of the block, or given
    up if the block raises. The name of `path` belongs to this process alone, even in a folder that several machines share.
    """

    def __init__(self, place: Path) -> None:
        self.place = place = real_place(place)
        self.path = place.with_name(f"{place.name}.{socket.gethostname()}-{os.getpid()}{UNFINISHED}")

    def secure(self) -> None:
        """Bring what was written to the disk: after that, putting it in place is a change of names.

        Raises:
            OSError: the disk refuses, or there is a device or a folder where it is to be.
        """
        if self.place.is_dir():
            raise OSError(errno.EISDIR, "there is a folder", str(self.place))
        if is_special(self.place):
            raise OSError(errno.EEXIST, "there is a device or a pipe, which no file is to replace", str(self.place))
        with self.path.open("rb") as file:
            keep_owner(file.fileno(), self.place)
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Bring what was written to the disk and put it in place.

        Raises:
            OSError: the disk refuses, or there is a device; what was in place before still is.
        """
        try:
            self.secure()
            self.path.replace(self.place)
        finally:
            self.give_up()
        sync_folder(self.place.parent)

    def give_up(self) -> None:
        """Leave nothing half written behind."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.finish()
        else:
            self.give_up()


def keep_owner(descriptor: int, place: Path) -> None:
    """Give what root writes to the owner of what it replaces, or of the folder it is new in: the service has to read it."""
    if os.geteuid() == 0:
        owner = (place if place.exists() else place.parent).stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone: what lies in it is about people's faces.

    The folders that are there already stay as their owner made them.

    Raises:
        OSError: it cannot be made.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):  # somebody else has just made it
            each.mkdir(mode=0o700)


def write_whole(path: Path, content: str) -> None:
    """Write `content` in UTF-8, line ends as given, in place of `path`; or into it, if it is a device or a pipe.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    if is_special(path):
        path.write_text(content, encoding="utf-8", newline="")
        return
    with WholeFile(path) as file:
        file.path.write_text(content, encoding="utf-8", newline="")


def is_special(path: Path) -> bool:
    """Whether there is a device, a pipe or a socket, as `/dev/null` is: nobody wants a file in the place of that."""
    return path.exists() and not path.is_file() and not path.is_dir()


def clear_leavings(place: Path) -> list[Path]:
    """Delete what processes of this machine that no longer live have left half written beside `place`; returns what is gone.

    Raises:
        OSError: the folder cannot be read, or a file not be deleted.
    """
    place = real_place(place)
    ours = re.escape(f"{place.name}.{socket.gethostname()}-")
    pattern = re.compile(rf"{ours}(?P<pid>\d{{1,10}}){re.escape(UNFINISHED)}")
    gone: list[Path] = []
    for path in place.parent.iterdir() if place.parent.is_dir() else ():
        left = pattern.fullmatch(path.name)
        if left and not Path(f"/proc/{left['pid']}").exists():
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def file_identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from another one that takes its place; None if there is none.

    Raises:
        OSError: it cannot be seen.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def sync_folder(folder: Path) -> None:
    """Wait until the names in the folder are on the disk.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
