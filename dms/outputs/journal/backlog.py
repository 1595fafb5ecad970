"""The records on their way to the disk: handed in by any thread, taken by the writer's."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from dms.outputs.journal.records import AlertRecord, Record, Ticket

BACKLOG_LIMIT = 1000
BATCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Pending:
    """A record and its receipt."""

    record: Record
    ticket: Ticket = field(default_factory=Ticket)


class Backlog:
    """A queue of bounded length. `forgotten` counts what was given up because of the bound."""

    def __init__(self) -> None:
        self.forgotten = 0
        self._waiting: deque[Pending] = deque()
        self._hopeless = False
        self._closed = False
        self._news = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, record: Record) -> Ticket:
        """Queue a record. While there is no hope that it is written soon, its ticket is settled at once."""
        pending = Pending(record)
        with self._news:
            if self._hopeless or self._closed:
                pending.ticket.settle(acknowledged=False)
            if not self._closed:
                self._waiting.append(pending)
                self._forget_beyond_limit()
                self._news.notify()
        return pending.ticket

    def wait(self, pause_s: Callable[[], float]) -> bool:
        """Sleep as long as `pause_s` says, asking again at every new record; False once the backlog is closed."""
        with self._news:
            while not self._closed and (remaining_s := pause_s()) > 0:
                self._news.wait(remaining_s)
            return not self._closed

    def close(self) -> None:
        """Take no more records, and wake the writer."""
        with self._news:
            self._closed = True
            self._news.notify()

    def next_batch(self) -> list[Pending]:
        """The oldest records; they stay in the queue until they are `taken`."""
        with self._news:
            return list(islice(self._waiting, BATCH_LIMIT))

    def taken(self, batch: Sequence[Pending], *, acknowledged: bool) -> None:
        """These are done with."""
        with self._news:
            for pending in batch:
                if self._waiting and self._waiting[0] is pending:  # it may have been forgotten in the meantime
                    self._waiting.popleft()
        for pending in batch:
            pending.ticket.settle(acknowledged=acknowledged)

    def hope(self) -> None:
        """New tickets are worth waiting for again."""
        with self._news:
            self._hopeless = False

    def give_up_waiting(self) -> None:
        """Nobody should wait for the disk now. The records stay."""
        with self._news:
            self._hopeless = True
            for pending in self._waiting:
                pending.ticket.settle(acknowledged=False)

    def give_up_all(self) -> int:
        """Forget every record, and return how many there were."""
        self.give_up_waiting()
        with self._news:
            given_up = len(self._waiting)
            self._waiting.clear()
        return given_up

    def _forget_beyond_limit(self) -> None:
        """Starts and ends of drives stay; of the alerts the oldest goes."""
        if len(self._waiting) > BACKLOG_LIMIT:
            oldest = next((pending for pending in self._waiting if isinstance(pending.record, AlertRecord)), self._waiting[0])
            self._waiting.remove(oldest)
            oldest.ticket.settle(acknowledged=False)
            self.forgotten += 1
