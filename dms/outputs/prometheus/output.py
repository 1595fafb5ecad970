"""The page of metrics, and the section `outputs: {prometheus: …}`."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from pydantic import Field, field_validator

from dms.errors import reason
from dms.health import Health
from dms.outputs.forwarding.link import Link, LinkError, link_waits_s
from dms.outputs.forwarding.options import Section, Text
from dms.outputs.listener import Listener, Step
from dms.outputs.run_identity import RunIdentity


class PrometheusOptions(Section):
    """Where the metrics may be fetched."""

    address: Text = Field(
        default="127.0.0.1",
        description="IP address to listen on. Others than those of this machine let everybody on that network read: the page has "
        "neither a password nor encryption.",
    )
    port: int = Field(default=9464, ge=1, le=65535, description="TCP port of http://ADDRESS:PORT/metrics.")

    @field_validator("address")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        ip_address(address)
        return address

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{f'[{self.address}]' if ':' in self.address else self.address}:{self.port}/metrics"


class PrometheusOutput(Listener):
    """Serves the metrics. A port that is taken is no fault of the service's, and is tried again."""

    def __init__(self, options: PrometheusOptions, *, waits_s: Callable[[], Iterator[float]] = link_waits_s) -> None:
        from dms.outputs.prometheus.metrics import Metrics
        from dms.outputs.prometheus.page import Page

        self._metrics = Metrics()
        self.link = Link(
            "prometheus",
            options.url,
            lambda: Page(options.address, options.port, self._metrics),
            lambda _: None,
            waits_s=waits_s,
            told_after_s=0.0,
        )

    def what_is_wrong(self) -> str | None:
        """Why nobody can fetch anything."""
        return self.link.problem

    def on_step(self, step: Step) -> None:
        """Count."""
        self._metrics.take_step(step.alerts, step.active, step.cues)

    def on_health(self, health: Health) -> None:
        """Keep."""
        self._metrics.take_health(health)

    def close(self) -> None:
        """Free the port."""
        self.link.close()


def open_prometheus(options: PrometheusOptions, _run: RunIdentity) -> Listener:
    """The output of one run of the service."""
    return PrometheusOutput(options)


def reach(options: PrometheusOptions) -> str:
    """Whether the metrics are served, or could be; raises LinkError."""
    try:
        with urllib.request.urlopen(options.url, timeout=2.0) as answer:  # noqa: S310 - http, made from an address and a port
            if b"dms_" in answer.read(1_000_000):
                return f"metrics are at {options.url}"
    except (OSError, ValueError):  # nobody there: then it can be had, or another program speaks another language
        pass
    try:
        family = socket.AF_INET6 if ":" in options.address else socket.AF_INET
        socket.create_server((options.address, options.port), family=family).close()
    except OSError as error:
        raise LinkError(f"{options.url}: {reason(error)}") from error
    return f"{options.url} is free"
