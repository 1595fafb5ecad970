"""Foxglove's server has room for so many, and nobody in it holds up the others: real connections, the real server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from dms.client.foxglove import door
from dms.client.foxglove.server import FoxgloveServer

HELLO = (
    b"GET / HTTP/1.1\r\nHost: car\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: foxglove.sdk.v1\r\n\r\n"
)
PATIENCE_S = 60.0


@pytest.fixture
def server() -> Iterator[FoxgloveServer]:
    pytest.importorskip("foxglove")
    with FoxgloveServer("127.0.0.1", 0) as served:
        yield served


def connected(server: FoxgloveServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), PATIENCE_S)


def answer(client: socket.socket) -> bytes:
    client.sendall(HELLO)
    return client.recv(12)


def test_whoever_finds_no_room_is_told_and_there_is_room_again_when_somebody_has_left(server: FoxgloveServer) -> None:
    with ExitStack() as clients:
        inside = [clients.enter_context(connected(server)) for _ in range(door.MOST_CLIENTS)]
        assert {answer(client) for client in inside} == {b"HTTP/1.1 101"}
        with connected(server) as late:
            assert late.recv(12) == b"HTTP/1.1 503"
        assert server.turned_away == 1
        inside[0].close()
        while True:  # the server has to notice that it has left
            with connected(server) as later:
                if answer(later) == b"HTTP/1.1 101":
                    break


def test_whoever_says_nothing_is_hung_up_on(server: FoxgloveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "GREETED_WITHIN_S", 0.05)
    with connected(server) as silent:
        assert silent.recv(1) == b""


def test_whoever_takes_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a server that has no end of things to tell."""
    monkeypatch.setattr(door, "DEAF_AFTER_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as flood:
        opened = door.Door("127.0.0.1", 0, flood.getsockname()[1])
        with socket.create_connection(("127.0.0.1", opened.port), PATIENCE_S):
            inner, _ = flood.accept()
            inner.settimeout(PATIENCE_S)
            with inner, pytest.raises(ConnectionError):
                inner.sendall(bytes(1 << 27))  # more than any socket holds
        opened.close()
