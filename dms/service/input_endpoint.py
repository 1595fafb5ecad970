"""The endpoint to which other programs send the values of the vehicle and the driver's inputs. None of them is trusted."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import zmq

from dms.errors import BAD_INPUT, DmsError, DriveError
from dms.health import InputHealth
from dms.outputs.bus.bound_socket import BoundSocket
from dms.types import DriverAction, DriverInput, VehicleState
from dms.vehicle.fields import HOLD_S, PLAUSIBLE
from dms.wire import json_object, record_in

LOG = logging.getLogger(__name__)

MOST_CONNECTIONS = 16  # a gateway of the vehicle, a button, `dms mark`
MAX_MESSAGE_BYTES = 4096  # a complete vehicle object takes 150
RATE_PER_S = 500  # five messages of a vehicle bus at 100 Hz
BURST = 250
AFRESH_EVERY_S = 60.0
"""A gateway that repeats a button with every cycle, or somebody who means harm, would have everything forgotten before it comes
to an alert. An ignition that is switched twice in a minute is one journey."""
BEGIN_AFRESH: frozenset[DriverAction] = frozenset({"new_drive", "forget_calibration"})
FUTURE_S = 0.5  # a sender that goes by the `t` of the last state message may be a little ahead
STALE_S = HOLD_S
_MOST_AT_ONCE = 2000  # a flood must not hold up the frames: this many are passed over in a millisecond
_LONGEST_BYTES = 2**20  # ZeroMQ hangs up on whoever sends more

InputRecord = VehicleState | DriverInput
Reason = Literal["malformed", "oversized", "implausible", "future", "stale", "too_many"]
REASONS: tuple[Reason, ...] = ("malformed", "oversized", "implausible", "future", "stale", "too_many")


class RefusedError(DmsError):
    """A message is dropped, and counted under `reason`."""

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(what)
        self.reason = reason


class ReceivedInput:
    """`vehicle` and `driver` objects that other programs PUSH to a ZeroMQ endpoint.

    Senders need not know the drive's clock: a message without `t` counts from the moment it is read. A `t`, in seconds of the
    drive as in all messages of the bus, is refused if it lies in the future or is older than a value holds. At most 500 messages
    a second are accepted, and one a minute of each action that has what was learned and counted forgotten. TCP beyond this
    machine needs `keys`, the folder with the service's keys and those of its clients.

    Raises:
        ConfigurationError: the endpoint is malformed or needs keys, or the keys are wrong.
        DmsError: it is in use or cannot be bound; the message names it.
    """

    def __init__(self, endpoint: str, keys: Path | None = None) -> None:
        self._endpoint = endpoint
        self._accepted = 0
        self._refused: Counter[Reason] = Counter()
        self._now_s = 0.0
        self._vehicle_s: float | None = None
        self._allowance = float(BURST)
        self._afresh_s: dict[DriverAction, float] = {}
        options = {zmq.RCVHWM: BURST, zmq.MAXMSGSIZE: _LONGEST_BYTES}
        self._bound = BoundSocket(
            endpoint, "vehicle endpoint", zmq.PULL, options, most_connections=MOST_CONNECTIONS, right="send", keys=keys
        )

    def until(self, t: float) -> Iterator[InputRecord]:
        """Yield what has arrived by drive time `t`."""
        self._allowance = min(float(BURST), self._allowance + RATE_PER_S * max(0.0, t - self._now_s))
        self._now_s = t
        if self._bound.must_renew():
            self._renew()
        if self._bound.socket.closed:
            return
        self._bound.connections.tend()
        for _ in range(_MOST_AT_ONCE):
            try:
                parts = self._bound.socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            try:
                record = self._take(parts, t)
            except RefusedError as error:
                self._refused[error.reason] += 1
                LOG.warning("vehicle endpoint %s: message refused: %s", self._endpoint, error)
                continue
            self._accepted += 1
            if isinstance(record, VehicleState):
                self._vehicle_s = t
            yield record

    def health(self) -> InputHealth:
        """Return the endpoint's part of the health message."""
        heard_s = self._vehicle_s
        return InputHealth(
            endpoint=self._endpoint,
            accepted=self._accepted,
            refused={reason: self._refused[reason] for reason in REASONS},
            silent_s=None if heard_s is None else round(self._now_s - heard_s, 1),
            connections=len(self._bound.connections),
            connections_refused=self._bound.connections.refused,
        )

    def close(self) -> None:
        """Release the endpoint. Closing twice does no harm."""
        self._bound.close()

    def _renew(self) -> None:
        """Bind the socket anew. If it cannot be, a driver is watched all the same, and it is tried again in a second."""
        try:
            self._bound.renew()
        except (DmsError, RuntimeError) as error:  # no thread can be started to ask who connects
            LOG.warning("%s; no speeds and buttons are heard until it can be bound", error)

    def _take(self, parts: list[bytes], t: float) -> InputRecord:
        if self._allowance < 1.0:
            raise RefusedError("too_many", f"more than {RATE_PER_S} messages a second")
        self._allowance -= 1.0
        if len(parts) != 1:
            raise RefusedError("malformed", f"{len(parts)} frames: the JSON object is to come alone, without a topic before it")
        record = read_message(parts[0], t)
        if isinstance(record, DriverInput) and record.action in BEGIN_AFRESH:
            self._pace(record.action, t)
        return record

    def _pace(self, action: DriverAction, t: float) -> None:
        if t - self._afresh_s.get(action, -AFRESH_EVERY_S) < AFRESH_EVERY_S:
            raise RefusedError("too_many", f"{action} more than once in {AFRESH_EVERY_S:g} s")
        self._afresh_s[action] = t


def read_message(message: bytes, t: float) -> InputRecord:
    """Return the record in a message that was read at drive time `t`.

    Raises:
        RefusedError: it must not be used; the text says why.
    """
    if len(message) > MAX_MESSAGE_BYTES:
        raise RefusedError("oversized", f"{len(message)} bytes: at most {MAX_MESSAGE_BYTES} are read")
    try:
        fields = json_object(message)
        record = record_in({**fields, "t": _moment(fields.get("t"), t)})
    except (DriveError, *BAD_INPUT) as error:
        raise RefusedError("malformed", str(error)) from error
    if not isinstance(record, InputRecord):
        raise RefusedError("malformed", "neither a vehicle nor a driver object")
    for name, (least, most) in PLAUSIBLE.items():
        value = getattr(record, name, None)
        if value is not None and not least <= value <= most:
            raise RefusedError("implausible", f"{name} {value:g}: expected {least:g} to {most:g}")
    return record


def _moment(sent: object, t: float) -> float:
    """Return the drive time of a message whose `t` is `sent`."""
    if sent is None:
        return t
    if isinstance(sent, bool) or not isinstance(sent, int | float) or not abs(sent) <= sys.float_info.max:
        raise ValueError("t: a finite number of seconds is wanted, or none")
    if sent > t + FUTURE_S:
        raise RefusedError("future", f"t {sent:g} is ahead of the drive, which is at {t:.1f} s: leave it out, or go by the bus")
    if sent < t - STALE_S:
        raise RefusedError("stale", f"t {sent:g} is {t - sent:.1f} s old: a value counts for {STALE_S:g} s")
    return min(float(sent), t)
