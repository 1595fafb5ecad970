"""`python -m tools.benchmarks.day`: what the service takes of its machine over a day, and over a real hour of recording.

The day passes in accelerated time, without networks: a scripted driver is played (`tools.faults.played`). The hour is `dms run`
on the bundled drive, over and over, with all pictures recorded. Memory, descriptors, threads and files are looked at as it goes:
after the first twelfth they are to stay as they are. Exit code 1 if one of them does not.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.faults.control import Control
from tools.faults.played import FILM_SCHEME, SCHEME
from tools.faults.service import REAL, ROOT, PlayedService

LOOKS = 144
WARM_UP_SHARE = 1 / 12
"""Libraries load what they need with the first frames, and the journal's cache fills with the first alerts."""
MOST_MEMORY_GROWTH_MIB = 8.0
CLOCK_RATE = 40.0
FPS = 5.0
REAL_FPS = 30.0
KEEP_MIB = 64.0
_MEBIBYTE = 2**20
_FILM = ROOT / "tests/data/drives/day_colour.mp4"


@dataclass(frozen=True, slots=True)
class Look:
    """What the service takes at one moment, `at_h` hours of its own time after its start."""

    at_h: float
    memory_mib: float
    descriptors: int
    threads: int
    files: int
    disk_mib: float


def main() -> None:
    """Run both, as long as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.day", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="in accelerated time; 0 for none")
    parser.add_argument("--real-minutes", type=float, default=60.0, help="0 for none")
    parser.add_argument("--clock-rate", type=float, default=CLOCK_RATE)
    options = parser.parse_args()
    grown: list[str] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which leaves no service behind
    with tempfile.TemporaryDirectory(prefix="dms-day-") as folder:
        if options.hours:
            grown += _accelerated(Path(folder) / "day", options.hours, options.clock_rate)
        if options.real_minutes:
            grown += _real(Path(folder) / "hour", options.real_minutes / 60.0)
    for each in grown:
        print(f"NOT FLAT: {each}")
    sys.exit(bool(grown))


def _accelerated(folder: Path, hours: float, clock_rate: float) -> list[str]:
    folder.mkdir()
    control = Control(folder / "control", clock_rate)
    record = {"folder": str(folder / "state" / "drives"), "free_mib": 16.0, "keep_mib": KEEP_MIB}
    service = PlayedService(folder, control.environment, source=f"{SCHEME}://{FPS:g}", settings={"record": record})
    return _watched(f"{hours:g} h at {clock_rate:g} times the speed", service, hours, clock_rate)


def _real(folder: Path, hours: float) -> list[str]:
    record = {"folder": str(folder / "state" / "drives"), "free_mib": 16.0, "keep_mib": 512.0, "video": "all"}
    film = f"{FILM_SCHEME}://{_FILM}?fps={REAL_FPS:g}"
    service = PlayedService(folder, {}, source=film, settings={"record": record}, program=REAL)
    return _watched(f"{60 * hours:g} real minutes at {REAL_FPS:g} frames a second, all pictures recorded", service, hours, 1.0)


def _watched(name: str, service: PlayedService, hours: float, clock_rate: float) -> list[str]:
    """Watch the service for so many hours of its own time. Returns what has grown, in words."""
    with service:
        service.wait_until("a first observation", lambda heard: heard.observations > 0)
        began_s = time.monotonic()
        looks: list[Look] = []
        for number in range(1, LOOKS + 1):
            due_s = began_s + hours * 3600 / clock_rate * number / LOOKS
            time.sleep(max(0.0, due_s - time.monotonic()))
            looks.append(_look(service, (time.monotonic() - began_s) * clock_rate / 3600))
        health, heard = service.heard.health, service.heard
        code = service.stop()
        lost, missing = service.missing()
    print(f"{name}: {health['frames']} frames, {sum(health['dropped'].values())} dropped, {len(heard.alerts)} alerts heard")
    print(f"  acknowledged and lost: {len(lost)}; not in the journal: {len(missing)}; exit code {code}")
    settled = [look for look in looks if look.at_h >= WARM_UP_SHARE * hours]
    grown = [*_report(settled)]
    if code or lost:
        grown.append(f"{name}: exit code {code}, {len(lost)} acknowledged alerts lost")
    return grown


def _look(service: PlayedService, at_h: float) -> Look:
    process = service.process.pid
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    files = [path for path in (service.folder / "state").rglob("*") if path.is_file()]
    disk = sum(path.stat().st_size for path in files)
    return Look(at_h, pages * 4096 / _MEBIBYTE, service.descriptors(), service.threads(), len(files), disk / _MEBIBYTE)


def _report(looks: Sequence[Look]) -> list[str]:
    """Print each figure at the first and the last look and at its highest. Returns those that have grown."""
    figures: dict[str, tuple[Callable[[Look], float], float | None]] = {
        "memory, MiB": (lambda look: look.memory_mib, MOST_MEMORY_GROWTH_MIB),
        "descriptors": (lambda look: look.descriptors, 3.0),
        "threads": (lambda look: look.threads, 1.0),
        "files": (lambda look: look.files, None),
        "disk, MiB": (lambda look: look.disk_mib, None),
    }
    grown: list[str] = []
    quarter = max(1, len(looks) // 4)
    for name, (value, allowed) in figures.items():
        values = [value(look) for look in looks]
        before, after = (sum(part) / len(part) for part in (values[:quarter], values[-quarter:]))
        print(f"  {name}: {before:.1f} in the first quarter after warming up, {after:.1f} in the last, {max(values):.1f} at most")
        if allowed is not None and after - before > allowed:
            grown.append(f"{name}: from {before:.1f} to {after:.1f}")
    return grown


if __name__ == "__main__":
    main()
