"""Alerts go to the journal first and then to the bus. They never wait long for the journal, and are never lost because of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dms.outputs.listener import Listener, Step
from dms.types import Alert, Observation

if TYPE_CHECKING:
    from dms.outputs.bus.bus import Bus
    from dms.outputs.journal import Journal

JOURNAL_WAIT_S = 0.020
"""Well above a flush to disk (0.1 to 4 ms), and small beside the 50 ms that an alert may take from its frame to the bus."""

STATE_EVERY_S = 0.2


class Announcer(Listener):
    """Writes alerts to the journal and publishes them, then the observation, then, five times a second, the state."""

    def __init__(self, journal: Journal, bus: Bus) -> None:
        self._journal = journal
        self._bus = bus
        self._state_due_t = 0.0

    def on_step(self, step: Step) -> None:
        """Announce what is new."""
        announce(step.alerts, self._journal, self._bus)
        if isinstance(step.record, Observation):
            self._bus.publish_observation(step.record)
        if step.alerts or step.t >= self._state_due_t:
            self._bus.publish_state(step.t, step.cues, step.active, step.sounding)
            self._state_due_t = step.t + STATE_EVERY_S


def announce(alerts: Sequence[Alert], journal: Journal | None, bus: Bus, wait_s: float = JOURNAL_WAIT_S) -> list[bool]:
    """Record the alerts, then publish each of them with whether it was on disk by then. Returns those answers.

    All of them together wait at most `wait_s`.
    """
    tickets = [journal.record_alert(alert) for alert in alerts] if journal else []
    give_up = time.monotonic() + wait_s
    journalled = [ticket.wait(max(0.0, give_up - time.monotonic())) for ticket in tickets] or [False] * len(alerts)
    for alert, on_disk in zip(alerts, journalled, strict=True):
        bus.publish_alert(alert, on_disk)
    return journalled
