"""Messages to store and carry, steps of a drive, and other sides that can be away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dms.outputs.forwarding.message import Message, Rank
from dms.outputs.listener import Step
from dms.types import Alert, CameraHealth, Observation
from tests.needs import need
from tests.outputs.output_examples import an_alert
from tools.benchmarks.mqtt_broker import Ear, Mosquitto, program_of_broker, wait_until
from tools.ports import free_port


def a_message(number: int, rank: Rank = Rank.ALERT, size: int = 100) -> Message:
    """A message of that rank, `size` bytes long."""
    return Message(f"run-{number}", rank.name.lower(), rank, b'{"n":%d,"x":"%s"}' % (number, b"x" * size))


def at_once() -> Iterator[float]:
    """Waits for tests, which need not be patient with anybody."""
    while True:
        yield 0.02


def a_step(t: float, *alerts: Alert, record: Observation | None = None) -> Step:
    """A step of a drive in which these alerts were decided."""
    from dms.fusion.calibration import Calibration

    seen = record or Observation(t=t, frame=int(t * 30), camera=CameraHealth.OK)
    return Step(t, seen, alerts, None, False, alerts, Calibration())


def broker_in(folder: Path, *settings: str) -> Mosquitto:
    """A broker of our own, not yet started; the test is skipped where there is none."""
    need("broker", None if program_of_broker() else "there is no mosquitto")
    return Mosquitto(folder, *settings)


class Carried:
    """The other side of a link without a network: acknowledges, or is away."""

    def __init__(self) -> None:
        self.arrived: list[Message] = []
        self.away = False

    def connect(self) -> Carried:
        """Open the connection."""
        self._or_away()
        return self

    def carry(self, messages: Sequence[Message]) -> None:
        """Take the messages."""
        self._or_away()
        self.arrived += messages

    def close(self) -> None:
        """Nothing to let go of."""

    def _or_away(self) -> None:
        if self.away:
            raise ConnectionRefusedError(111, "Connection refused")


__all__ = [
    "Carried",
    "Ear",
    "Mosquitto",
    "a_message",
    "a_step",
    "an_alert",
    "at_once",
    "broker_in",
    "free_port",
    "wait_until",
]
