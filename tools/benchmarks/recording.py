"""`python -m tools.benchmarks.recording`: the cost of recording a drive, with and without pictures.

Hands the recorder what the service hands it, at 30 Hz and in real time: simulated observations, and pictures of a video.
The same without a recorder is subtracted, so that what is left is the cost of recording: processor time of all threads, the
disk that an hour takes, and the memory. `event` is measured twice: while nothing happens, and with an alert every minute.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from dms.capture.video import VideoFile
from dms.config.defaults import VIDEO_MODE, VideoMode
from dms.recording.kept_pictures import VideoSettings
from dms.recording.recorder import Recorder
from dms.types import Alert, AlertKind, Frame, Level, Observation, Phase
from tools.benchmarks.replay import simulated

FPS = 30
VIDEO = Path("tests/data/drives/day_colour.mp4")
ALERT_EVERY_S = 60.0


@dataclass(frozen=True)
class Case:
    """What is recorded. `recorder` False: nothing, to know what the benchmark itself takes."""

    name: str
    mode: VideoMode = VIDEO_MODE
    alerts: bool = False
    landmarks: bool = False
    recorder: bool = True


CASES = (
    Case("observations and alerts"),
    Case("… with landmarks", landmarks=True),
    Case("pictures `event`, nothing happens", "event"),
    Case("pictures `event`, an alert a minute", "event", alerts=True),
    Case("pictures `all`", "all"),
)


def measure(case: Case, seconds: float, settings: VideoSettings) -> dict[str, float]:
    """Record for `seconds` of life in this process."""
    frames = _frames()
    records = [record for record in simulated(seconds / 3600, landmarks=case.landmarks) if isinstance(record, Observation)]
    with tempfile.TemporaryDirectory() as name, ExitStack() as parts:
        recorder = None
        if case.recorder:
            recorder = parts.enter_context(Recorder(Path(name), {}, video=replace(settings, mode=case.mode)))
        before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        started, cpu_s = time.monotonic(), time.process_time()
        for index, record in enumerate(records):
            time.sleep(max(0.0, started + index / FPS - time.monotonic()))
            if recorder is None:
                continue
            recorder.write(record)
            if case.alerts and (record.t - 15.0) % ALERT_EVERY_S < 1.0 / FPS:
                recorder.write(_alert(record.t))
            recorder.picture(Frame(record.t, index, frames[index % len(frames)].image))
        parts.close()
        cpu_s = time.process_time() - cpu_s
        after_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if recorder is not None and (recorder.dropped or recorder.pictures_dropped):
            raise SystemExit(f"dropped {recorder.dropped} records and {recorder.pictures_dropped} pictures")
        size = sum(path.stat().st_size for path in Path(name).iterdir())
    return {"share": cpu_s / seconds, "mib_per_hour": size / 2**20 / seconds * 3600, "memory_mib": after_mib - before_mib}


def _frames() -> list[Frame]:
    """Ten seconds of the bundled drive, in memory: decoding is not what is measured."""
    frames: list[Frame] = []
    with VideoFile(VIDEO) as video:
        for frame in video:
            frames.append(frame)
            if len(frames) == 10 * FPS:
                break
    return frames


def _alert(t: float) -> Alert:
    cause = {"eyes_closed": True, "held_s": 1.5}
    return Alert(t, AlertKind.FATIGUE_MICROSLEEP, Level.URGENT, Phase.RAISE, t - 1.5, "microsleep", "default", cause)


def measure_apart(case: Case, options: argparse.Namespace) -> dict[str, float]:
    """`measure` in a process of its own, so that memory is that of one case."""
    arguments = ["--case", json.dumps(vars(case)), "--seconds", str(options.seconds), "--width", str(options.width)]
    arguments += ["--quality", str(options.quality), *(["--fps", str(options.fps)] if options.fps else [])]
    command = [sys.executable, "-m", "tools.benchmarks.recording", *arguments]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.recording", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to record in each case")
    parser.add_argument("--width", type=int, default=VideoSettings().width_px, help="width of the recorded pictures")
    parser.add_argument("--quality", type=int, default=VideoSettings().quality, help="their JPEG quality")
    parser.add_argument("--fps", type=float, default=None, help="how many of the 30 a second are recorded")
    parser.add_argument("--case", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    settings = VideoSettings(width_px=options.width, quality=options.quality, fps=options.fps)
    if options.case is not None:
        print(json.dumps(measure(Case(**options.case), options.seconds, settings)))
        return
    print(f"{FPS} Hz, pictures 640x480 in colour, recorded at most {options.width} px wide, quality {options.quality}")
    nothing = measure_apart(Case("nothing", recorder=False), options)
    print(f"{'what is recorded':<36} {'share of a core':>16} {'MiB per hour':>13} {'memory MiB':>11}")
    for case in CASES:
        figures = measure_apart(case, options)
        share = figures["share"] - nothing["share"]
        print(f"{case.name:<36} {share:>16.2%} {figures['mib_per_hour']:>13.0f} {figures['memory_mib']:>11.0f}", flush=True)


if __name__ == "__main__":
    main()
