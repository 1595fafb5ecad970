"""The Kuksa output: signals are told when they change, and all of them after every reconnection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping

from dms.health import Health
from dms.outputs.forwarding.link import Link, link_waits_s
from dms.outputs.kuksa.options import KuksaOptions, check
from dms.outputs.kuksa.signals import Value, at_the_end, driver_signals, service_signals
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.outputs.plugin import Output
from dms.outputs.run_identity import RunIdentity

EVERY_S = 0.1
"""Signals that change with every frame are told ten times a second; an alert at once."""


class KuksaOutput(Listener):
    """A databroker holds values that are true now, so nothing waits for one that is away."""

    def __init__(self, options: KuksaOptions, *, waits_s: Callable[[], Iterator[float]] = link_waits_s) -> None:
        from dms.outputs.kuksa.broker import Databroker

        self._mutex = threading.Lock()
        self._values: dict[str, Value] = {}
        self._told: dict[str, Value] = {}
        self._due_t = float("-inf")

        def connect() -> Databroker:
            broker = Databroker(options)
            self._told = {}
            return broker

        def tell(broker: Databroker) -> None:
            with self._mutex:
                news = {path: value for path, value in self._values.items() if self._told.get(path, ...) != value}
            broker.publish(news)
            self._told |= news

        self.link: Link[Databroker] = Link("kuksa", options.peer, connect, tell, waits_s=waits_s)

    def what_is_wrong(self) -> str | None:
        """Why the broker does not know. Signals that its tree does not have are told in the log, once."""
        return self.link.problem

    def on_step(self, step: Step) -> None:
        """Ten times a second, and with every alert."""
        if step.alerts or step.t >= self._due_t:
            self._due_t = step.t + EVERY_S
            self._set(driver_signals(step.cues, step.active))

    def on_health(self, health: Health) -> None:
        """Whether the monitor works."""
        self._set(service_signals(health))

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Nothing of that driver holds any more."""
        self._due_t = float("-inf")
        self._set(at_the_end())

    def close(self) -> None:
        """Nobody watches any more, which is told if the broker is there."""
        self.link.close()

    def _set(self, values: Mapping[str, Value]) -> None:
        with self._mutex:
            self._values |= values
        self.link.wake()


def open_kuksa(options: KuksaOptions, _run: RunIdentity) -> Listener:
    """The output of one run of the service."""
    return KuksaOutput(options)


def reach(options: KuksaOptions) -> str:
    """Ask the broker for its name; raises LinkError."""
    from dms.outputs.forwarding.link import LinkError
    from dms.outputs.kuksa.broker import Databroker

    try:
        broker = Databroker(options)
    except LinkError as error:
        raise LinkError(f"{options.peer}: {error}") from error
    broker.close()
    return f"{options.peer} answers: {broker.name}"


OUTPUT = Output(KuksaOptions, open_kuksa, check, reach, needs=("grpc", "kuksa"))
