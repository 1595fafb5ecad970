"""The receiving end of the bus, as a program in the vehicle would write it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zmq

from dms.client.handshake import HandshakeWatch, use_keys
from dms.config.key_files import ClientKeys
from dms.errors import BAD_INPUT, UsageError
from dms.outputs.bus.lost_peers import notice_lost_peers
from dms.outputs.bus.messages import Topic
from dms.wall_clock import utc_from_text

LONGEST_MESSAGE_BYTES = 1 << 22
"""The service's longest messages have some ten thousand. Whoever sends more is another, and is hung up on."""

_TRANSPORTS = ("ipc://", "tcp://")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the bus: `text` is its JSON as it came, `fields` is the decoded object."""

    topic: Topic
    text: str
    fields: dict[str, Any]


class Subscriber:
    """Receives `topics` from `endpoint`. It may be created before the service runs, and survives its restarts.

    A service that publishes over TCP with keys is heard only with `keys` that it allows.

    Raises:
        UsageError: the endpoint is malformed.
    """

    def __init__(self, endpoint: str, topics: Iterable[Topic], keys: ClientKeys | None = None) -> None:
        self.endpoint = endpoint
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.set(zmq.LINGER, 0)
        self._socket.set(zmq.MAXMSGSIZE, LONGEST_MESSAGE_BYTES)
        self._socket.set(zmq.RECONNECT_IVL_MAX, 1000)
        self._socket.set(zmq.IPV6, int("[" in endpoint))
        notice_lost_peers(self._socket)
        use_keys(self._socket, keys)
        self._handshake = HandshakeWatch(self._socket, endpoint)
        for topic in topics:
            self._socket.subscribe(topic.encode())
        problem = _why_not(endpoint)
        try:
            if problem is None:
                self._socket.connect(endpoint)
        except zmq.ZMQError as error:
            problem = str(error)
        if problem is not None:
            self.close()
            raise UsageError(f"endpoint {endpoint!r}: {problem}; expected ipc:///path or tcp://address:port")

    def receive(self, timeout_s: float) -> Message | None:
        """Return the next message, or None if none came in time or what came is not a message of the bus."""
        if not self._socket.poll(max(0, round(timeout_s * 1000))):
            self._handshake.try_again()
            return None
        frames = self._socket.recv_multipart()
        try:
            topic_frame, body = frames
            message = Message(Topic(topic_frame.decode()), body.decode(), dict(json.loads(body)))
            if message.fields.get("utc") is not None:
                utc_from_text(message.fields["utc"])
            return message if isinstance(message.fields.get("seq"), int) else None
        except BAD_INPUT:
            return None

    def unsubscribe(self, topic: Topic) -> None:
        """Stop receiving this topic."""
        self._socket.unsubscribe(topic.encode())

    def why_silent(self) -> str | None:
        """Return why nothing can come (no socket, no permission, no key), or None. ZeroMQ itself does not report it."""
        transport, _, address = self.endpoint.partition("://")
        if transport == "tcp":
            return self._handshake.problem()
        if transport != "ipc" or address.startswith("@"):
            return None
        path = Path(address)
        if not os.access(path.parent, os.X_OK):
            return f"{path.parent} is not there, or may not be entered by this user"
        if not path.exists():
            return f"{path} is not there"
        return None if os.access(path, os.W_OK) else f"this user may not connect to {path}: its group may"

    def close(self) -> None:
        """Close the socket. Closing twice does no harm."""
        self._handshake.close()
        self._socket.close()
        self._context.term()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _why_not(endpoint: str) -> str | None:
    """Return why nobody publishes there, where ZeroMQ would not mind: other transports, and what stands before a NUL."""
    if "\0" in endpoint:
        return "there is a NUL in it"
    return None if endpoint.startswith(_TRANSPORTS) else "no service publishes on such an address"
