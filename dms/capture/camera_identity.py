"""Which camera a device file leads to: Linux gives numbers as cameras come, and after an unplugging `/dev/video0` may be another.

A driver who is taken for the road, or the road for a driver, is worse than a camera that is said to be away.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dms.errors import SourceError

BY_ID = Path("/dev/v4l/by-id")
"""Where udev names USB cameras after their maker, model and serial number."""
_QUERYCAP = 0x80685600  # VIDIOC_QUERYCAP of linux/videodev2.h
_CAPABILITY = struct.Struct("16s32s32s24x")
_NUMBERED = re.compile(r"/dev/video\d+")


@dataclass(frozen=True, slots=True)
class CameraIdentity:
    """A camera as its driver names it, the port that it is at, and its serial number if it is known to have one."""

    driver: str
    card: str
    port: str
    serial: str | None = None

    def may_be(self, other: CameraIdentity) -> bool:
        """Whether both can be one camera: it may have been put into another port, but it keeps its name and its number."""
        return (self.driver, self.card, self.serial) == (other.driver, other.card, other.serial)

    def __str__(self) -> str:
        number = f", serial number {self.serial}" if self.serial else ""
        return f"'{self.card}' at {self.port or 'no port'}{number}"


def identity_of(path: str) -> CameraIdentity | None:
    """The camera at a device file, None if it cannot be told."""
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        answer = fcntl.ioctl(device, _QUERYCAP, bytes(_CAPABILITY.size))
        number = os.fstat(device).st_rdev
    except OSError:
        return None
    finally:
        os.close(device)
    driver, card, port = (each.split(b"\0")[0].decode(errors="replace") for each in _CAPABILITY.unpack(answer))
    return CameraIdentity(driver, card, port, _usb_serial(number))


def _usb_serial(number: int) -> str | None:
    """The serial number of the USB device whose interface has the device file of this number."""
    interface = Path(f"/sys/dev/char/{os.major(number)}:{os.minor(number)}/device")
    try:
        return (interface.resolve().parent / "serial").read_text(errors="replace").strip() or None
    except OSError:
        return None


def is_numbered(path: str) -> bool:
    """Whether it is a name that says nothing about the camera, such as `/dev/video0`. Others are somebody's choice."""
    return _NUMBERED.fullmatch(path) is not None


def lasting_names(path: Path, folder: Path = BY_ID) -> list[Path]:
    """The names below `folder` that lead to a camera."""
    try:
        return sorted(each for each in folder.iterdir() if each.resolve() == path.resolve())
    except OSError:
        return []


class KnownCamera:
    """Remembers which camera `path` led to at first. A number has to lead to the same one ever after; for any other name it is
    only said that it leads to another."""

    def __init__(self, path: str, look: Callable[[str], CameraIdentity | None] = identity_of) -> None:
        self._path, self._look = path, look
        self._known: CameraIdentity | None = None

    def recognise(self) -> list[str]:
        """Look which camera is there, and return what is to be said of it.

        Raises:
            SourceError: it is another one than before, under a number.
        """
        found, before = self._look(self._path), self._known
        if found is None or found == before:
            return []
        if before is None:
            self._known = found
            return [f"it is {found}"]
        if not found.may_be(before) and is_numbered(self._path):
            raise SourceError(
                f"{self._path}: another camera has this number now, {found}; it was {before}. Name the camera by what it is "
                f"({BY_ID}), or start the service anew to watch this one"
            )
        self._known = found
        return [f"it is {found} now, it was {before}"]
