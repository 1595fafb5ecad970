"""One connection to an MQTT broker."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from dms.errors import reason
from dms.outputs.forwarding.link import LinkError
from dms.outputs.forwarding.message import Message
from dms.outputs.mqtt.options import MqttOptions

CONNECT_S = 5.0
ACKNOWLEDGE_S = 15.0
"""A mobile network that takes longer has lost the connection, and nobody has noticed yet."""
LONGEST_PACKET_BYTES = 1 << 16
"""A broker answers one who subscribes to nothing in four bytes; some send such a client messages all the same. The protocol
allows 256 MiB."""
MOST_HALF_TAKEN = 20
"""Messages of QoS 2 that a broker has sent without being asked, and has not released: paho keeps each until it does."""
SAYS_WHY_S = 1.0
"""The longest wait for the cause of a connection that has just gone."""
RETAINED = frozenset({"state", "health"})
ONLINE, OFFLINE = b"online", b"offline"


class Broker:
    """A connection that is open: the broker has accepted name, password and certificate.

    It says `online` on the topic `availability`, and the broker says `offline` in its place when it dies (`will`). `more` are
    further retained messages, whole topics with their content, that are told at once.

    Raises:
        LinkError, OSError: the broker cannot be reached or refuses.
    """

    def __init__(
        self,
        options: MqttOptions,
        client_id: str | None = None,
        *,
        will: bool = True,
        more: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        self._options, self._will = options, will
        self._answered, self._lost = threading.Event(), threading.Event()
        self._refusal: str | None = None
        self._why_lost = "the connection has gone"
        self._client = self._new_client(client_id or f"dms-{options.vehicle}")
        try:
            self._client.connect(*options.address, keepalive=options.keepalive_s)
            self._client.loop_start()
            self._wait_for_answer()
            if will:
                self._publish([(self._availability, ONLINE, True), *((topic, body, True) for topic, body in more)])
        except BaseException:
            self._let_go()
            raise

    def carry(self, messages: Sequence[Message]) -> None:
        """Publish messages with QoS 1; those of state and health are retained."""
        base = self._options.base
        self._publish([(f"{base}/{each.topic}", each.body, each.topic in RETAINED) for each in messages])

    def close(self) -> None:
        """Say `offline`, if the broker still listens, and hang up."""
        if self._will and not self._lost.is_set():
            try:
                self._publish([(self._availability, OFFLINE, True)], within_s=1.0)
            except LinkError:  # then it says so itself, by the will
                self._lost.set()
        self._let_go()

    @property
    def _availability(self) -> str:
        return f"{self._options.base}/availability"

    def _wait_for_answer(self) -> None:
        if not self._answered.wait(CONNECT_S):
            raise LinkError(f"no answer within {CONNECT_S:g} s")
        if self._refusal is not None:
            raise LinkError(f"refused: {self._refusal}")

    def _publish(self, messages: Sequence[tuple[str, bytes, bool]], within_s: float = ACKNOWLEDGE_S) -> None:
        under_way = [self._client.publish(topic, body, qos=1, retain=retain) for topic, body, retain in messages]
        if any(each.rc != paho.MQTT_ERR_SUCCESS for each in under_way):
            raise LinkError(self._cause())
        give_up = time.monotonic() + within_s
        for each in under_way:
            while not each.is_published():
                if self._lost.is_set():
                    raise LinkError(self._why_lost)
                if time.monotonic() > give_up:
                    raise LinkError(f"no acknowledgement within {within_s:g} s")
                try:
                    each.wait_for_publish(0.2)
                except (RuntimeError, ValueError) as error:  # paho's, for a connection that has gone
                    raise LinkError(f"{self._cause()}: {error}") from error

    def _cause(self) -> str:
        """Why the connection has gone. Paho's thread closes the socket first and says so a moment later."""
        self._lost.wait(SAYS_WHY_S)
        return self._why_lost

    def _new_client(self, client_id: str) -> _Client:
        client = _Client(CallbackAPIVersion.VERSION2, client_id=client_id, reconnect_on_failure=False)
        client.connect_timeout = CONNECT_S
        if self._options.username:
            client.username_pw_set(self._options.username, self._options.password())
        if (context := self._options.tls_context()) is not None:
            client.tls_set_context(context)
        if self._will:
            client.will_set(self._availability, OFFLINE, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        return client

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self._refusal = str(code) if code.is_failure else None
        self._answered.set()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        self._why_lost = self._client.too_much or f"the connection has gone: {code}"
        if not self._answered.is_set():
            self._refusal = self._client.too_much or str(code)
            self._answered.set()
        self._lost.set()

    def _let_go(self) -> None:
        try:
            self._client.disconnect()
            self._client.loop_stop()
        except OSError as error:
            self._why_lost = reason(error)
        # Paho closes its sockets when the last reference to it goes, and at no other time.
        del self._client


class _Client(paho.Client):
    """Hangs up on whoever sends more than a broker has to: paho itself would hold all of it. `too_much` says what it was."""

    too_much: str | None = None

    def _sock_recv(self, bufsize: int) -> bytes:
        """Paho asks for all that a packet still lacks, whose length has been told by then."""
        if bufsize > LONGEST_PACKET_BYTES:
            self.too_much = f"it sends a packet of {bufsize} bytes, to one who subscribes to nothing"
        elif len(self._in_messages) > MOST_HALF_TAKEN:
            self.too_much = "it sends messages, to one who subscribes to nothing, and does not release them"
        if self.too_much is not None:
            raise ConnectionAbortedError(errno.ECONNABORTED, self.too_much)
        return super()._sock_recv(bufsize)
