"""The thread that owns the bus's socket: sends what is queued, and repeats the last state and health to late subscribers.

Whoever may connect may subscribe to anything, as often as they like. So messages go before answers, requests are read in bounded
turns, a topic is repeated a few times a second at most (one copy serves all who asked), and the names that the socket has to keep
are counted.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections import deque
from math import ceil

import zmq

from dms.outputs.bus.bound_socket import BoundSocket
from dms.outputs.bus.messages import KEPT_FOR_LATE_SUBSCRIBERS, Topic, as_snapshot
from dms.watched_thread import WatchedThread

QUEUE_LIMIT = 1000
"""Far above what a healthy thread ever has waiting: it bounds memory should the thread be gone."""
REQUESTS_AT_ONCE = 200
"""Subscriptions read before messages are looked after again: a millisecond."""
LOOK_EVERY_S = 0.1
"""So often the thread looks after itself, should a bell not have been heard, and after what others make it hold."""
REPEAT_EVERY_S = 0.05
"""So often at most are the last messages repeated, however many ask for them."""
MOST_SUBSCRIPTIONS = 20_000
"""Different names subscribed to before all connections are made anew: four megabytes, and five names are of any use."""

_SUBSCRIBED = b"\x01"
_log = logging.getLogger(__name__)


class BusThread:
    """Runs from construction to `stop`. `send` may be called from any thread that keeps its own order.

    `dropped` counts messages that could not be sent, `renewed` how often all connections were dropped: somebody subscribed to too
    much, or may connect no longer.
    """

    def __init__(self, bound: BoundSocket) -> None:
        self.dropped = 0
        self.renewed = 0
        self._bound = bound
        self._queue: deque[tuple[float, Topic, bytes]] = deque()
        self._last: dict[Topic, bytes] = {}
        self._subscriptions: set[bytes] = set()
        self._asked_for: set[Topic] = set()
        self._repeat_at = 0.0
        self._stopping = threading.Event()
        self._bell, self._bell_heard = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_heard.setblocking(False)
        self.thread = WatchedThread("bus", self._run, self.lag_s)
        self.thread.start()

    def send(self, topic: Topic, message: bytes) -> None:
        """Queue a message. It counts as dropped if the queue is full or the thread has stopped."""
        if len(self._queue) >= QUEUE_LIMIT or self._stopping.is_set():
            self.dropped += 1
            return
        self._queue.append((time.monotonic(), topic, message))
        self._ring()

    def waiting(self) -> int:
        """Return how many messages are queued."""
        return len(self._queue)

    def lag_s(self) -> float:
        """Return for how long the oldest queued message has waited, in seconds: 0 without any."""
        try:
            return max(0.0, time.monotonic() - self._queue[0][0])
        except IndexError:
            return 0.0

    def subscriptions(self) -> int:
        """Return how many different names are subscribed to."""
        return len(self._subscriptions)

    def stop(self) -> None:
        """Send what is queued and end the thread."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._ring()
            self.thread.join()
            self._bell.close()
            self._bell_heard.close()

    def _ring(self) -> None:
        try:
            self._bell.send(b"\0")
        except BlockingIOError:
            return  # enough rings are waiting to be heard
        except OSError as error:  # no memory for a byte: the next message rings again, and the thread looks by itself
            _log.warning("the thread of the bus could not be woken: %s", error)

    def _run(self) -> None:
        if self._bound.socket.closed:  # this thread ended because it could not be bound again
            self._bound.renew()
        poller = self._poller()
        while not self._stopping.is_set():
            ready = dict(poller.poll(self._patience_ms()))
            self.thread.begins("sending")
            if self._bell_heard.fileno() in ready:
                self._hear_bell()
            self._send_queued()
            self.thread.begins("answering")
            self._bound.connections.tend()
            self._read_requests()
            self._repeat()
            if len(self._subscriptions) > MOST_SUBSCRIPTIONS:
                _log.warning("%d different names were subscribed to: all connections are made anew", len(self._subscriptions))
                self._renew()
                poller = self._poller()
            elif self._bound.must_renew():
                self._renew()
                poller = self._poller()
            self.thread.waits()
        self._send_queued()

    def _poller(self) -> zmq.Poller:
        poller = zmq.Poller()
        poller.register(self._bound.socket, zmq.POLLIN)
        poller.register(self._bound.connections.monitor, zmq.POLLIN)
        poller.register(self._bell_heard, zmq.POLLIN)
        return poller

    def _hear_bell(self) -> None:
        try:
            self._bell_heard.recv(4096)
        except OSError as error:
            _log.warning("the bell of the bus could not be silenced: %s", error)

    def _patience_ms(self) -> int:
        """How long nothing needs doing by itself."""
        wait_s = self._repeat_at - time.monotonic() if self._asked_for else LOOK_EVERY_S
        return ceil(1000 * min(max(0.0, wait_s), LOOK_EVERY_S))

    def _send_queued(self) -> None:
        while self._queue:
            _, topic, message = self._queue[0]
            if topic in KEPT_FOR_LATE_SUBSCRIBERS:
                self._last[topic] = message
            self._transmit(topic, message)
            self._queue.popleft()  # only now: until it is sent, it waits

    def _read_requests(self) -> None:
        """Note who has come and gone, and which topics are to be repeated for them."""
        for _ in range(REQUESTS_AT_ONCE):
            if not self._bound.socket.poll(0):
                return
            request = self._bound.socket.recv()
            name = request[1:]
            if not request.startswith(_SUBSCRIBED):
                self._subscriptions.discard(name)
                continue
            self._subscriptions.add(name)
            self._asked_for.update(topic for topic in self._last if topic.encode().startswith(name))

    def _repeat(self) -> None:
        """Repeat the last messages. All subscribers of the topic get the copy, which is why it is marked."""
        if not self._asked_for or time.monotonic() < self._repeat_at:
            return
        self._repeat_at = time.monotonic() + REPEAT_EVERY_S
        for topic in self._asked_for:
            self._transmit(topic, as_snapshot(self._last[topic]))
        self._asked_for.clear()

    def _renew(self) -> None:
        self._bound.renew()
        self._subscriptions.clear()
        self._asked_for.clear()
        self.renewed += 1

    def _transmit(self, topic: Topic, message: bytes) -> None:
        try:
            self._bound.socket.send_multipart((topic.encode(), message), zmq.DONTWAIT)
        except zmq.ZMQError:
            self.dropped += 1
            _log.exception("a message on %s could not be sent", topic)
