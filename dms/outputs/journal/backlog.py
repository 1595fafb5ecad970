"""The records on their way to the disk, added by any thread and taken by the writer's."""

from __future__ import annotations

import threading
import time
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
    since_s: float = field(default_factory=time.monotonic)


class Backlog:
    """A queue of bounded length. `forgotten` counts the records that were dropped because it was full."""

    def __init__(self) -> None:
        self.forgotten = 0
        self._waiting: deque[Pending] = deque()
        self._hopeless = False
        self._closed = False
        self._news = threading.Condition()

    def __len__(self) -> int:
        return len(self._waiting)

    def lag_s(self) -> float:
        """Return for how long the oldest record has waited, in seconds: 0 without any."""
        try:
            return max(0.0, time.monotonic() - self._waiting[0].since_s)
        except IndexError:
            return 0.0

    def add(self, record: Record) -> Ticket:
        """Queue a record. Returns its ticket, which is settled at once while the disk cannot be written."""
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
        """Sleep for `pause_s`, asked again at every new record. Returns False once the backlog is closed."""
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
        """Return the oldest records. They stay in the queue until they are `taken`."""
        with self._news:
            return list(islice(self._waiting, BATCH_LIMIT))

    def taken(self, batch: Sequence[Pending], *, acknowledged: bool) -> None:
        """Remove these records from the queue and settle their tickets."""
        with self._news:
            for pending in batch:
                if self._waiting and self._waiting[0] is pending:  # it may have been forgotten in the meantime
                    self._waiting.popleft()
        for pending in batch:
            pending.ticket.settle(acknowledged=acknowledged)

    def hope(self) -> None:
        """Let callers wait for tickets again: the disk can be written."""
        with self._news:
            self._hopeless = False

    def give_up_waiting(self) -> None:
        """Settle all tickets, so that nobody waits for the disk. The records stay queued."""
        with self._news:
            self._hopeless = True
            for pending in self._waiting:
                pending.ticket.settle(acknowledged=False)

    def give_up_all(self) -> int:
        """Drop all records. Returns how many there were."""
        self.give_up_waiting()
        with self._news:
            given_up = len(self._waiting)
            self._waiting.clear()
        return given_up

    def _forget_beyond_limit(self) -> None:
        """Drop the oldest alert. Starts and ends of drives stay."""
        if len(self._waiting) > BACKLOG_LIMIT:
            oldest = next((pending for pending in self._waiting if isinstance(pending.record, AlertRecord)), self._waiting[0])
            self._waiting.remove(oldest)
            oldest.ticket.settle(acknowledged=False)
            self.forgotten += 1
