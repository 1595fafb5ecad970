"""`python -m tools.benchmarks.replay`: how fast recorded drives replay, and how much memory that takes.

Simulates drives with `tools.simulate`, records them as `dms run --record` would, and replays each file in a process of its
own, so that peak memory is that of one replay. All times are CPU times, so that waiting for a busy machine does not count; what
other programs do to the caches does. Of the repeats the median is printed, and the fastest, which is nearest to an idle machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.drives.replaying.replay import PIECE, replay
from dms.fusion.fusion import Fusion
from dms.monitor.monitor import Monitor
from dms.quantiles import quantile
from dms.recording.drive import open_drive
from dms.recording.mcap_writer import DriveFile
from dms.recording.recorder import Recorder
from dms.types import Cues, DriveRecord, Observation, VehicleState
from dms.wire import to_json
from tools.simulate.corpus import draw_driver, draw_script, generator, simulate

POINTS = tuple((round(200.0 + 1.37 * (37 * i % 97), 2), round(150.0 + 2.11 * (53 * i % 89), 2)) for i in range(68))


def simulated(hours: float, *, landmarks: bool) -> Iterator[DriveRecord]:
    """A distracted driver's drive at 30 Hz; with landmarks, every observation carries 68 points as perception sends them."""
    driver = draw_driver(1, 0)
    script = draw_script(driver, "distracted", hours * 3600, generator(1, "script", 0))
    for record in simulate(driver, script, generator(1, "sensor", 0)):
        if landmarks and isinstance(record, Observation):
            yield replace(record, landmarks=POINTS)
        else:
            yield record


def write_drives(folder: Path, hours: float, *, landmarks: bool) -> list[Path]:
    """The same drive as JSON lines and as MCAP."""
    name = f"{hours:g}h{'-landmarks' if landmarks else ''}"
    lines_path = folder / f"{name}.jsonl"
    file = DriveFile(folder / f"{name}.mcap", {})
    with lines_path.open("wb") as lines:
        for record in simulated(hours, landmarks=landmarks):
            file.write(record)
            lines.write(to_json(record) + b"\n")
    file.close()
    return [lines_path, file.path]


def measure(path: Path, rules: str) -> dict[str, float]:
    """Replay one file in this process."""
    started = time.process_time()
    records = sum(1 for _ in open_drive(path))
    read_s = time.process_time() - started
    monitor = Monitor(load_pack(rules), load_cabin())
    started = time.process_time()
    result = replay(open_drive(path), monitor)
    whole_s = time.process_time() - started
    peak_mib = own_peak_mib()
    return {
        "records": records,
        "read_s": read_s,
        "whole_s": whole_s,
        "hours": result.duration_s / 3600,
        "peak_mib": peak_mib,
        **stage_times_s(path, rules),
    }


def own_peak_mib() -> float:
    """This program's peak memory. `getrusage` would not do: it remembers what the process held before it became this program."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def stage_times_s(path: Path, rules: str) -> dict[str, float]:
    """Fusion's and decision's part of a replay: the drive in pieces, each piece through one stage and then through the next."""
    monitor = Monitor(load_pack(rules), load_cabin())
    records = iter(open_drive(path))
    fusion_s = decision_s = 0.0
    while piece := list(islice(records, PIECE)):
        started = time.process_time()
        cues = [one for record in piece if (one := fused(monitor.fusion, record)) is not None]
        fused_at = time.process_time()
        for one in cues:
            monitor.engine.step(one)
        fusion_s += fused_at - started
        decision_s += time.process_time() - fused_at
    return {"fusion_s": fusion_s, "decision_s": decision_s}


def fused(fusion: Fusion, record: DriveRecord) -> Cues | None:
    """The cues at a record of a simulated drive, if it is an observation."""
    if isinstance(record, Observation):
        return fusion.observe(record)
    if isinstance(record, VehicleState):
        fusion.vehicle(record)
    return None


def step_times_us(path: Path, rules: str) -> list[float]:
    """CPU time of each observation from `feed` to its alerts, as in the live service; what else runs here does not count."""
    monitor = Monitor(load_pack(rules), load_cabin())
    times = []
    for record in open_drive(path):
        started = time.thread_time_ns()
        monitor.feed(record)
        if isinstance(record, Observation):
            times.append((time.thread_time_ns() - started) / 1000)
    return times


def recording_share(folder: Path, seconds: float = 600.0) -> float:
    """The share of one core that recording takes at 30 Hz, landmarks included: CPU time of this process over drive time."""
    records = list(simulated(seconds / 3600, landmarks=True))
    started = time.process_time()
    with Recorder(folder / "recorded", {}) as recorder:
        for record in records:
            recorder.write(record)
            while recorder.backlog > 1000:
                time.sleep(0.001)
    if recorder.dropped:
        raise SystemExit(f"the recorder dropped {recorder.dropped} records")
    return (time.process_time() - started) / seconds


def measure_apart(path: Path, rules: str) -> dict[str, float]:
    """`measure` in a process of its own."""
    command = [sys.executable, "-m", "tools.benchmarks.replay", "--measure", str(path), "--rules", rules]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return figures


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.replay", description=__doc__.splitlines()[0])
    parser.add_argument("--rules", default="default")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--long-hours", type=float, default=4.0, help="the longer drive that memory is compared on")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure(options.measure, options.rules)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hour = [*write_drives(folder, 1.0, landmarks=False), *write_drives(folder, 1.0, landmarks=True)]
        print("CPU seconds per hour of drive, on one core:")
        print(
            f"{'drive':<22} {'MiB':>6} {'records/s':>10} {'median':>7} {'fastest':>8} "
            f"{'reading':>8} {'fusion':>7} {'decision':>9} {'peak MiB':>9}"
        )
        for path in [*hour, *write_drives(folder, options.long_hours, landmarks=False)]:
            repeats = options.repeats if path in hour else 1
            runs = [measure_apart(path, options.rules) for _ in range(repeats)]
            median = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            per_hour = {key: median[f"{key}_s"] / median["hours"] for key in ("whole", "read", "fusion", "decision")}
            fastest = min(run["whole_s"] for run in runs) / median["hours"]
            print(
                f"{path.name:<22} {path.stat().st_size / 2**20:>6.1f} {median['records'] / median['whole_s']:>10.0f} "
                f"{per_hour['whole']:>7.2f} {fastest:>8.2f} {per_hour['read']:>8.2f} {per_hour['fusion']:>7.2f} "
                f"{per_hour['decision']:>9.2f} {median['peak_mib']:>9.1f}"
            )
        print(f"recording at 30 Hz with landmarks: {recording_share(folder):.2%} of one core")
        times = step_times_us(hour[0], options.rules)
        print(
            f"streaming step, CPU time of one observation from feed to alerts: p50 {quantile(times, 0.5):.0f} us, "
            f"p99 {quantile(times, 0.99):.0f} us, max {max(times):.0f} us of {len(times)} steps"
        )


if __name__ == "__main__":
    main()
