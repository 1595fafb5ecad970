"""What the pipeline counts for the health message, and what the process takes from its machine."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping

from dms.health import Health, Latency, SourceHealth
from dms.outputs.bus.memory import resident_mib
from dms.quantiles import quantile
from dms.service.machine import CpuMeter, cpu_s, temperature_c
from dms.types import CameraHealth

LATENCY_SAMPLES = 600  # 20 s at 30 frames a second: enough for a p99, recent enough to show a change


class HealthMeter:
    """Counts on the pipeline's thread, read once a second by `beat`. `camera` is None until the source has delivered anything."""

    def __init__(
        self,
        source: str,
        versions: Mapping[str, str] | None = None,
        models_sha256: str | None = None,
        config_sha256: str | None = None,
    ) -> None:
        """`source` is what is watched. The versions and hashes go into every message."""
        self.source = source
        self._versions = dict(versions or {})
        self._models_sha256, self._config_sha256 = models_sha256, config_sha256
        self._started_s = self._last_beat_s = time.monotonic()
        self._cpu = CpuMeter()
        self._frames = self._frames_at_last_beat = 0
        self._latencies_s: deque[float] = deque(maxlen=LATENCY_SAMPLES)
        self._drops: dict[str, int] = {}
        self._faults: Counter[str] = Counter()
        self.camera: CameraHealth | None = None
        self.camera_note: str | None = None

    def frame_published(self, latency_s: float) -> None:
        """Count a frame; `latency_s` is the time from its capture to the end of its publishing."""
        self._frames += 1
        self._latencies_s.append(latency_s)

    def dropped(self, cause: str, total: int) -> None:
        """Set how many frames were lost to `cause` since the start."""
        self._drops[cause] = total

    def fault(self, name: str) -> None:
        """Count a fault that the service survived, under `name`."""
        self._faults[name] += 1

    def network_faults(self, totals: Mapping[str, int]) -> None:
        """Set how often each output of a network was not a number since the start."""
        for name, total in totals.items():
            self.faults_so_far(name, total)

    def faults_so_far(self, name: str, total: int) -> None:
        """Set how many faults there were under `name` since the start. None at all are not mentioned."""
        if total:
            self._faults[name] = total

    @property
    def uptime_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started_s

    def beat(self, t: float) -> Health:
        """The health message at drive time `t`, its status `ok`, without the parts of the other components."""
        now = time.monotonic()
        passed_s, self._last_beat_s = now - self._last_beat_s, now
        frames, self._frames_at_last_beat = self._frames - self._frames_at_last_beat, self._frames
        latencies_ms = [1000.0 * latency_s for latency_s in list(self._latencies_s)]  # the pipeline may append meanwhile
        return Health(
            t=t,
            status="ok",
            camera=SourceHealth(self.source, self.camera, self.camera_note),
            fps=round(frames / passed_s, 1) if passed_s > 0 else 0.0,
            frames=self._frames,
            dropped=dict(self._drops),
            faults=dict(self._faults),
            latency_ms=Latency(p50=_rounded(quantile(latencies_ms, 0.5)), p99=_rounded(quantile(latencies_ms, 0.99))),
            cpu_s=_rounded(cpu_s(), 3),
            cpu_percent=_rounded(self._cpu.percent(), 1),
            rss_mib=_rounded(resident_mib(), 1),
            temperature_c=_rounded(temperature_c()),
            uptime_s=round(self.uptime_s, 1),
            versions=self._versions,
            models_sha256=self._models_sha256,
            config_sha256=self._config_sha256,
        )


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
