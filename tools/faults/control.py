"""The file that the service under `shim.c` shares with whoever injects faults into it, and the compiling of the shim."""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from dms.errors import DmsError

SHIM = Path(__file__).with_name("shim.c")
SHORT, SLOW = 4096, 4097
"""In place of an error: a write that takes half of the bytes; a call that sleeps before it is done."""
ANY_ERROR = 0
_BESIDE_ERRORS = {
    SHORT: "short",
    SLOW: "slow",
    4098: "it is 1970",
    4099: "it is 2038",
    4100: "it is 2231",
    -1: "on the thread of the frames",
}
ALL_OF_THEM = 2**63


class Kind(IntEnum):
    """What a call is about. A path with `.db` in it is a database's."""

    FILES = 1
    DATABASE = 2
    SOCKETS = 3
    CLOCK = 4


class _Entry(ctypes.Structure):
    _fields_ = (
        ("call", ctypes.c_uint64),
        ("kind", ctypes.c_int32),
        ("error", ctypes.c_int32),
        ("function", ctypes.c_char * 16),
        ("path", ctypes.c_char * 96),
    )


class _Control(ctypes.Structure):
    """`struct control` of the shim."""

    _fields_ = (
        ("armed", ctypes.c_uint32),
        ("error", ctypes.c_int32),
        ("first", ctypes.c_uint64),
        ("every", ctypes.c_uint64),
        ("most", ctypes.c_uint64),
        ("slow_ms", ctypes.c_uint64),
        ("calls", ctypes.c_uint64),
        ("failed", ctypes.c_uint64),
        ("seen", ctypes.c_uint64 * 5),
        ("on_main_thread", ctypes.c_uint64),
        ("watch_main", ctypes.c_uint32),
        ("logged", ctypes.c_uint32),
        ("only", ctypes.c_char * 96),
        ("log", _Entry * 4096),
    )


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault as it was injected: into which call of which kind since arming, and with which error."""

    call: int
    kind: Kind
    function: str
    path: str
    error: int

    def __str__(self) -> str:
        error = _BESIDE_ERRORS.get(self.error)
        return f"{self.function}({self.path}) [{self.kind.name.lower()} call {self.call}]: {error or os.strerror(self.error)}"


class Control:
    """The control file `path`, made anew. `environment` is what the service needs to be under it.

    `clock_rate` is how many seconds pass in the service while one passes outside.

    Raises:
        DmsError: there is no C compiler, or it refuses the shim.
    """

    def __init__(self, path: Path, clock_rate: float = 1.0) -> None:
        self.clock_rate = clock_rate
        path.write_bytes(bytes(ctypes.sizeof(_Control)))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)
        self._control = _Control.from_buffer(self._shared)
        self.environment = {
            "LD_PRELOAD": str(compiled(path.with_suffix(".so"))),
            "DMS_FAULTS": str(path),
            "DMS_CLOCK_RATE": str(clock_rate),
        }

    def arm(
        self,
        *kinds: Kind,
        first: int = 1,
        every: int = 1,
        most: int = ALL_OF_THEM,
        error: int = ANY_ERROR,
        slow_ms: int = 0,
        only: str = "",
    ) -> None:
        """From now on the calls of these kinds count, and call number `first` and each `every`-th after it fails, at most `most`.

        `only` confines that to paths that contain it. `error` is an errno, or one of the calls' own in turn.
        """
        control = self._control
        control.armed = 0
        control.first, control.every, control.most = first, every, most
        control.error, control.slow_ms, control.only = error, slow_ms, only.encode()
        control.calls = control.failed = control.logged = 0
        control.armed = sum(1 << kind for kind in kinds)

    def disarm(self) -> None:
        """No call fails any more."""
        self._control.armed = 0

    def watch_main_thread(self) -> None:
        """From now on calls of the main thread that may wait for a disk are counted, and logged."""
        self._control.watch_main = 1

    @property
    def calls(self) -> int:
        """How many calls there were since it was armed."""
        return int(self._control.calls)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return int(self._control.failed)

    @property
    def seen(self) -> dict[Kind, int]:
        """How many calls of each kind there were since the service began."""
        return {kind: int(self._control.seen[kind]) for kind in Kind}

    @property
    def on_main_thread(self) -> int:
        """How many calls of the main thread might have waited for a disk."""
        return int(self._control.on_main_thread)

    def injected(self) -> Iterator[Injected]:
        """What failed since it was armed, as far as there was room for it."""
        for place in range(min(int(self._control.logged), len(self._control.log))):
            entry = self._control.log[place]
            yield Injected(entry.call, Kind(entry.kind), entry.function.decode(), os.fsdecode(entry.path), entry.error)


def compiled(library: Path) -> Path:
    """Compile the shim into `library`.

    Raises:
        DmsError: there is no C compiler, or it refuses.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise DmsError("faults cannot be injected: there is no C compiler `cc` here (Debian: gcc libc6-dev)")
    command = [compiler, "-std=gnu11", "-O2", "-shared", "-fPIC", "-o", str(library), str(SHIM), "-ldl", "-lpthread"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise DmsError(f"{SHIM}: cannot be compiled:\n{answer.stderr}")
    return library
