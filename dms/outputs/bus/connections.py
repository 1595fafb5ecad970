"""How many programs are connected to a socket.

ZeroMQ itself sets no limit: whoever may connect may do so until no descriptor is left for anything else.
"""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress

import zmq
from zmq.utils.monitor import recv_monitor_message

HANDSHAKE_MS = 5000
"""Who connects and does not speak ZeroMQ in this time is hung up on."""
_EVENTS_AT_ONCE = 1000
_log = logging.getLogger(__name__)


class Connections:
    """Counts the connections of a bound socket, of which at most `most` may be open. Used on the thread that owns the socket.

    Whoever comes beyond that is hung up on, counted in `refused` and told of in the log, where the socket is called `name`; those
    that are connected keep their places.
    """

    def __init__(self, bound: zmq.Socket[bytes], most: int, name: str, refused: int = 0) -> None:
        self.refused = refused
        self._name = name
        self._most = most
        self._bound = bound
        self._open: dict[int, None] = {}  # descriptors, in the order in which they came
        self.monitor: zmq.Socket[bytes] = bound.get_monitor_socket(zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)

    def __len__(self) -> int:
        return len(self._open)

    def tend(self) -> None:
        """Note who has come and gone, and hang up on those that are too many."""
        for _ in range(_EVENTS_AT_ONCE):
            if not self.monitor.poll(0):
                break
            event = recv_monitor_message(self.monitor, zmq.DONTWAIT)
            descriptor = int(event["value"])
            if event["event"] == zmq.EVENT_ACCEPTED:
                self._open[descriptor] = None
            else:
                self._open.pop(descriptor, None)
        too_many = [*self._open][self._most :]
        if too_many:
            _log.warning(
                "%s: %d programs are connected, the most there may be; whoever else comes is hung up on", self._name, self._most
            )
        for descriptor in too_many:
            del self._open[descriptor]
            self.refused += 1
            _hang_up(descriptor)

    def close(self) -> None:
        """Let go of the socket, which is about to be closed."""
        self._open.clear()
        self._bound.disable_monitor()
        self.monitor.close()


def _hang_up(descriptor: int) -> None:
    """End a connection that ZeroMQ holds. It notices, and closes the descriptor itself."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:  # it may be gone already
        connection.shutdown(socket.SHUT_RDWR)
