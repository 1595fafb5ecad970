"""How many programs are connected to a socket, and what they make it hold.

ZeroMQ itself sets no limit: whoever may connect may do so until no descriptor is left for anything else, and send a message
without an end until no memory is.
"""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import struct
import termios
from collections.abc import Sequence
from contextlib import suppress

import zmq
from zmq.utils.monitor import recv_monitor_message

from dms.outputs.bus.memory import Growth, Memory

HANDSHAKE_MS = 5000
"""Who connects and does not speak ZeroMQ in this time is hung up on."""
_EVENTS_AT_ONCE = 1000
_log = logging.getLogger(__name__)


class Connections:
    """Counts the connections of a bound socket, of which at most `most` may be open. Used on the thread that owns the socket.

    Whoever comes beyond that is hung up on, counted in `refused` and told of in the log, where the socket is called `name`; those
    that are connected keep their places. When the process grows, those are hung up on that send faster than they are read, and
    all of them when that does not help.
    """

    def __init__(self, bound: zmq.Socket[bytes], most: int, name: str, refused: int = 0) -> None:
        self.refused = refused
        self._name = name
        self._most = most
        self._bound = bound
        self._memory = Memory()
        self._open: dict[int, None] = {}  # descriptors, in the order in which they came
        self.monitor = _monitor_of(bound)

    def __len__(self) -> int:
        return len(self._open)

    def tend(self) -> None:
        """Note who has come and gone, and hang up on those that are too many or make the socket hold too much."""
        is_full = False
        for _ in range(_EVENTS_AT_ONCE):
            if not self.monitor.poll(0):
                break
            event = recv_monitor_message(self.monitor, zmq.DONTWAIT)
            descriptor = int(event["value"])
            if event["event"] != zmq.EVENT_ACCEPTED:
                self._open.pop(descriptor, None)
                continue
            self._open[descriptor] = None
            if len(self._open) > self._most:  # at once: each of them holds a descriptor until then
                self._hang_up_on([descriptor])
                is_full = True
        if is_full:
            _log.warning(
                "%s: %d programs are connected, the most there may be; whoever else comes is hung up on", self._name, self._most
            )
        growth = self._memory.growth()
        if growth is not Growth.LITTLE:
            self._let_go(growth)

    def _let_go(self, growth: Growth) -> None:
        of_all = growth is Growth.TOO_MUCH
        senders = [*self._open] if of_all else [descriptor for descriptor in self._open if _has_unread(descriptor)]
        if not senders and not of_all:
            return
        if senders:
            _log.warning(
                "%s: the service has grown by %.0f MiB; %d programs that may be sending without an end are hung up on",
                self._name,
                self._memory.grown_mib,
                len(senders),
            )
        self._hang_up_on(senders)
        self._memory.let_go(of_all=of_all)

    def _hang_up_on(self, descriptors: Sequence[int]) -> None:
        endpoint = self._bound.get(zmq.LAST_ENDPOINT)
        assert isinstance(endpoint, bytes)
        for descriptor in descriptors:
            del self._open[descriptor]
            self.refused += 1
            _hang_up(descriptor, endpoint.rstrip(b"\0"))

    def close(self) -> None:
        """Let go of the socket, which is about to be closed."""
        self._open.clear()
        self._bound.disable_monitor()
        self.monitor.close()


def _monitor_of(bound: zmq.Socket[bytes]) -> zmq.Socket[bytes]:
    """The socket that tells who has come and gone.

    While a thousand of its messages are unread, ZeroMQ accepts nobody, until half of them are read: so those who are about to be
    hung up on take 1500 descriptors at most. pyzmq's own would let twice as many wait.
    """
    address = f"inproc://monitor-{id(bound)}"
    bound.monitor(address, zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)
    monitor: zmq.Socket[bytes] = bound.context.socket(zmq.PAIR)
    monitor.set(zmq.RCVHWM, 1)
    monitor.connect(address)
    return monitor


def _hang_up(descriptor: int, endpoint: bytes) -> None:
    """End a connection that ZeroMQ holds to `endpoint`. It notices, and closes the descriptor itself.

    It may have done so already, and the number be that of something else by now: that is left alone.
    """
    with suppress(OSError):
        duplicate = os.dup(descriptor)  # from now on, it is the same whatever becomes of the number
        try:
            connection = socket.socket(fileno=duplicate)
        except OSError:  # a file
            os.close(duplicate)
            raise
        with connection:
            if _is_to(connection, endpoint):
                connection.shutdown(socket.SHUT_RDWR)


def _is_to(connection: socket.socket, endpoint: bytes) -> bool:
    transport, _, address = endpoint.partition(b"://")
    name = connection.getsockname()
    if transport == b"ipc":
        return connection.family == socket.AF_UNIX and os.fsencode(name) in (address, b"\0" + address.removeprefix(b"@"))
    is_tcp = connection.family in (socket.AF_INET, socket.AF_INET6)
    return is_tcp and name[1] == int(address.rpartition(b":")[2])


def _has_unread(descriptor: int) -> bool:
    """Whether more has come than ZeroMQ has read: the mark of who sends without a pause."""
    try:
        (waiting,) = struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))
    except OSError:  # it may be gone already
        return False
    return bool(waiting)
