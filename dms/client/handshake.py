"""Connecting with keys, and why a connection over TCP does not come about: ZeroMQ itself does not report it to the program."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import zmq
from zmq.utils.monitor import recv_monitor_message

from dms.config.key_files import ClientKeys

_WATCHED = (
    zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_DISCONNECTED
)
_FINAL = (zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL)
"""After these, ZeroMQ does not connect again by itself."""
TRY_AGAIN_S = 1.0
_NOT_ALLOWED = "the service does not allow this key here"
_NOT_UNDERSTOOD = "the service hangs up: it wants a key and there is none, or the key is for another service"


def use_keys(socket: zmq.Socket[bytes], keys: ClientKeys | None) -> None:
    """Let `socket`, which is not yet connected, prove who it is with `keys`, and accept no other service than theirs."""
    if keys is not None:
        socket.set(zmq.CURVE_PUBLICKEY, keys.pair.public.encode())
        socket.set(zmq.CURVE_SECRETKEY, keys.pair.secret.encode())
        socket.set(zmq.CURVE_SERVERKEY, keys.server.encode())


class HandshakeWatch:
    """Watches `socket`, which is about to connect to `endpoint`. Sockets that are files have nothing to shake hands about."""

    def __init__(self, socket: zmq.Socket[bytes], endpoint: str) -> None:
        self._socket, self._endpoint = socket, endpoint
        self._given_up = False
        self._try_again_at = time.monotonic() + TRY_AGAIN_S
        self._patient_until = self._try_again_at
        self._events: Any = socket.get_monitor_socket(_WATCHED) if endpoint.startswith("tcp://") else None
        self._nobody = f"nothing answers at {endpoint}"
        self._problem: str | None = self._nobody

    def problem(self) -> str | None:
        """Why there is no connection now; None if there is one, or if nothing is known."""
        if self._events is None:
            return None
        while self._events.poll(0):
            event = recv_monitor_message(self._events)["event"]
            self._given_up = event in _FINAL or (self._given_up and event == zmq.EVENT_DISCONNECTED)
            if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self._problem = None
            elif event == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                self._problem = _NOT_ALLOWED
            elif event != zmq.EVENT_DISCONNECTED:
                self._problem = _NOT_UNDERSTOOD
            elif self._problem is None:
                self._problem = "the service has hung up"
        if self._problem == self._nobody and time.monotonic() < self._patient_until:
            return None  # it takes a moment to connect
        return self._problem

    def try_again(self) -> None:
        """Connect again if the service refused it, once a second: it may be allowed by now."""
        now = time.monotonic()
        if now < self._try_again_at:
            return
        self._try_again_at = now + TRY_AGAIN_S
        self.problem()
        if self._given_up:
            self._given_up = False
            with suppress(zmq.ZMQError):  # ZeroMQ may have let go of it already
                self._socket.disconnect(self._endpoint)
            self._socket.connect(self._endpoint)

    def close(self) -> None:
        """Stop watching: before the socket is closed."""
        if self._events is not None:
            self._socket.disable_monitor()
            self._events.close()
            self._events = None
