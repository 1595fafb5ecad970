"""The bus: publishes state, alerts, health, observations and summaries on one ZeroMQ XPUB socket.

The socket belongs to a thread of its own (`dms.outputs.bus.thread`), because ZeroMQ sockets are not thread-safe and because
late subscribers must be answered even while the pipeline is busy. Publishing writes the message down, hands it over and
returns: it never waits for a subscriber. Any thread may publish.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import zmq

from dms.health import BusHealth, Health
from dms.outputs.bus import messages as bus_messages
from dms.outputs.bus.bound_socket import BoundSocket
from dms.outputs.bus.messages import State, Topic
from dms.outputs.bus.thread import BusThread
from dms.trip.summary import TripSummary
from dms.types import Alert, AlertKind, Cues, Observation
from dms.wall_clock import utc_now
from dms.watched_thread import WatchedThread

SEND_HIGH_WATER_MARK = 100
"""Messages kept per subscriber. One that falls further behind misses the newest, which `seq` shows it."""

MOST_CONNECTIONS = 64
"""Programs that subscribe at once. A vehicle has a handful, and each may keep a hundred messages in memory."""

LONGEST_REQUEST_BYTES = 256
"""ZeroMQ hangs up on whoever sends more; the longest topic that there is has 20 bytes."""
LONGEST_KEYED_REQUEST_BYTES = 1024
"""The same with keys: with what it says to prove who it is, a client sends some 300 bytes at once."""


class Bus:
    """The publishing end of the bus.

    `endpoint` is `ipc:///path` (recommended) or `tcp://127.0.0.1:port`. `session` names this run of the service. `utc` returns
    the wall-clock time for the messages, or None while the clock is not to be trusted. Messages of one topic are numbered
    from 1 without gaps. TCP beyond this machine needs `keys`, the folder with the service's keys and those of its clients.

    Raises:
        ConfigurationError: the endpoint is malformed or needs keys, or the keys are wrong.
        DmsError: the endpoint is in use or cannot be bound; the message names it.
    """

    def __init__(
        self,
        endpoint: str,
        session: str,
        utc: Callable[[], str | None] | None = utc_now,
        *,
        keys: Path | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.session = session
        self._utc = utc or (lambda: None)
        self._published: Counter[Topic] = Counter()
        self._order = threading.Lock()
        longest = LONGEST_REQUEST_BYTES if keys is None else LONGEST_KEYED_REQUEST_BYTES
        options = {zmq.SNDHWM: SEND_HIGH_WATER_MARK, zmq.XPUB_VERBOSE: 1, zmq.MAXMSGSIZE: longest}
        self._socket = BoundSocket(
            endpoint, "bus endpoint", zmq.XPUB, options, most_connections=MOST_CONNECTIONS, right="listen", keys=keys
        )
        self._thread = BusThread(self._socket)

    def publish_observation(self, observation: Observation) -> None:
        """Publish what perception saw in one frame."""
        self._publish(Topic.OBSERVATION, bus_messages.observation_body(observation))

    def publish_alert(self, alert: Alert, journalled: bool) -> None:
        """Publish a decision. `journalled` says whether it was already on disk."""
        self._publish(Topic.ALERT, bus_messages.alert_body(alert, journalled))

    def publish_state(self, t: float, cues: Cues | None, active: Sequence[Alert], sounding: AlertKind | None = None) -> None:
        """Publish the cues, the active alerts and which of them sounds at `t`."""
        self._publish(Topic.STATE, bus_messages.state_body(State(t, cues, tuple(active), sounding)))

    def publish_health(self, health: Health) -> None:
        """Publish the health of the service, once a second."""
        self._publish(Topic.HEALTH, bus_messages.health_body(health))

    def publish_summary(self, summary: TripSummary) -> None:
        """Publish the summary of a drive, or of a few minutes of it."""
        self._publish(Topic.SUMMARY, bus_messages.summary_body(summary))

    def health(self) -> BusHealth:
        """The bus's part of the health message."""
        with self._order:
            published = {topic.short: self._published[topic] for topic in Topic}
        thread = self._thread
        return BusHealth(
            **published,
            dropped=thread.dropped,
            lag_s=round(thread.lag_s(), 3),
            subscriptions=thread.subscriptions(),
            renewed=thread.renewed,
            connections=len(self._socket.connections),
            connections_refused=self._socket.connections.refused,
        )

    @property
    def thread(self) -> WatchedThread:
        """The thread that owns the socket. Without it nobody hears anything."""
        return self._thread.thread

    def waiting(self) -> int:
        """Return how many messages the socket's thread has not taken yet: a handful at most while all is well."""
        return self._thread.waiting()

    def close(self) -> None:
        """Send what is still queued, then close the socket and release the endpoint. Closing twice does no harm."""
        self._thread.stop()
        self._socket.close()

    def _publish(self, topic: Topic, body: bytes) -> None:
        with self._order:
            self._published[topic] += 1
            message = bus_messages.with_envelope(topic, body, self.session, self._published[topic], self._utc())
            self._thread.send(topic, message)
