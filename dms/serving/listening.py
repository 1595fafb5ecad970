"""Sockets, and the web server on them: what everything of dms that answers over HTTP shares."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from dms.errors import ConfigurationError, UsageError, reason
from dms.serving.patience import PatientProtocol

CONNECTIONS = 64
KEPT_ALIVE_S = 5
OF_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]", "::1")
"""The names under which a browser on this machine may ask."""


def address_in(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8790`, `[::1]:8790` or `:8790` (this machine only).

    Raises:
        UsageError: it is neither.
    """
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    try:
        address = str(ipaddress.ip_address(bare))
    except ValueError:
        address = ""
    if not address or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--listen {text!r}: expected ADDRESS:PORT such as 127.0.0.1:8790 or [::]:8790")
    return address, int(port)


def listening(host: str, port: int) -> socket.socket:
    """Returns a socket that listens at the address; port 0 is any that is free.

    Raises:
        ConfigurationError: the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(CONNECTIONS)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"--listen {host}:{port}: {reason(error)}") from error
    return listener


def url_of(host: str, port: int) -> str:
    """The address as a browser wants it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def run(app: Any, listener: socket.socket, stop_within_s: int, at_end: Callable[[], None] = lambda: None) -> None:
    """Let an ASGI application answer until SIGTERM or SIGINT. `at_end` is called before it waits for answers that still go on."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http=PatientProtocol,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEPT_ALIVE_S,
        timeout_graceful_shutdown=stop_within_s,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    for each in (signal.SIGINT, signal.SIGTERM):  # the server stops on them, and then raises them again for whoever ran it
        signal.signal(each, lambda *_: None)
    _Server(config, at_end).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, at_end: Callable[[], None]) -> None:
        super().__init__(config)
        self._at_end = at_end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._at_end()
        await super().shutdown(sockets)
