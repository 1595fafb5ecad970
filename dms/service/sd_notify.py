"""Notifying systemd as sd_notify(3) does, with a datagram to the socket that `$NOTIFY_SOCKET` names.

Outside systemd, calls do nothing. A socket that cannot be reached is logged and never stops the monitor.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

LOG = logging.getLogger(__name__)


class ServiceManager:
    """The service manager as the service sees it. A leading `@` in the address means the abstract namespace."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        budget_us = environment.get("WATCHDOG_USEC", "")
        meant_for = environment.get("WATCHDOG_PID", "")
        is_ours = not meant_for or meant_for == str(os.getpid())
        self.watchdog_s: float | None = int(budget_us) / 1e6 if budget_us.isdigit() and is_ours else None

    def notify(self, **variables: str | int) -> bool:
        """Send assignments such as READY=1 or STATUS=text. Returns False outside systemd, or if sending failed."""
        if not self._address:
            return False
        message = "\n".join(f"{name}={str(value).replace(chr(10), '; ')}" for name, value in variables.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.sendto(message.encode(), socket.MSG_DONTWAIT, self._address)
        except OSError as error:
            LOG.warning("systemd cannot be told %s: %s", message.partition("\n")[0], error)
            return False
        return True
