"""Binding a socket: which endpoints are allowed, and who may connect. A path in use is never taken over."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import zmq

from dms.errors import ConfigurationError, DmsError
from dms.outputs.instance_lock import InstanceLock

FLUSH_MS = 200
"""How long closing may take to hand the last messages, `stopping` among them, to whoever still reads."""

_GROUP_MAY_CONNECT = 0o007
_TCP = re.compile(r"tcp://(?P<host>[^/]+):(?P<port>\d+)")
_LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|localhost|lo|\[::1\]")
_umask_guard = threading.Lock()


class EndpointError(DmsError):
    """An endpoint cannot be bound."""


class BoundSocket:
    """A socket of `socket_type` bound to `endpoint`, with its own context, and the lock that keeps a second instance away.

    `name` is what messages call the endpoint, `options` are set on the socket before it is bound.

    Raises:
        ConfigurationError: the endpoint is malformed or not allowed.
        DmsError: it is in use, or cannot be bound.
    """

    def __init__(
        self, endpoint: str, name: str, socket_type: int, options: Mapping[zmq.SocketOption, int], *, allow_remote: bool = False
    ) -> None:
        self._path = _checked_path(endpoint, name, allow_remote=allow_remote)
        self._lock = _locked(self._path, f"{name} {endpoint}") if self._path else None
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.socket = self._context.socket(socket_type)
        try:
            for option, value in options.items():
                self.socket.set(option, value)
            self.socket.set(zmq.LINGER, 0)
            self.socket.set(zmq.IPV6, int("[" in endpoint))
            with _group_may_connect():
                self.socket.bind(endpoint)
        except zmq.ZMQError as error:
            self._path = None
            self.close()
            raise EndpointError(f"{name} {endpoint}: {_bind_problem(error)}") from error

    def close(self) -> None:
        """Close socket and context, and let the next instance have the endpoint. Closing twice does no harm."""
        self.socket.close(linger=FLUSH_MS)
        self._context.term()
        if self._lock and not self._lock.released:
            self._remove_socket_file()
            self._lock.release()

    def _remove_socket_file(self) -> None:
        """Remove the file that ZeroMQ leaves behind. While the lock is held, it can only be ours."""
        if self._path:
            self._path.unlink(missing_ok=True)


def _checked_path(endpoint: str, name: str, *, allow_remote: bool) -> Path | None:
    """Return the file of an `ipc://` endpoint, or None if it has none."""
    transport, separator, address = endpoint.partition("://")
    if not separator or not address or transport not in ("ipc", "tcp"):
        raise ConfigurationError(f"{name} '{endpoint}': expected ipc:///path or tcp://127.0.0.1:port")
    if transport == "tcp":
        _check_tcp(endpoint, name, allow_remote=allow_remote)
        return None
    if address.startswith("@"):
        return None  # an abstract socket has no file, and the kernel refuses a second one
    if not address.startswith("/"):
        raise ConfigurationError(f"{name} {endpoint}: the path must be absolute, as in ipc:///run/dms/bus")
    if len(os.fsencode(address)) > zmq.IPC_PATH_MAX_LEN:
        raise ConfigurationError(f"{name} {endpoint}: the path is longer than {zmq.IPC_PATH_MAX_LEN} bytes")
    return Path(address)


def _check_tcp(endpoint: str, name: str, *, allow_remote: bool) -> None:
    parts = _TCP.fullmatch(endpoint)
    if not parts or not 0 < int(parts["port"]) < 65536:
        raise ConfigurationError(f"{name} {endpoint}: expected tcp://address:port with a port from 1 to 65535")
    if not allow_remote and not _LOOPBACK.fullmatch(parts["host"]):
        raise ConfigurationError(
            f"{name} {endpoint}: reachable from other machines, without encryption or authentication; "
            "use ipc:///path or tcp://127.0.0.1:port, or allow other machines explicitly"
        )


def _locked(path: Path, subject: str) -> InstanceLock:
    try:
        with _group_may_connect():
            path.parent.mkdir(parents=True, exist_ok=True)
            return InstanceLock(path.with_name(path.name + ".lock"), subject)
    except OSError as error:
        raise EndpointError(f"{subject}: {error.strerror} ({error.filename})") from error


@contextmanager
def _group_may_connect() -> Iterator[None]:
    """Connecting needs write permission on the socket, and its mode is settled at bind by the umask of the whole process."""
    with _umask_guard:
        before = os.umask(_GROUP_MAY_CONNECT)
        try:
            yield
        finally:
            os.umask(before)


def _bind_problem(error: zmq.ZMQError) -> str:
    if error.errno == zmq.EADDRINUSE:
        return "already in use by another program"
    return str(error)
