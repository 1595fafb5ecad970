"""Alerts in the log of the service."""

from __future__ import annotations

import logging

from dms.outputs.listener import Listener, Step

LOG = logging.getLogger(__name__)


class AlertLines(Listener):
    """Writes one line for each alert."""

    def on_step(self, step: Step) -> None:
        """Log the alerts. Each text is a message of its own, so that the filter of repeats holds none of them back."""
        for alert in step.alerts:
            LOG.info(f"{alert.phase} {alert.kind} {alert.level} at {alert.t:.2f} s, began {alert.onset:.2f} s")
