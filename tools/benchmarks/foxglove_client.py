"""A client of Foxglove's WebSocket protocol, as much of it as the app needs to show live data."""

from __future__ import annotations

import json
import struct
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect
from websockets.typing import Subprotocol

SUBPROTOCOL = Subprotocol("foxglove.sdk.v1")
MESSAGE_DATA = 1
PATIENCE_S = 60.0


class FoxgloveClient:
    """Connects, and learns which channels there are."""

    def __init__(self, url: str) -> None:
        self._opened = ExitStack()
        opening = connect(url, subprotocols=[SUBPROTOCOL], open_timeout=PATIENCE_S, max_size=None)
        self._connection = self._opened.enter_context(opening)
        assert self._connection.subprotocol == SUBPROTOCOL
        self.info: dict[str, Any] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self._topics: dict[int, str] = {}

    def learn(self, number: int) -> None:
        """Wait until so many channels were advertised."""
        while len(self.channels) < number or not self.info:
            told = json.loads(self._connection.recv(timeout=PATIENCE_S))
            if told["op"] == "serverInfo":
                self.info = told
            elif told["op"] == "advertise":
                self.channels |= {channel["topic"]: channel for channel in told["channels"]}

    def subscribe(self, *topics: str) -> None:
        """Ask for the messages of some channels."""
        wanted = [{"id": number, "channelId": self.channels[topic]["id"]} for number, topic in enumerate(topics, 1)]
        self._topics = dict(enumerate(topics, 1))
        self._connection.send(json.dumps({"op": "subscribe", "subscriptions": wanted}))

    def receive(self) -> tuple[str, int, dict[str, Any]]:
        """The next message: its channel, its time in nanoseconds since 1970, and what it says."""
        while True:
            frame = self._connection.recv(timeout=PATIENCE_S)
            if isinstance(frame, bytes) and frame[0] == MESSAGE_DATA:
                subscription, time_ns = struct.unpack_from("<IQ", frame, 1)
                return self._topics[subscription], time_ns, json.loads(frame[13:])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.close()
