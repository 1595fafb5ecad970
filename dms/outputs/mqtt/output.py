"""The MQTT output: what of a drive goes to the broker, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor

from dms.health import Health
from dms.monitor.setup import Basis
from dms.outputs.bus.messages import State
from dms.outputs.forwarding.forwarder import Forwarder
from dms.outputs.forwarding.link import link_waits_s
from dms.outputs.forwarding.message import MessageMaker
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.outputs.mqtt.discovery import discovery
from dms.outputs.mqtt.options import MqttOptions
from dms.outputs.run_identity import RunIdentity
from dms.types import Observation

_ROUNDING = 1e-6
"""Frame times are sums of fractions: one that is a hair too early still begins its share of a second."""


class MqttOutput(Listener):
    """Alerts, beginnings and ends of drives, and observations if wanted, are stored first; state and health told as they are."""

    def __init__(
        self,
        options: MqttOptions,
        session: str,
        *,
        waits_s: Callable[[], Iterator[float]] = link_waits_s,
    ) -> None:
        from dms.outputs.mqtt.connection import Broker

        self._options = options
        self._maker = MessageMaker(session)
        self._t = 0.0
        self._state_due_t = float("-inf")
        self._observation_slot = -1
        self._health: Health | None = None
        self.forwarder = Forwarder(
            "mqtt",
            options.peer,
            lambda: Broker(options, more=discovery(options)),
            self._maker,
            path=options.store_path("mqtt"),
            keep_mib=options.keep_mib,
            waits_s=waits_s,
        )

    def what_is_wrong(self) -> str | None:
        """What is wrong with the broker or the store."""
        return self.forwarder.problem

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """Times begin again."""
        self._state_due_t = float("-inf")
        self._observation_slot = -1
        self._t = t
        self.forwarder.accept(self._maker.drive(t, "begins", pack=basis.pack.name, pack_sha256=basis.pack.sha256))

    def on_step(self, step: Step) -> None:
        """Alerts at once, the state every so often and with every alert."""
        self._t = step.t
        for alert in step.alerts:
            self.forwarder.accept(self._maker.alert(alert))
        if isinstance(step.record, Observation) and self._is_due(step.t):
            self.forwarder.accept(self._maker.observation(step.record))
        if step.alerts or step.t >= self._state_due_t:
            self.forwarder.show(self._maker.state(State(step.t, step.cues, step.active, step.sounding)))
            self._state_due_t = step.t + self._options.state_every_s

    def _is_due(self, t: float) -> bool:
        """Whether this observation is the first one of its share of a second."""
        slot = floor(t * self._options.observations_hz + _ROUNDING)
        is_first = self._options.observations_hz > 0.0 and slot > self._observation_slot
        if is_first:
            self._observation_slot = slot
        return is_first

    def on_health(self, health: Health) -> None:
        """Told when it changes, and every so often."""
        before = self._health
        changed = before is None or (before.status, before.degraded) != (health.status, health.degraded)
        if changed or before is None or (health.uptime_s or 0.0) - (before.uptime_s or 0.0) >= self._options.health_every_s:
            self._health = health
            self.forwarder.show(self._maker.health(health))

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Told with its reason."""
        self.forwarder.accept(self._maker.drive(self._t, "ends", reason=reason))

    def close(self) -> None:
        """What is not carried by now is carried after the next start."""
        self.forwarder.close()


def open_mqtt(options: MqttOptions, run: RunIdentity) -> Listener:
    """The output of one run of the service; raises DmsError."""
    return MqttOutput(options, run.session)
