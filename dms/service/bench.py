"""Measuring the service on this machine: all of it, as its own process in real time, and perception alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from dms.capture import CaptureSettings, Silence, open_source
from dms.client.subscriber import Message, Subscriber
from dms.config.defaults import EngineName
from dms.config.settings import PerceptionSettings
from dms.errors import DmsError
from dms.outputs.bus.messages import Topic
from dms.quantiles import quantile
from dms.service.bench_figures import PerceptionMeasured, ServiceMeasured
from dms.service.networks import load_perception
from dms.wall_clock import utc_from_text

WARMED_UP_S = 2.0  # figures are taken from then on
WARMED_UP_FRAMES = 60
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 10.0
_PROGRAM = [sys.executable, "-c", "from dms.cli.app import main; main()"]


def measure_service(drive: Path, engine: EngineName, duration_s: float, fps: float | None = None) -> ServiceMeasured:
    """Run `dms run` on `drive` in real time with a journal on disk and a subscriber to everything.

    `fps` is how many pictures a second there are in a drive that does not say.

    Raises:
        DmsError: the service did not start, or the drive is too short to measure.
    """
    with tempfile.TemporaryDirectory(prefix="dms-bench-") as folder:
        config = Path(folder) / "dms.yaml"
        config.write_text(f"log_level: WARNING\nperception: {{engine: {engine}}}\n", encoding="utf-8")
        endpoint = f"ipc://{folder}/bus"
        places = ["--config", config, "--source", drive, "--endpoint", endpoint, "--journal", Path(folder) / "journal.db"]
        options = [*places, *([] if fps is None else ["--fps", fps])]
        with _running([*_PROGRAM, "run", *map(str, options)]) as service:
            heard = _listen(service, endpoint, duration_s)
    beats = heard.beats
    settled = [beat for beat in beats if beat["uptime_s"] >= WARMED_UP_S]
    if len(settled) < 2:
        raise DmsError(
            f"{drive}: the service ran for less than {WARMED_UP_S + 2:g} s with the engine {engine}: nothing to measure"
        )
    first, last = settled[0], settled[-1]
    frames = last["frames"] - first["frames"]
    return ServiceMeasured(
        fps=frames / (last["uptime_s"] - first["uptime_s"]),
        latency_p50_ms=last["latency_ms"]["p50"],
        latency_p99_ms=last["latency_ms"]["p99"],
        cpu_per_frame_ms=1000.0 * (last["cpu_s"] - first["cpu_s"]) / frames,
        rss_mib=max(beat["rss_mib"] for beat in settled),
        received_p99_ms=1000.0 * (quantile(heard.delays_s, 0.99) or 0.0),
        lost_frames=sum(last["dropped"].values()),
        alerts=heard.alerts,
    )


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    service = subprocess.Popen(command)  # noqa: S603
    try:
        yield service
    finally:
        service.send_signal(signal.SIGTERM)
        try:
            service.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()


@dataclass(slots=True)
class _Heard:
    """What a subscriber received: health messages, the delay of each observation, the number of alerts."""

    beats: list[dict[str, Any]] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)
    alerts: int = 0

    def take(self, message: Message) -> None:
        """Add a message that has just arrived."""
        if message.topic is Topic.ALERT:
            self.alerts += 1
        elif message.topic is Topic.HEALTH:
            self.beats.append(message.fields)
        elif message.topic is Topic.OBSERVATION:
            self.delays_s.append((time.time_ns() - utc_from_text(message.fields["utc"])) / 1e9)


def _listen(service: subprocess.Popen[bytes], endpoint: str, duration_s: float) -> _Heard:
    """Receive everything for `duration_s` after the first health message."""
    heard = _Heard()
    subscriber = Subscriber(endpoint, Topic)
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until and service.poll() is None:
            message = subscriber.receive(timeout_s=0.2)
            if message is None:
                continue
            is_first = not heard.beats
            heard.take(message)
            if is_first and heard.beats:
                until = time.monotonic() + duration_s
            if message.fields.get("status") == "stopping":
                break
    finally:
        subscriber.close()
    return heard


def measure_perception(drive: Path, engine: EngineName, frames: int, fps: float | None = None) -> PerceptionMeasured:
    """Observe the first `frames` frames of `drive`, one after the other, on one thread.

    Raises:
        DmsError: the drive or the networks cannot be read, or the drive is too short.
    """
    perception = load_perception(PerceptionSettings(engine=engine))
    times_ms: list[float] = []
    with_face = 0
    with open_source(drive, CaptureSettings(recorded_fps=fps)) as source:
        for frame in islice(source, frames):
            assert not isinstance(frame, Silence), "a recording is never silent"
            began_s = time.thread_time()
            observation = perception.observe(frame)
            times_ms.append(1000.0 * (time.thread_time() - began_s))
            with_face += observation.face is not None
    settled_ms = times_ms[WARMED_UP_FRAMES:]
    p50_ms, p99_ms = quantile(settled_ms, 0.5), quantile(settled_ms, 0.99)
    if p50_ms is None or p99_ms is None:
        raise DmsError(f"{drive}: {len(times_ms)} frames are too few: at least {WARMED_UP_FRAMES + 1} are needed")
    return PerceptionMeasured(p50_ms=p50_ms, p99_ms=p99_ms, with_face=with_face / len(times_ms))
