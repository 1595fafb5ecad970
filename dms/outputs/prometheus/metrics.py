"""What is exported: the health message and the counts of alerts, under the names and in the units that Prometheus advises.

https://prometheus.io/docs/practices/naming/: seconds, bytes, ratios; counters end in `_total`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from dms.health import Health, Status
from dms.types import Alert, CameraHealth, Cues

_STATUSES: tuple[str, ...] = get_args(get_args(Status)[0])
_MEBIBYTE = 2**20
_Labelled = Iterable[tuple[tuple[str, ...], float]]


class Metrics(Collector):
    """Takes in what the service does; gives out what is true when it is fetched. Safe from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Lock()
        self._health: Health | None = None
        self._health_s = 0.0
        self._alerts: Counter[tuple[str, str, str]] = Counter()
        self._active: tuple[Alert, ...] = ()
        self._cues: Cues | None = None

    def take_health(self, health: Health) -> None:
        """The newest health message."""
        with self._mutex:
            self._health, self._health_s = health, self._clock()

    def take_step(self, alerts: Iterable[Alert], active: tuple[Alert, ...], cues: Cues | None) -> None:
        """What was decided, and what is in force."""
        with self._mutex:
            self._alerts.update((str(each.kind), str(each.level), str(each.phase)) for each in alerts)
            self._active, self._cues = active, cues

    def collect(self) -> Iterator[Metric]:
        """Every metric, as it is now."""
        with self._mutex:
            health, age_s = self._health, self._clock() - self._health_s
            alerts, active, cues = dict(self._alerts), self._active, self._cues
        yield _counter("dms_alerts", "Alerts by kind, level and phase", ("kind", "level", "phase"), alerts.items())
        in_force = [((str(each.kind), str(each.level)), 1.0) for each in active]
        yield _gauge("dms_alert_active", "Alerts in force", ("kind", "level"), in_force)
        yield from _of_cues(cues)
        if health is not None:
            yield _gauge("dms_health_age_seconds", "Since the last health message: above 3 it is lost", (), [((), age_s)])
            yield from _of_service(health)
            yield from _of_parts(health)
            yield from _of_threads(health)


def _of_cues(cues: Cues | None) -> Iterator[Metric]:
    if cues is None:
        return
    yield _single("dms_driver_degraded_seconds", "How long the driver could not be fully judged", cues.degraded_s)
    yield _single("dms_driver_availability_signs", "Signs of an available driver in 30 s, of four", cues.availability_30s)
    yield _single(
        "dms_eyes_readable_ratio", "Share of the last 30 s in which the eyes could be read", cues.eyes_readable_share_30s
    )
    yield _single("dms_calibration_ratio", "How much of the driver is learned", cues.calibration)


def _of_service(health: Health) -> Iterator[Metric]:
    yield _one_of("dms_status", "Status of the service", "status", _STATUSES, health.status)
    yield InfoMetricFamily("dms", "Versions of the service and its libraries", dict(health.versions))
    yield _counter("dms_frames", "Frames since the start", (), [((), float(health.frames))])
    yield _counter("dms_frames_dropped", "Frames that were dropped", ("cause",), _labelled(health.dropped))
    yield _counter("dms_faults", "Faults of parts", ("kind",), _labelled(health.faults))
    rejected = [((), float(health.rejected_observations))]
    yield _counter("dms_observations_rejected", "Observations that were not taken", (), rejected)
    yield _single("dms_frames_per_second", "Frames in the last second", health.fps)
    latency = {"0.5": health.latency_ms.p50, "0.99": health.latency_ms.p99}
    known = [((quantile,), value / 1000.0) for quantile, value in latency.items() if value is not None]
    yield _gauge("dms_latency_seconds", "From capture to publication, of the latest frames", ("quantile",), known)
    cpu = [] if health.cpu_s is None else [((), health.cpu_s)]
    yield _counter("dms_cpu_seconds", "CPU time", (), cpu)
    memory = None if health.rss_mib is None else health.rss_mib * _MEBIBYTE
    yield _single("dms_resident_memory_bytes", "Resident memory", memory)
    yield _single("dms_temperature_celsius", "The hottest sensor", health.temperature_c)
    yield _single("dms_uptime_seconds", "Since the start", health.uptime_s)


def _of_parts(health: Health) -> Iterator[Metric]:
    if health.camera and health.camera.state:
        yield _one_of("dms_camera_state", "What the picture says of the camera", "state", list(CameraHealth), health.camera.state)
    if journal := health.journal:
        yield _single("dms_journal_up", "Whether the journal can be written", float(journal.status == "ok"))
        yield _single("dms_journal_backlog", "Records that wait for the disk", journal.backlog)
        yield _single("dms_journal_size_bytes", "Size of the journal", journal.size_bytes)
        yield _counter("dms_journal_written", "Records written", (), [((), float(journal.written))])
        yield _counter("dms_journal_lost", "Records lost", (), [((), float(journal.lost))])
    if vehicle := health.vehicle:
        yield _single("dms_vehicle_silent_seconds", "Since the vehicle was last heard", vehicle.silent_s)
    bus = health.bus
    counts = {
        "state": bus.state,
        "alert": bus.alert,
        "health": bus.health,
        "observation": bus.observation,
        "summary": bus.summary,
    }
    yield _counter("dms_bus_messages", "Messages published", ("topic",), _labelled(counts))
    yield _counter("dms_bus_dropped", "Messages that the bus did not take", (), [((), float(bus.dropped))])
    yield _single("dms_bus_lag_seconds", "How long the oldest message waits for the bus", bus.lag_s)
    yield _single("dms_bus_connections", "Programs that are connected to the bus", bus.connections)


def _of_threads(health: Health) -> Iterator[Metric]:
    threads = health.threads
    up = {name: float(each.state == "ok") for name, each in threads.items()}
    yield _gauge("dms_thread_up", "Whether a thread gets on", ("thread",), _labelled(up))
    lag = {name: each.lag_s for name, each in threads.items()}
    yield _gauge("dms_thread_lag_seconds", "How long what comes next has waited", ("thread",), _labelled(lag))
    busy = {name: each.busy_s for name, each in threads.items()}
    yield _gauge("dms_thread_busy_seconds", "How long it has been at one thing", ("thread",), _labelled(busy))
    restarts = {name: each.restarts for name, each in threads.items()}
    yield _counter("dms_thread_restarts", "How often it was started anew", ("thread",), _labelled(restarts))


def _labelled(values: Mapping[str, float]) -> _Labelled:
    return [((name,), float(value)) for name, value in values.items()]


def _counter(name: str, what: str, labels: tuple[str, ...], values: _Labelled) -> Metric:
    family = CounterMetricFamily(name, what, labels=labels)
    for words, value in values:
        family.add_metric(words, value)
    return family


def _gauge(name: str, what: str, labels: tuple[str, ...], values: _Labelled) -> Metric:
    family = GaugeMetricFamily(name, what, labels=labels)
    for words, value in values:
        family.add_metric(words, value)
    return family


def _single(name: str, what: str, value: float | None) -> Metric:
    """A gauge without labels; without a value while that is unknown, which is not 0."""
    return _gauge(name, what, (), [] if value is None else [((), float(value))])


def _one_of(name: str, what: str, label: str, words: Iterable[str], word: str) -> Metric:
    """A state as Prometheus has it: 1 for the one that holds, 0 for the others."""
    return _gauge(name, what, (label,), [((str(each),), float(each == word)) for each in words])
