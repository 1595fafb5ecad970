"""Binding a socket: which endpoints are allowed, and who may connect. A path in use is never taken over."""

from __future__ import annotations

import logging
import os
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import zmq

from dms.config.allowed_clients import Right
from dms.config.endpoints import socket_file
from dms.errors import ConfigurationError, DmsError
from dms.outputs.bus.connections import HANDSHAKE_MS, Connections
from dms.outputs.bus.lost_peers import notice_lost_peers
from dms.outputs.instance_lock import InstanceLock
from dms.watched_thread import threads_to_be_had

if TYPE_CHECKING:
    from dms.outputs.bus.gate import Gate

FLUSH_MS = 200
"""How long closing may take to hand the last messages, `stopping` among them, to whoever still reads."""
LOOK_EVERY_S = 1.0
"""How often it is looked whether somebody may connect no longer."""

_GROUP_MAY_CONNECT = 0o007
_THREADS_OF_A_CONTEXT = 3
"""Two of ZeroMQ's own, and that of the gate."""
_umask_guard = threading.Lock()
_log = logging.getLogger(__name__)


class EndpointError(DmsError):
    """An endpoint cannot be bound."""


class BoundSocket:
    """A socket of `socket_type` bound to `endpoint`, with its own context, and the lock that keeps a second instance away.

    `name` is what messages call the endpoint, `options` are set on the socket before it is bound. At most `most_connections` are
    served at once. Over TCP, `keys` is the folder with the service's keys and the list of the clients that are allowed `right`;
    files have permissions of their own.

    Raises:
        ConfigurationError: the endpoint is malformed, needs keys, or the keys are wrong.
        DmsError: it is in use, or cannot be bound.
    """

    def __init__(
        self,
        endpoint: str,
        name: str,
        socket_type: int,
        options: Mapping[zmq.SocketOption, int],
        *,
        most_connections: int,
        right: Right,
        keys: Path | None = None,
    ) -> None:
        self._endpoint, self._name = endpoint, name
        self._type, self._options = socket_type, dict(options)
        self._most_connections = most_connections
        self._refused = 0
        self._look_at = time.monotonic() + LOOK_EVERY_S
        self._path = _checked_path(endpoint, name, keyed=keys is not None)
        self._gate = _gate(keys, right, f"{name} {endpoint}") if keys and endpoint.startswith("tcp://") else None
        if endpoint.startswith("tcp://") and self._gate is None:
            _log.warning(
                "%s %s: every user of this machine may connect, without authentication; ipc:// or keys ask who it is",
                name,
                endpoint,
            )
        if self._path is not None:
            _refuse_files(self._path, f"{name} '{endpoint}'")
        self._lock = _locked(self._path, f"{name} {endpoint}") if self._path else None
        try:
            self._open()
        except EndpointError:
            if self._lock:
                self._lock.release()
            raise

    def must_renew(self) -> bool:
        """Whether `renew` is to be called: somebody who is connected may no longer be, or it could not be bound again."""
        now = time.monotonic()
        if now < self._look_at:
            return False
        self._look_at = now + LOOK_EVERY_S
        return self.socket.closed or (self._gate is not None and self._gate.must_close())

    def renew(self) -> None:
        """Close the socket and bind another: all that others have made it hold is gone, and they connect again by themselves.

        Raises:
            DmsError: it cannot be bound again. The endpoint is still this instance's, and `renew` may be tried again.
        """
        self._close_socket()
        self._open()

    def close(self) -> None:
        """Close socket and context, and let the next instance have the endpoint. Closing twice does no harm."""
        self._close_socket()
        if self._lock and not self._lock.released:
            self._remove_socket_file()
            self._lock.release()

    def _open(self) -> None:
        endpoint = self._endpoint
        if threads_to_be_had(_THREADS_OF_A_CONTEXT) < _THREADS_OF_A_CONTEXT:  # ZeroMQ would end the process
            raise EndpointError(f"{self._name} {endpoint}: no threads to be had (TasksMax=, ulimit -u)")
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.socket = self._context.socket(self._type)
        try:
            for option, value in self._options.items():
                self.socket.set(option, value)
            self.socket.set(zmq.LINGER, 0)
            self.socket.set(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
            self.socket.set(zmq.IPV6, int("[" in endpoint))
            notice_lost_peers(self.socket)
            self.connections = Connections(self.socket, self._most_connections, f"{self._name} {endpoint}", self._refused)
            if self._gate is not None:
                self._gate.open(self._context, self.socket)
            with _group_may_connect():
                self.socket.bind(endpoint)
        except zmq.ZMQError as error:
            self._close_socket()
            raise EndpointError(f"{self._name} {endpoint}: {_bind_problem(error, self._path)}") from error

    def _close_socket(self) -> None:
        if not self.socket.closed:
            self._refused = self.connections.refused
            self.connections.close()
            self.socket.close(linger=FLUSH_MS)
        if self._gate is not None:
            self._gate.close()
        self._context.term()  # waits until the old one no longer has the path

    def _remove_socket_file(self) -> None:
        """Remove the file that ZeroMQ leaves behind. While the lock is held, a socket there can only be ours."""
        if self._path and self._path.is_socket():
            self._path.unlink(missing_ok=True)


def _gate(keys: Path, right: Right, name: str) -> Gate:
    from dms.outputs.bus.gate import Gate  # its thread brings asyncio along, which nobody without keys needs

    return Gate(keys, right, name)


def _checked_path(endpoint: str, name: str, *, keyed: bool) -> Path | None:
    """The file of an `ipc://` endpoint, or None if it has none."""
    try:
        return socket_file(endpoint, keyed=keyed)
    except ValueError as error:
        raise ConfigurationError(f"{name} '{endpoint}': {error}") from error


def _refuse_files(path: Path, subject: str) -> None:
    """ZeroMQ deletes whatever has the name, to make room for its socket: only what a service left behind may go."""
    try:
        mode = path.lstat().st_mode
    except OSError:  # nothing is there; or it cannot be seen, and then not be bound either
        return
    if not stat.S_ISSOCK(mode) and not stat.S_ISDIR(mode):  # a folder cannot be deleted so, and is told as such
        raise ConfigurationError(f"{subject}: {path} is there already and no socket: it would be lost; give another path")


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


def _bind_problem(error: zmq.ZMQError, path: Path | None) -> str:
    if path is not None and path.is_dir():
        return "there is a folder of this name"
    if error.errno == zmq.EADDRINUSE:
        return "already in use by another program"
    return str(error)
