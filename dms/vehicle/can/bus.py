"""A CAN bus, listened to: frames are taken apart as they come, and nothing is ever sent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dms.errors import SourceError
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.options import CanOptions
from dms.vehicle.source import Reading

if TYPE_CHECKING:
    from can import BusABC, Message

WAITS_S = 0.5
READ_AT_ONCE = 100
"""Frames that have come by the time one is read are taken along, so that none of them grows old in the queue."""
MESSAGES_PER_S = 1000.0
"""Five messages of a vehicle bus at 100 Hz are 500. More than this is not taken apart: the frames need the processor."""
BURST = 500.0
TOO_MANY, ERROR_FRAMES = "too_many", "error_frames"
BUS_OFF = 0x40
"""Of an error frame's identifier: the controller has withdrawn from the bus (CAN_ERR_BUSOFF of linux/can/error.h)."""
_ERROR_CLASSES = 0x1FFFFFFF


class CanFeed:
    """The frames of an open bus. `refused` counts frames by why they tell nothing; `note` says so while the bus is off.

    Raises:
        SourceError: the bus cannot be opened; the message names it.
    """

    def __init__(self, options: CanOptions, decoder: Decoder) -> None:
        self._name = f"{options.interface} {options.channel}"
        self._decoder = decoder
        self._counted: Counter[str] = Counter()
        self._allowance, self._allowed_s = BURST, time.monotonic()
        self._bus = _open_bus(options, decoder, self._name)
        self.note: str | None = None

    @property
    def refused(self) -> Mapping[str, int]:
        """Frames that told nothing, by reason."""
        return self._counted + self._decoder.refused

    def read(self) -> Sequence[Reading]:
        """Return what the next frames tell; raises SourceError when the bus is gone."""
        readings: list[Reading] = []
        message = self._receive(WAITS_S)
        for _ in range(READ_AT_ONCE):
            if message is None:
                break
            if (reading := self._taken(message)) is not None:
                readings.append(reading)
            message = self._receive(0.0)
        else:
            if message is not None and (reading := self._taken(message)) is not None:
                readings.append(reading)
        return readings

    def close(self) -> None:
        """Let go of the bus."""
        self._bus.shutdown()

    def _receive(self, timeout_s: float) -> Message | None:
        from can import CanError

        try:
            return self._bus.recv(timeout_s)
        except (CanError, OSError) as error:
            raise SourceError(f"{self._name}: {error}") from error

    def _taken(self, message: Message) -> Reading | None:
        """What a frame tells, None if nothing."""
        if message.is_error_frame:
            self._counted[ERROR_FRAMES] += 1
            if message.arbitration_id & _ERROR_CLASSES & BUS_OFF:
                self.note = "bus-off: the controller has withdrawn after too many errors (bit rate, wiring, termination?)"
            return None
        self.note = None
        if message.is_remote_frame or not self._decoder.wants(message.arbitration_id, is_extended=message.is_extended_id):
            return None
        now_s = time.monotonic()
        if not self._may_read(now_s):
            self._counted[TOO_MANY] += 1
            return None
        values = self._decoder.read(message.arbitration_id, bytes(message.data), is_extended=message.is_extended_id)
        return Reading(now_s, values) if values else None

    def _may_read(self, now_s: float) -> bool:
        self._allowance = min(BURST, self._allowance + MESSAGES_PER_S * (now_s - self._allowed_s))
        self._allowed_s = now_s
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True


def _open_bus(options: CanOptions, decoder: Decoder, name: str) -> BusABC:
    import can

    settings: dict[str, Any] = {**options.interface_options}
    if options.interface == "socketcan":  # its kernel filters for us, and lets error frames through; others would hide those
        settings["can_filters"] = [*decoder.filters]
    if options.bitrate is not None:
        settings["bitrate"] = options.bitrate
    if options.fd:
        settings["fd"] = True
    try:
        return can.Bus(
            channel=options.channel,
            interface=options.interface,
            ignore_config=True,  # what is configured stands in one place
            **settings,
        )
    except Exception as error:  # each interface has a driver of its own, which raises what it likes
        raise SourceError(f"{name}: {_in_words(error)}") from error


def _in_words(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(reason).split())
