"""The thread that owns the bus's socket: sends what is queued, and repeats the last state and health to late subscribers."""

from __future__ import annotations

import logging
import socket
import threading
from collections import deque

import zmq

from dms.outputs.bus.messages import KEPT_FOR_LATE_SUBSCRIBERS, Topic, as_snapshot

QUEUE_LIMIT = 1000
"""Far above what a healthy thread ever has waiting: it bounds memory should the thread be gone."""

_SUBSCRIBED = b"\x01"
_log = logging.getLogger(__name__)


class BusThread:
    """Runs from construction to `stop`. `send` may be called from any thread that keeps its own order."""

    def __init__(self, publisher: zmq.Socket[bytes]) -> None:
        self.dropped = 0
        self._publisher = publisher
        self._queue: deque[tuple[Topic, bytes]] = deque()
        self._last: dict[Topic, bytes] = {}
        self._stopping = threading.Event()
        self._bell, self._bell_heard = socket.socketpair()
        self._bell.setblocking(False)
        self._bell_heard.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="dms-bus", daemon=True)
        self._thread.start()

    def send(self, topic: Topic, message: bytes) -> None:
        """Queue a message. It counts as dropped if the queue is full or the thread has stopped."""
        if len(self._queue) >= QUEUE_LIMIT or self._stopping.is_set():
            self.dropped += 1
            return
        self._queue.append((topic, message))
        self._ring()

    def waiting(self) -> int:
        """Return how many messages are queued."""
        return len(self._queue)

    def stop(self) -> None:
        """Send what is queued and end the thread."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._ring()
            self._thread.join()
            self._bell.close()
            self._bell_heard.close()

    def _ring(self) -> None:
        try:
            self._bell.send(b"\0")
        except BlockingIOError:
            return  # enough rings are waiting to be heard

    def _run(self) -> None:
        poller = zmq.Poller()
        poller.register(self._publisher, zmq.POLLIN)
        poller.register(self._bell_heard, zmq.POLLIN)
        while not self._stopping.is_set():
            ready = dict(poller.poll())
            if self._bell_heard.fileno() in ready:
                self._bell_heard.recv(4096)
            self._send_queued()
            self._answer_subscriptions()
        self._send_queued()

    def _send_queued(self) -> None:
        while self._queue:
            topic, message = self._queue.popleft()
            if topic in KEPT_FOR_LATE_SUBSCRIBERS:
                self._last[topic] = message
            self._transmit(topic, message)

    def _answer_subscriptions(self) -> None:
        """Repeat the last messages for new subscribers. All subscribers of the topic get the copy, which is why it is marked."""
        while self._publisher.poll(0):
            request = self._publisher.recv()
            if request.startswith(_SUBSCRIBED):
                for topic, message in self._last.items():
                    if topic.encode().startswith(request[1:]):
                        self._transmit(topic, as_snapshot(message))

    def _transmit(self, topic: Topic, message: bytes) -> None:
        try:
            self._publisher.send_multipart((topic.encode(), message), zmq.DONTWAIT)
        except zmq.ZMQError:
            self.dropped += 1
            _log.exception("a message on %s could not be sent", topic)
