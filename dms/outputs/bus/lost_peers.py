"""Noticing that a machine at the other end of TCP is gone: it lost its power or its cable and could not say goodbye.

Without this, a socket that only receives waits for such a peer for ever. A gateway that is switched off with the ignition would
take one of the service's few connections each time, and a display would never hear a service that was started anew.
"""

from __future__ import annotations

import zmq

KEEPALIVE_IDLE_S = 10
KEEPALIVE_EVERY_S = 5
KEEPALIVE_MOST = 3
LOST_AFTER_S = KEEPALIVE_IDLE_S + KEEPALIVE_EVERY_S * KEEPALIVE_MOST
"""So long without any answer from the other machine, asked or sent to, and the connection is over. A program that is stopped or
busy does not count: its kernel answers."""


def notice_lost_peers(socket: zmq.Socket[bytes]) -> None:
    """Let the kernel look after the connections of `socket`, which is not yet bound or connected. Files need nothing of it."""
    socket.set(zmq.TCP_KEEPALIVE, 1)
    socket.set(zmq.TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S)
    socket.set(zmq.TCP_KEEPALIVE_INTVL, KEEPALIVE_EVERY_S)
    socket.set(zmq.TCP_KEEPALIVE_CNT, KEEPALIVE_MOST)
    socket.set(zmq.TCP_MAXRT, 1000 * LOST_AFTER_S)
