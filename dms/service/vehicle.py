"""What the vehicle and the driver's controls say, brought onto the drive's clock and handed over in time with the frames."""

from __future__ import annotations

import json
import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import zmq

from dms.errors import ConfigurationError, DmsError, DriveError
from dms.types import DriveRecord, DriverInput, VehicleState
from dms.wire import from_json

LOG = logging.getLogger(__name__)
MESSAGES_AT_ONCE = 100  # a flood of messages must not hold up the frames
_GROUP_MAY_CONNECT = 0o007

VehicleRecord = VehicleState | DriverInput


class VehicleInput(Protocol):
    """A source of vehicle and driver records."""

    def until(self, t: float) -> Iterable[VehicleRecord]:
        """The records up to and including drive time `t` that were not handed over before, in order."""
        ...


class RecordedInput:
    """The vehicle and driver records of a recorded drive, each at its time."""

    def __init__(self, records: Iterable[DriveRecord]) -> None:
        """`records` in the order of their times; those of other kinds are passed over."""
        self._waiting = deque(record for record in records if isinstance(record, VehicleState | DriverInput))

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """The records that are due."""
        while self._waiting and self._waiting[0].t <= t:
            yield self._waiting.popleft()


class ReceivedInput:
    """`vehicle` and `driver` objects that other programs PUSH to a ZeroMQ endpoint, timed when they arrive.

    Senders need not know the drive's clock: the `t` of a message is not used and may be missing.

    Raises:
        DmsError: the endpoint cannot be bound; the message names it.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.PULL)
        self._socket.set(zmq.LINGER, 0)
        self._socket.set(zmq.RCVHWM, MESSAGES_AT_ONCE)
        before = os.umask(_GROUP_MAY_CONNECT)  # sending takes write permission on the socket
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self.close()
            problem = ConfigurationError if error.errno in (zmq.EINVAL, zmq.EPROTONOSUPPORT) else DmsError
            raise problem(f"vehicle endpoint {endpoint}: {error.strerror}") from error
        finally:
            os.umask(before)

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """What has arrived, taken to be of `t`."""
        for _ in range(MESSAGES_AT_ONCE):
            try:
                message = self._socket.recv(zmq.DONTWAIT)
            except zmq.Again:
                return
            record = self._read(message, t)
            if record is not None:
                yield record

    def _read(self, message: bytes, t: float) -> VehicleRecord | None:
        try:
            record = from_json(json.dumps({**json.loads(message), "t": t}))
        except (DriveError, ValueError, TypeError) as error:
            LOG.warning("vehicle endpoint %s: message refused: %s", self._endpoint, error)
            return None
        if isinstance(record, VehicleState | DriverInput):
            return record
        LOG.warning("vehicle endpoint %s: refused a message that is neither vehicle nor driver", self._endpoint)
        return None

    def close(self) -> None:
        """Let the endpoint go."""
        self._socket.close()
        self._context.term()


class JoinedInputs:
    """Several inputs as one, in the order in which they are listed."""

    def __init__(self, inputs: Sequence[VehicleInput]) -> None:
        self._inputs = inputs

    def until(self, t: float) -> Iterator[VehicleRecord]:
        """What all of them have up to `t`."""
        for each in self._inputs:
            yield from each.until(t)
