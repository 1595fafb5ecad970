"""Prometheus: counters and gauges of the service, to be fetched over HTTP."""

from __future__ import annotations

from dms.outputs.plugin import Output
from dms.outputs.prometheus.output import PrometheusOptions, open_prometheus, reach

OUTPUT = Output(PrometheusOptions, open_prometheus, reach=reach, needs=("prometheus_client",))
