"""What the process uses of its machine (CPU, memory, temperature), and the versions of what it runs on."""

from __future__ import annotations

import platform
import resource
import sqlite3
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dms import __version__

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
_MEBIBYTE = 2**20


def versions() -> dict[str, str]:
    """Return the versions of the program, the interpreter, SQLite and the libraries that matter here."""
    found = {"dms": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def resident_mib() -> float:
    """Return the resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / _MEBIBYTE


def temperature_c(zones: Path = _THERMAL_ZONES) -> float | None:
    """Return the temperature of the hottest thermal zone in degrees Celsius, or None if none can be read."""
    readings = []
    for sensor in zones.glob("thermal_zone*/temp"):
        try:
            readings.append(int(sensor.read_text()) / 1000.0)
        except (OSError, ValueError):  # a sensor that is asleep says EAGAIN; the others still count
            continue
    return max(readings, default=None)


class CpuMeter:
    """Measures the CPU time of the whole process between two calls."""

    def __init__(self) -> None:
        self._cpu_s, self._wall_s = time.process_time(), time.monotonic()

    def percent(self) -> float:
        """Return the CPU time since the last call, in percent of one core."""
        cpu_s, wall_s = time.process_time(), time.monotonic()
        used, passed = cpu_s - self._cpu_s, wall_s - self._wall_s
        self._cpu_s, self._wall_s = cpu_s, wall_s
        return 100.0 * used / passed if passed > 0 else 0.0
