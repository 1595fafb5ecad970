"""What `dms bench` measures. Apart from how it is measured, so that whoever only names these figures loads nothing else."""

from __future__ import annotations

import msgspec


class ServiceMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """The whole service in real time. Latency goes from the capture of a frame to the end of its publishing.

    `received_p99_ms` goes from there to the subscriber.
    """

    fps: float
    latency_p50_ms: float
    latency_p99_ms: float
    received_p99_ms: float
    cpu_per_frame_ms: float
    rss_mib: float
    lost_frames: int
    alerts: int


class PerceptionMeasured(msgspec.Struct, frozen=True, kw_only=True):
    """Processor time of a frame in perception alone, on one thread, and the share of frames with a face."""

    p50_ms: float
    p99_ms: float
    with_face: float
