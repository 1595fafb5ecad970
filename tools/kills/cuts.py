"""Cuts of power: an ext4 file system on a loop device that stops from one moment to the next, as if its power had failed.

The kernel is told to shut the file system down without writing its log (EXT4_IOC_SHUTDOWN, as xfstests do): whatever was not on
the device by then never comes to be. The image is repaired with e2fsck and mounted again. What the device itself had acknowledged
counts as durable: a card that lies about its cache is beyond this trial.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from dms.errors import DmsError

IMAGE_MIB = 96
RELEASING_S = 300.0
_SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN: _IOR('X', 125, __u32)."""
_WITHOUT_LOG = 2
_REPAIRED = 1  # e2fsck(8): errors were corrected
_TOOLS = ("mkfs.ext4", "e2fsck", "mount", "umount")


class Disk:
    """An image `path` with an ext4 file system, mounted on `mount` from construction to `close`.

    Raises:
        DmsError: this user may not mount it, or the tools are missing.
    """

    def __init__(self, path: Path, mount: Path) -> None:
        missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
        if missing:
            raise DmsError(f"cuts of power need {', '.join(missing)} (Debian: e2fsprogs, mount)")
        self._image, self._mount = path, mount
        self.repairs = 0
        mount.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(IMAGE_MIB * 2**20)
        _run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(path)])
        self._attach()

    def cut(self) -> None:
        """The power fails."""
        folder = os.open(self._mount, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, struct.pack("I", _WITHOUT_LOG))
        finally:
            os.close(folder)

    def come_back(self) -> None:
        """The power is back: the file system is repaired and mounted. Nobody may have a file on it open.

        Raises:
            DmsError: it cannot be repaired.
        """
        _run(["umount", str(self._mount)])
        self._wait_until_released()
        answer = subprocess.run(["e2fsck", "-fy", str(self._image)], capture_output=True, text=True, check=False)
        if answer.returncode > _REPAIRED:
            raise DmsError(f"{self._image}: e2fsck ended with {answer.returncode}:\n{answer.stdout}")
        self.repairs += answer.returncode == _REPAIRED
        self._attach()

    def close(self) -> None:
        """Unmount it."""
        _run(["umount", str(self._mount)])

    def _wait_until_released(self) -> None:
        """A container that was started meanwhile has a copy of every mount, and would be given the dead file system again."""
        give_up = time.monotonic() + RELEASING_S
        while any(_backing(loop) == str(self._image) for loop in Path("/sys/block").glob("loop*")):
            if time.monotonic() > give_up:
                raise DmsError(f"{self._image}: still mounted after {RELEASING_S:g} s, in the mount namespace of another program")
            time.sleep(0.02)

    def _attach(self) -> None:
        _run(["mount", "-o", "loop", str(self._image), str(self._mount)])


def _backing(loop: Path) -> str | None:
    """The file behind a loop device, None if there is none."""
    try:
        return (loop / "loop" / "backing_file").read_text().strip()
    except OSError:
        return None


def _run(command: Sequence[str]) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise DmsError(f"{' '.join(command)}: {answer.stderr.strip()}; cuts of power need root and loop devices")
