"""The page of metrics over HTTP, which holds out against whoever connects and then says or reads nothing."""

from __future__ import annotations

import errno
import logging
import socket
import sys
import threading
from http.server import ThreadingHTTPServer
from io import BufferedIOBase, BufferedReader
from ipaddress import ip_address
from typing import Any, cast

from prometheus_client import CollectorRegistry, MetricsHandler

from dms.outputs.prometheus.metrics import Metrics
from dms.watched_thread import start_thread

LOG = logging.getLogger(__name__)
MOST_CONNECTIONS = 16
"""Of a Prometheus, its double and a person who looks. The oldest is hung up on for one more: a scrape takes milliseconds."""
SILENT_FOR_S = 5.0
LONGEST_REQUEST_BYTES = 1 << 15
"""A scrape asks in some hundred bytes. The library would take a hundred lines of 64 KiB from each connection."""


class Page:
    """The page, served until it is closed.

    Raises:
        OSError: the port cannot be had.
    """

    def __init__(self, address: str, port: int, metrics: Metrics) -> None:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(metrics)
        handler: Any = _Handler.factory(registry)
        handler.timeout = SILENT_FOR_S
        server = _ServerOf6 if ip_address(address).version == 6 else _Server
        self._server = server((address, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="dms-prometheus", daemon=True)
        start_thread(self._thread)

    def close(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(MetricsHandler):
    """Answers one request, which has to be short."""

    def setup(self) -> None:
        """Bound what is read."""
        super().setup()
        self.rfile = cast(BufferedReader, _ShortRequest(self.rfile))


class _ShortRequest:
    """The lines of a request, up to a limit.

    Raises:
        ConnectionAbortedError: there are more.
    """

    def __init__(self, lines: BufferedIOBase) -> None:
        self._lines = lines
        self._left = LONGEST_REQUEST_BYTES
        self.close = lines.close

    def readline(self, size: int) -> bytes:
        """The next line."""
        line = self._lines.readline(min(size, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise ConnectionAbortedError(errno.ECONNABORTED, f"a request of more than {LONGEST_REQUEST_BYTES} bytes")
        return line


class _Server(ThreadingHTTPServer):
    """A thread for each of a few connections."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self._open: list[socket.socket] = []
        self._mutex = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection; the oldest makes room for it."""
        with self._mutex:
            if len(self._open) >= MOST_CONNECTIONS:
                _hang_up(self._open.pop(0))
            self._open.append(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The connection is done with."""
        with self._mutex:
            if request in self._open:
                self._open.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is nothing to tell of."""
        if not isinstance(sys.exception(), OSError):
            LOG.exception("the page of metrics failed")


class _ServerOf6(_Server):
    address_family = socket.AF_INET6


def _hang_up(connection: socket.socket) -> None:
    """Its thread notices, and closes it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        LOG.debug("the oldest connection has gone by itself: %s", error)
