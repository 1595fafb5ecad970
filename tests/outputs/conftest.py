"""What the tests of the outputs share: a bus of their own, subscribers, and proof that no socket is left open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from dms.client.subscriber import Subscriber
from dms.outputs.bus.bus import Bus
from dms.outputs.bus.messages import Topic


@pytest.fixture
def endpoint(tmp_path: Path) -> str:
    return f"ipc://{tmp_path}/bus"


@pytest.fixture
def bus(endpoint: str) -> Iterator[Bus]:
    bus = Bus(endpoint, "test-session", lambda: "2026-11-21T09:30:00.000000Z")
    yield bus
    bus.close()


@pytest.fixture
def subscribe(endpoint: str) -> Iterator[Callable[..., Subscriber]]:
    opened: list[Subscriber] = []

    def make(*topics: Topic) -> Subscriber:
        opened.append(Subscriber(endpoint, topics or tuple(Topic)))
        return opened[-1]

    yield make
    for subscriber in opened:
        subscriber.close()


@pytest.fixture
def raw_context() -> Iterator[zmq.Context]:
    """A context that must be able to end within two seconds: a socket left open would keep it waiting."""
    context = zmq.Context()
    yield context
    ended = threading.Thread(target=context.term, daemon=True)
    ended.start()
    ended.join(2.0)
    assert not ended.is_alive(), "a ZeroMQ socket was left open"
