"""Journal first, then publish; but never wait long for the journal, and never hold an alert back because of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dms.types import Alert

if TYPE_CHECKING:
    from dms.outputs.bus.bus import Bus
    from dms.outputs.journal import Journal

JOURNAL_WAIT_S = 0.020
"""Well above a flush to disk (0.1 to 4 ms), and small beside the 50 ms that an alert may take from its frame to the bus."""


def announce(alerts: Sequence[Alert], journal: Journal | None, bus: Bus, wait_s: float = JOURNAL_WAIT_S) -> list[bool]:
    """Record the alerts, then publish each with whether it was on disk by then; returns those answers.

    All of them together wait at most `wait_s`.
    """
    tickets = [journal.record_alert(alert) for alert in alerts] if journal else []
    give_up = time.monotonic() + wait_s
    journalled = [ticket.wait(max(0.0, give_up - time.monotonic())) for ticket in tickets] or [False] * len(alerts)
    for alert, on_disk in zip(alerts, journalled, strict=True):
        bus.publish_alert(alert, on_disk)
    return journalled
