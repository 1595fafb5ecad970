"""The health beat tells the figures of the last second and the totals since the start."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dms.errors import ConfigurationError
from dms.health import Latency, SourceHealth
from dms.outputs.bus.memory import resident_mib
from dms.quantiles import quantile
from dms.service.health_meter import HealthMeter
from dms.service.machine import THREADS, allow_descriptors, check_threads, temperature_c, versions


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, None), ([7.0], 0.99, 7.0), ([3.0, 1.0, 2.0], 0.5, 2.0), ([float(n) for n in range(1, 101)], 0.99, 99.0)],
)
def test_quantiles_are_values_that_were_measured(values: list[float], share: float, expected: float | None) -> None:
    assert quantile(values, share) == expected


def test_a_beat_tells_latency_and_losses() -> None:
    meter = HealthMeter("/dev/dms-cam", {"dms": "1"})
    for _ in range(99):
        meter.frame_published(0.010)
    meter.frame_published(0.200)
    meter.dropped("late", 3)
    meter.dropped("late", 4)
    meter.fault("picture")
    meter.network_faults({"eye.gaze": 2})
    meter.network_faults({"eye.gaze": 3})
    beat = meter.beat(1.0)
    assert beat.latency_ms == Latency(p50=10.0, p99=10.0)
    assert beat.dropped == {"late": 4}
    assert beat.faults == {"picture": 1, "eye.gaze": 3}
    assert beat.frames == 100
    assert beat.versions == {"dms": "1"}
    assert beat.rss_mib is not None
    assert beat.rss_mib > 10


def test_before_the_first_frame_latency_is_unknown_and_not_zero() -> None:
    beat = HealthMeter("/dev/dms-cam").beat(0.0)
    assert beat.latency_ms == Latency(p50=None, p99=None)
    assert beat.camera == SourceHealth("/dev/dms-cam", state=None)


def test_the_hottest_readable_sensor_counts(tmp_path: Path) -> None:
    for zone, text in enumerate(["41000\n", "67500\n", "asleep\n"]):
        (tmp_path / f"thermal_zone{zone}").mkdir()
        (tmp_path / f"thermal_zone{zone}" / "temp").write_text(text)
    assert temperature_c(tmp_path) == 67.5
    assert temperature_c(tmp_path / "nothing") is None


def test_versions_name_what_a_fault_report_needs() -> None:
    assert {"dms", "python", "sqlite", "numpy", "pyzmq", "sqlalchemy"} <= versions().keys()
    assert (resident_mib() or 0.0) > 10


def test_what_the_kernel_does_not_tell_now_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without a descriptor to spare: the health message goes out all the same."""
    meter = HealthMeter("/dev/dms-cam")

    def refuse(*_: object, **__: object) -> str:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr("time.process_time", refuse)
    beat = meter.beat(1.0)
    assert (beat.rss_mib, beat.cpu_s, beat.cpu_percent, beat.temperature_c) == (None, None, None, None)


def test_descriptors_are_raised_as_far_as_the_administrator_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        assert allow_descriptors(5000) == min(5000, before[1])
        assert allow_descriptors(4500) == min(5000, before[1]), "nobody's limit is lowered"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_with_so_few_that_connecting_would_end_it_the_service_refuses_to_start() -> None:
    """In a process of its own: a limit that an administrator has set cannot be raised again."""
    program = (
        "import resource\nfrom dms.errors import ConfigurationError\nfrom dms.service.machine import allow_descriptors\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))\n"
        "try:\n    allow_descriptors()\nexcept ConfigurationError as error:\n    print(error.exit_code, error)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.startswith("78 at most 400 descriptors may be open: ")
    assert "LimitNOFILE=" in said


def test_without_the_threads_that_libraries_would_end_it_for_the_service_refuses_to_start() -> None:
    before = threading.stack_size()
    check_threads()
    assert threading.active_count() < THREADS, "those of the trial have ended"
    threading.stack_size(1 << 46)  # more address space than a process has, so that the system gives none
    try:
        with pytest.raises(ConfigurationError, match=r"^only [0-2] more threads are to be had, .*TasksMax=") as refused:
            check_threads()
    finally:
        threading.stack_size(before)
    assert refused.value.exit_code == 78
