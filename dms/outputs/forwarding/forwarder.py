"""Store and forward: messages go to the store first and leave it when the other side has acknowledged them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from dms.outputs.forwarding.link import Link, LinkError, link_waits_s
from dms.outputs.forwarding.message import Message, MessageMaker
from dms.outputs.forwarding.store import Store

AT_ONCE = 20
"""Messages under way at a time: enough for a slow mobile network, few enough to be sent twice."""


class Carrier(Protocol):
    """A connection that carries messages."""

    def carry(self, messages: Sequence[Message]) -> None:
        """Returns once the other side has acknowledged all of them, or refused for good those that it never will.

        Raises:
            LinkError: it has not; all but the first `carried` are carried again.
            OSError: the same, for all of them.
        """

    def close(self) -> None:
        """Let go of the connection; raises nothing."""


class Forwarder:
    """Carries messages to `peer` over connections that `connect` opens.

    What is `accept`ed is stored and arrives at least once; what is `show`n is told as it is now, or not at all: of each topic the
    newest alone waits, in memory, and is shown again after every reconnection.

    Raises:
        AlreadyRunningError: another service uses the store `path`.
    """

    def __init__(
        self,
        name: str,
        peer: str,
        connect: Callable[[], Carrier],
        maker: MessageMaker,
        *,
        path: Path,
        keep_mib: float,
        waits_s: Callable[[], Iterator[float]] = link_waits_s,
    ) -> None:
        self._maker = maker
        self._connect = connect
        self._mutex = threading.Lock()
        self._newest: dict[str, Message] = {}
        self._to_show: dict[str, Message] = {}
        self.store = Store(path, keep_mib)
        self.link = Link(name, peer, self._connected, self._forward, waits_s=waits_s)

    def accept(self, message: Message) -> None:
        """Store a message and carry it as soon as that is possible."""
        self.store.put(message)
        self.link.wake()

    def show(self, message: Message) -> None:
        """Tell it, in place of an earlier one of its topic that is not told yet."""
        with self._mutex:
            self._newest[message.topic] = self._to_show[message.topic] = message
        self.link.wake()

    @property
    def problem(self) -> str | None:
        """What is wrong, in words: the link for more than a minute, the disk, messages that were dropped."""
        problems = [self.link.problem, self.store.problem, self.store.notice]
        if lost := sum(self.store.dropped().values()):
            problems.append(f"{lost} messages dropped for want of room")
        waiting = self.store.waiting
        found = "; ".join(each for each in problems if each)
        return f"{found}; {waiting} wait" if found and waiting else found or None

    def close(self) -> None:
        """Carry what can be carried within moments; the rest waits in the store for the next start."""
        self.link.close()
        self.store.close()

    def _connected(self) -> Carrier:
        carrier = self._connect()
        with self._mutex:
            self._to_show = dict(self._newest)
        return carrier

    def _forward(self, carrier: Carrier) -> None:
        if dropped := self.store.dropped():
            carrier.carry([self._maker.lost({rank.name.lower(): count for rank, count in dropped.items()})])
            self.store.told(dropped)
        while waiting := self.store.oldest(AT_ONCE):
            try:
                carrier.carry([each.message for each in waiting])
            except LinkError as error:
                self.store.done(waiting[: error.carried])
                raise
            self.store.done(waiting)
            if self.store.problem:  # what was carried cannot be let go of: not over and over, but with the next turn
                break
        while message := self._next_to_show():
            carrier.carry([message])

    def _next_to_show(self) -> Message | None:
        with self._mutex:
            return self._to_show.pop(next(iter(self._to_show), ""), None)
