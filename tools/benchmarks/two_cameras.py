"""`python -m tools.benchmarks.two_cameras`: what a second camera costs, and how long frames wait for each other.

Cost: the bundled drive of two cameras, seen by the first camera alone, by the second alone and by both, each in a process of its
own, so that peak memory is its own. Processor time is that of the process, from the frames to the finished observation; reading
the videos is not part of it. All run in float32. Joining is measured on what was seen.

Waiting: two cameras that deliver 30 frames a second, or one of them none, at different phases. The time counts from when the
earlier frame of a pair, or the only one, came, until it is delivered. On a busy machine threads wait for the processor as well.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from dms.capture import Grabbed, Silence, open_source
from dms.capture.live import Device, LiveCapture
from dms.errors import SourceError
from dms.perception.pipeline import Perception
from dms.perception.settings import PerceptionSettings
from dms.quantiles import quantile
from dms.types import Frame, Observation
from dms.views.joining import Joiner
from dms.views.live_pair import PairedCameras
from dms.views.pairs import FramePair, PairedRecordings
from dms.views.perception import TwoViews

FOLDER = Path(__file__).resolve().parents[2] / "tests/data/two_cameras"
FIRST, SECOND = FOLDER / "first.mp4", FOLDER / "second.mp4"
FPS = 30.0
PHASES = (0.0, 0.25, 0.5)
Watched = Literal["first", "second", "both"]
PICTURE = np.zeros((48, 64), np.uint8)


class Metronome:
    """A camera that delivers a picture at every beat, and none at all if it is away."""

    size: tuple[int, int] | None = (64, 48)
    fps: float | None = FPS
    remarks: list[str] = []  # noqa: RUF012 - as a device declares it

    def __init__(self, phase: float) -> None:
        self._phase = phase
        self.away = False

    def open(self) -> Device:
        if self.away:
            raise SourceError("the camera is away")
        return self

    def read(self) -> Grabbed:
        now = time.monotonic()
        beat = (np.floor(now * FPS - self._phase) + 1 + self._phase) / FPS
        time.sleep(max(0.0, beat - now))
        return Grabbed(PICTURE, time.monotonic())

    def release(self) -> None:
        """Nothing to release."""


def frames() -> Iterator[Frame]:
    """The drive's frames, both cameras' in pairs."""
    with PairedRecordings(open_source(FIRST), open_source(SECOND)) as source:
        for item in source:
            if isinstance(item, Frame):
                yield item


def cost(watched: Watched) -> dict[str, float]:
    """Milliseconds of processor time per moment, and peak memory, with one camera or both."""
    perceptions = [Perception(PerceptionSettings(precision="fp32", landmarks=False)) for _ in range(1 + (watched == "both"))]
    for perception in perceptions:
        perception.warm_up()
    both = TwoViews(("first", "second"), (perceptions[0], perceptions[1]), Joiner()) if watched == "both" else None
    times_ms: list[float] = []
    for frame in frames():
        assert isinstance(frame, FramePair)
        alone = frame.second if watched == "second" else frame.first
        assert isinstance(alone, Frame)
        began = time.process_time()
        if both is not None:
            both.observe(frame)
        else:
            perceptions[0].observe(alone)
        times_ms.append((time.process_time() - began) * 1000)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"mean_ms": statistics.fmean(times_ms), "p95_ms": quantile(times_ms, 0.95) or 0.0, "peak_mib": peak_mib}


def joining_us() -> float:
    """Microseconds of processor time that joining two observations takes on average."""
    perceptions = [Perception(PerceptionSettings(landmarks=False)) for _ in range(2)]
    seen: list[tuple[Observation, Observation]] = []
    for frame in frames():
        assert isinstance(frame, FramePair)
        assert isinstance(frame.first, Frame)
        assert isinstance(frame.second, Frame)
        seen.append((perceptions[0].observe(frame.first), perceptions[1].observe(frame.second)))
    joiner = Joiner()
    began = time.process_time()
    for index, (first, second) in enumerate(seen):
        joiner.join(first.t, index, first, second)
    return (time.process_time() - began) / len(seen) * 1e6


def waits(phase: float, seconds: float, *, second_is_away: bool = False) -> tuple[list[float], float]:
    """Milliseconds that frames waited before they were delivered, and the share of them that came in pairs."""
    first, second = Metronome(0.0), Metronome(phase)
    second.away = second_is_away
    started = time.monotonic()
    cameras = (LiveCapture("camera", each.open, started=started, silent_after_s=0.25, patient=True) for each in (first, second))
    waited_ms: list[float] = []
    pairs = 0
    with PairedCameras(next(cameras), next(cameras)) as source:
        for item in source:
            now = time.monotonic() - started
            if now > seconds:
                break
            if not isinstance(item, FramePair) or now < 1.0:  # the paces are not known yet
                continue
            views = [view for view in (item.first, item.second) if isinstance(view, Frame)]
            waited_ms.append((now - min(view.t for view in views)) * 1000)
            pairs += len(views) == 2 and not isinstance(item.second, Silence)
    return waited_ms, pairs / max(1, len(waited_ms))


def in_own_process(watched: Watched) -> dict[str, float]:
    """What `cost` says in a fresh process."""
    command = [sys.executable, "-m", "tools.benchmarks.two_cameras", "--cost-of", watched]
    figures: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long to watch the waits of each case")
    parser.add_argument("--cost-of", choices=get_args(Watched), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.cost_of:
        print(json.dumps(cost(arguments.cost_of)))
        return
    print(f"load of this machine: {os.getloadavg()[0]:.1f} programs on {os.cpu_count()} processors")
    costs = {watched: in_own_process(watched) for watched in get_args(Watched)}
    for watched, name in (("first", "the first camera alone"), ("second", "the second camera alone"), ("both", "both cameras")):
        figures = costs[watched]
        print(
            f"{name}: {figures['mean_ms']:.2f} ms of processor per moment (mean; p95 {figures['p95_ms']:.2f}), "
            f"peak memory {figures['peak_mib']:.0f} MiB"
        )
    alone_ms = costs["first"]["mean_ms"] + costs["second"]["mean_ms"]
    share = costs["both"]["mean_ms"] / alone_ms
    print(f"both cost {share:.2f} times as much as each alone, added up; joining takes {joining_us():.0f} µs of it")
    for phase in PHASES:
        waited_ms, pairs = waits(phase, arguments.seconds)
        print(f"{phase / FPS * 1000:.0f} ms apart: {_told(waited_ms)}, {pairs:.0%} in pairs")
    print(f"second camera away: {_told(waits(0.0, arguments.seconds, second_is_away=True)[0])}")


def _told(waited_ms: list[float]) -> str:
    p50_ms, p99_ms = quantile(waited_ms, 0.5) or 0.0, quantile(waited_ms, 0.99) or 0.0
    return f"a frame waits p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms, of {len(waited_ms)}"


if __name__ == "__main__":
    main()
