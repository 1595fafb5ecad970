"""The CAN output, and the section `outputs: {can: …}`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from dms.health import Health
from dms.outputs.can.values import values_of
from dms.outputs.forwarding.link import Link, LinkError, link_waits_s
from dms.outputs.forwarding.options import Section, Text
from dms.outputs.listener import DriveEnd, Listener, Step
from dms.outputs.plugin import Output
from dms.outputs.run_identity import RunIdentity

if TYPE_CHECKING:
    from dms.outputs.can.layout import Layout

STALE_S = 1.0
"""What was decided longer ago is not told as if it were true now: the frame then says that nothing is known. [D]"""


class CanOptions(Section):
    """The bus, and how the frame is laid out."""

    interface: Text = Field(default="socketcan", description="Kind of interface, by the names of python-can.")
    channel: Text = Field(default="can0", description="The interface's own name for the bus.")
    dbc: Text | None = Field(
        default=None, description="DBC file with the layout of the frame; null for the one that comes with dms."
    )
    message: Text = Field(default="DMS_State", description="The message of that file that is sent.")
    signals: dict[str, str] | None = Field(
        default=None,
        description="For each signal of the message, the value that it carries (docs/integrations.md lists them); null where the "
        "signals have the names of the values.",
    )
    every_s: float = Field(default=0.1, ge=0.01, le=10.0, description="Time between frames.")

    @property
    def peer(self) -> str:
        """The bus, in words."""
        return f"the CAN bus {self.channel} ({self.interface})"

    def layout(self) -> Layout:
        """The layout of the frame; raises ConfigurationError."""
        from dms.outputs.can.layout import SHIPPED, Layout

        return Layout(Path(self.dbc) if self.dbc else SHIPPED, self.message, self.signals)


class CanBus:
    """An open bus.

    Raises:
        LinkError, OSError: it cannot be opened.
    """

    def __init__(self, options: CanOptions, layout: Layout) -> None:
        import can

        self._can_error: type[Exception] = can.CanError
        self._message: Callable[[bytes], Any] = lambda data: can.Message(
            arbitration_id=layout.frame_id, is_extended_id=layout.is_extended, data=data
        )
        nothing = [{"can_id": 0x7FF, "can_mask": 0x7FF}]  # what others send, and error frames, would pile up unread
        try:
            self._bus = can.Bus(interface=options.interface, channel=options.channel, can_filters=nothing)
        except (can.CanError, ValueError, NotImplementedError) as error:
            raise LinkError(str(error)) from error

    def send(self, data: bytes) -> None:
        """Send a frame.

        Raises:
            LinkError, OSError: the bus is off, down or full.
        """
        try:
            self._bus.send(self._message(data), timeout=0.05)
        except self._can_error as error:
            raise LinkError(str(error)) from error

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.shutdown()


class CanOutput(Listener):
    """Sends the frame cyclically. A bus that is off is opened again, and again."""

    def __init__(
        self,
        options: CanOptions,
        *,
        waits_s: Callable[[], Iterator[float]] = link_waits_s,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._layout = options.layout()
        self._clock = clock
        self._mutex = threading.Lock()
        self._step: Step | None = None
        self._stepped_s = float("-inf")
        self._status = "starting"
        self._sent = 0
        self.link = Link(
            "can", options.peer, lambda: CanBus(options, self._layout), self._send, every_s=options.every_s, waits_s=waits_s
        )

    def what_is_wrong(self) -> str | None:
        """Why no frames are sent."""
        return self.link.problem

    def on_step(self, step: Step) -> None:
        """The next frame tells it."""
        with self._mutex:
            self._step, self._stepped_s = step, self._clock()

    def on_health(self, health: Health) -> None:
        """The next frame tells it."""
        self._status = health.status

    def on_drive_ends(self, reason: DriveEnd) -> None:
        """Nothing of that driver holds any more."""
        with self._mutex:
            self._step = None

    def close(self) -> None:
        """The last frame says that it is one."""
        self._status = "stopping"
        self.link.close()

    def _send(self, bus: CanBus) -> None:
        with self._mutex:
            step = self._step if self._clock() - self._stepped_s <= STALE_S else None
        values = (
            values_of(step.cues, step.active, step.sounding, self._status) if step else values_of(None, (), None, self._status)
        )
        bus.send(self._layout.encoded(values, self._sent))
        self._sent += 1


def open_can(options: CanOptions, _run: RunIdentity) -> Listener:
    """The output of one run of the service; raises ConfigurationError."""
    return CanOutput(options)


def check(options: CanOptions) -> None:
    """Whether the DBC file can be followed; raises ConfigurationError."""
    options.layout()


def reach(options: CanOptions) -> str:
    """Open the bus, and send nothing; raises LinkError."""
    try:
        CanBus(options, options.layout()).close()
    except (LinkError, OSError) as error:
        raise LinkError(f"{options.peer}: {error}") from error
    return f"{options.peer} can be opened"


OUTPUT = Output(CanOptions, open_can, check, reach, needs=("can", "cantools"))
