"""What the process uses of its machine (CPU, memory, temperature), and the versions of what it runs on."""

from __future__ import annotations

import platform
import resource
import sqlite3
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dms import __version__
from dms.errors import ConfigurationError
from dms.watched_thread import threads_to_be_had

LIBRARIES = (
    "numpy",
    "opencv-python-headless",
    "opencv-python",
    "onnxruntime",
    "torch",
    "pyzmq",
    "sqlalchemy",
    "transitions",
    "pydantic",
)
_THERMAL_ZONES = Path("/sys/class/thermal")
DESCRIPTORS = 8192
"""The service itself needs forty. The rest is for connections that are about to be hung up on: ZeroMQ ends the process when it
has no descriptor left to accept one with."""


FEWEST_DESCRIPTORS = 4096
"""What Linux allows by itself. Of each of two sockets, 1600 connections may wait to be hung up on (`Connections`); nine thousand
programs that connected at once to a service on a starved processor took 1156 descriptors."""
THREADS = 32
"""Above what the service has with all of its parts. ZeroMQ ends the process when it gets no thread."""


def versions() -> dict[str, str]:
    """Return the versions of the program, the interpreter, SQLite and the libraries that matter here."""
    found = {"dms": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def temperature_c(zones: Path = _THERMAL_ZONES) -> float | None:
    """Return the temperature of the hottest thermal zone in degrees Celsius, or None if none can be read."""
    try:
        sensors = [*zones.glob("thermal_zone*/temp")]
    except OSError:
        return None
    readings = []
    for sensor in sensors:
        try:
            readings.append(int(sensor.read_text()) / 1000.0)
        except (OSError, ValueError):  # a sensor that is asleep says EAGAIN; the others still count
            continue
    return max(readings, default=None)


def cpu_s() -> float | None:
    """Return the CPU time of this process in seconds since its start, None if the clock does not tell it now."""
    try:
        return time.process_time()
    except OSError:
        return None


def allow_descriptors(wanted: int = DESCRIPTORS) -> int:
    """Let this process have `wanted` descriptors open, as far as its administrator allows. Returns the limit that holds now.

    Raises:
        ConfigurationError: they are so few that whoever may connect to the bus could end the service by connecting often.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft < FEWEST_DESCRIPTORS:
        raise ConfigurationError(
            f"at most {soft} descriptors may be open: ZeroMQ ends the process when programs connect and none is left; "
            f"let it have {FEWEST_DESCRIPTORS} or more (LimitNOFILE=, ulimit -n, podman run --ulimit nofile=)"
        )
    return soft


def check_threads(wanted: int = THREADS) -> None:
    """Look whether the service gets the threads that it needs.

    Raises:
        ConfigurationError: it does not.
    """
    if (given := threads_to_be_had(wanted)) < wanted:
        raise ConfigurationError(
            f"only {given} more threads are to be had, and libraries end the process when they get none; let it have {wanted} "
            f"or more (TasksMax=, ulimit -u, podman run --pids-limit=; each takes {_stack_mib()} of address space, ulimit -v)"
        )


def _stack_mib() -> str:
    size, _ = resource.getrlimit(resource.RLIMIT_STACK)
    return "8 MiB" if size == resource.RLIM_INFINITY else f"{size / 2**20:g} MiB"


class CpuMeter:
    """Measures the CPU time of the whole process between two calls."""

    def __init__(self) -> None:
        self._cpu_s, self._wall_s = cpu_s(), time.monotonic()

    def percent(self) -> float | None:
        """Return the CPU time since the last call, in percent of one core; None if it is not known."""
        (before_s, before_wall_s), (now_s, wall_s) = (self._cpu_s, self._wall_s), (cpu_s(), time.monotonic())
        self._cpu_s, self._wall_s = now_s, wall_s
        if before_s is None or now_s is None or wall_s <= before_wall_s:
            return None
        return 100.0 * (now_s - before_s) / (wall_s - before_wall_s)
