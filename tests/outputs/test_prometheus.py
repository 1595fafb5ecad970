"""Metrics as Prometheus fetches them."""

from __future__ import annotations

import socket
import threading
import urllib.request

import msgspec
import pytest
from hypothesis import given, settings
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import CollectorRegistry

from dms.health import Health, JournalHealth, Latency, ThreadHealth
from dms.outputs.forwarding.link import LinkError
from dms.outputs.prometheus import OUTPUT
from dms.outputs.prometheus.metrics import Metrics
from dms.outputs.prometheus.output import PrometheusOptions, PrometheusOutput
from dms.outputs.prometheus.page import LONGEST_REQUEST_BYTES, MOST_CONNECTIONS
from tests.outputs.forwarding_examples import a_step, an_alert, at_once, free_port, wait_until
from tests.record_making import records

HEALTH = Health(
    12.5,
    "degraded",
    fps=29.7,
    frames=371,
    dropped={"late": 2},
    latency_ms=Latency(12.0, 31.0),
    rss_mib=200.0,
    journal=JournalHealth("ok", None, "journal.db", 4096, 7, 3, 0, None, "3.40.1"),
    threads={"bus": ThreadHealth("ok"), "recorder": ThreadHealth("stalled", lag_s=9.5)},
)


def fetched(options: PrometheusOptions) -> dict[tuple[str, ...], float]:
    """Every sample under its name and the values of its labels."""
    with urllib.request.urlopen(options.url, timeout=30.0) as answer:
        text = answer.read().decode()
    families = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_what_the_service_does_can_be_fetched() -> None:
    options = PrometheusOptions(port=free_port())
    output = PrometheusOutput(options, waits_s=at_once)
    output.on_step(a_step(12.3, an_alert()))
    output.on_step(a_step(12.4))
    output.on_health(HEALTH)
    wait_until(lambda: output.link.is_up, "the page is there")
    samples = fetched(options)
    assert OUTPUT.reach is not None
    assert OUTPUT.reach(options) == f"metrics are at {options.url}"
    output.close()
    assert samples[("dms_alerts_total", "fatigue.microsleep", "warning", "raise")] == 1.0
    assert {key: samples[key] for key in samples if key[0] == "dms_status"} == {
        ("dms_status", "starting"): 0.0,
        ("dms_status", "ok"): 0.0,
        ("dms_status", "degraded"): 1.0,
        ("dms_status", "stopping"): 0.0,
    }
    assert samples[("dms_frames_total",)] == 371.0
    assert samples[("dms_frames_dropped_total", "late")] == 2.0
    assert samples[("dms_latency_seconds", "0.99")] == 0.031
    assert samples[("dms_resident_memory_bytes",)] == 200.0 * 2**20
    assert samples[("dms_journal_backlog",)] == 3.0
    assert (samples[("dms_thread_up", "bus")], samples[("dms_thread_up", "recorder")]) == (1.0, 0.0)
    assert samples[("dms_thread_lag_seconds", "recorder")] == 9.5
    assert ("dms_temperature_celsius",) not in samples, "what is not known is not 0"


def test_an_alert_that_is_over_is_in_force_no_more() -> None:
    metrics = Metrics()
    alert = an_alert()
    metrics.take_step((alert,), (alert,), None)
    assert _sample(metrics, "dms_alert_active", kind=alert.kind, level=alert.level) == 1.0
    metrics.take_step((), (), None)
    assert _sample(metrics, "dms_alert_active", kind=alert.kind, level=alert.level) is None
    assert _sample(metrics, "dms_alerts_total", kind=alert.kind, level=alert.level, phase="raise") == 1.0


def _sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(metrics)
    return registry.get_sample_value(name, {key: str(value) for key, value in labels.items()})


def test_a_heartbeat_that_has_stopped_shows() -> None:
    now_s = 100.0
    metrics = Metrics(lambda: now_s)
    metrics.take_health(HEALTH)
    now_s = 107.0
    assert _sample(metrics, "dms_health_age_seconds") == 7.0


@settings(max_examples=8)
@given(records(Health))
def test_whatever_health_says_is_a_page_that_parses(health: Health) -> None:
    registry = CollectorRegistry()
    metrics = Metrics()
    registry.register(metrics)
    metrics.take_health(msgspec.structs.replace(health, versions={"dms": "0.1.0"}))
    assert list(text_string_to_metric_families(generate_latest(registry).decode()))
    assert openmetrics(registry).endswith(b"# EOF\n")


def test_a_port_that_is_taken_is_told_and_had_as_soon_as_it_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        options = PrometheusOptions(port=other.getsockname()[1])
        output = PrometheusOutput(options, waits_s=at_once)
        wait_until(output.what_is_wrong, "it is told")
        said = wait_until(lambda: "in use" in (output.what_is_wrong() or "") and output.what_is_wrong(), "the reason is told")
        assert said.startswith(f"{options.url} not reached for 0 s")
        assert OUTPUT.reach is not None
        with pytest.raises(LinkError, match="Address already in use"):
            OUTPUT.reach(options)
    wait_until(lambda: output.link.is_up, "the port is had")
    assert output.what_is_wrong() is None
    output.close()
    assert OUTPUT.reach(options) == f"{options.url} is free"


@pytest.mark.parametrize("address", ["localhost", "0.0.0", ""])
def test_an_address_is_one(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        PrometheusOptions(address=address)


def test_whoever_connects_and_says_nothing_keeps_neither_threads_nor_the_page(caplog: pytest.LogCaptureFixture) -> None:
    options = PrometheusOptions(port=free_port())
    output = PrometheusOutput(options, waits_s=at_once)
    output.on_health(HEALTH)
    wait_until(lambda: output.link.is_up, "the page is there")
    threads_before = threading.active_count()
    silent = [socket.create_connection((options.address, options.port), 30.0) for _ in range(5 * MOST_CONNECTIONS)]
    assert fetched(options)[("dms_frames_total",)] == 371.0
    assert threading.active_count() <= threads_before + MOST_CONNECTIONS + 1
    for connection in silent:
        connection.close()
    output.close()
    assert not caplog.records, "nobody is told of it"


def test_a_request_without_end_is_hung_up_on() -> None:
    """The library reads a hundred lines of 64 KiB, and that for each of sixteen connections."""
    options = PrometheusOptions(port=free_port())
    output = PrometheusOutput(options, waits_s=at_once)
    output.on_health(HEALTH)
    wait_until(lambda: output.link.is_up, "the page is there")
    with socket.create_connection((options.address, options.port), 30.0) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\n" + b"X: " + b"x" * (LONGEST_REQUEST_BYTES - 3))
        try:
            answered = connection.recv(100)
        except ConnectionResetError:  # what it had not read
            answered = b""
    assert not answered
    assert ("dms_frames_total",) in fetched(options), "others are answered"
    output.close()
