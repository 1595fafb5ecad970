"""Keeping the service away from what is being erased, by holding what it needs to run."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from dms.config.endpoints import socket_file, tcp_host
from dms.durable import real_place
from dms.errors import DmsError
from dms.outputs.instance_lock import AlreadyRunningError, InstanceLock
from dms.personal.places import Places

_STOP_IT = "stop the service first (systemctl stop dms), as it would go on writing"


@contextmanager
def service_kept_away(places: Places) -> Iterator[None]:
    """See to it that no service runs now and none starts until this is done.

    Raises:
        DmsError: one runs.
    """
    with ExitStack() as held:
        bus = socket_file(places.endpoint, keyed=True)
        for path, subject in ((real_place(places.journal), "the journal"), (bus, "the bus")):
            if path is None or not path.parent.is_dir():
                continue  # no service ever ran there
            lock = path.with_name(f"{path.name}.lock")
            try:
                held.callback(InstanceLock(lock, f"{subject} {path}").release)
            except AlreadyRunningError as error:
                raise DmsError(f"{error}: {_STOP_IT}") from error
        if bus is None:
            _hold_address(places.endpoint, held)
        yield


def _hold_address(endpoint: str, held: ExitStack) -> None:
    """Take the address of a bus that is no file, where the service has no lock. An address that this machine lacks has none."""
    try:
        held.enter_context(closing(_bound(endpoint)))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise DmsError(f"the bus {endpoint} is in use by another program: {_STOP_IT}") from error
        if error.errno not in (errno.EADDRNOTAVAIL, errno.EACCES):
            raise


def _bound(endpoint: str) -> socket.socket:
    host = tcp_host(endpoint)
    if host is None:  # ipc://@name: in no folder, and gone with the process that has it
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            holder.bind("\0" + endpoint.partition("://@")[2])
        except OSError:
            holder.close()
            raise
        return holder
    port = int(endpoint.rpartition(":")[2])
    bare = host.strip("[]")
    try:
        (family, *_, address), *_ = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICSERV)
    except socket.gaierror:  # `*`, or the name of a network card
        return socket.create_server(("", port))
    return socket.create_server(address[:2], family=family)
