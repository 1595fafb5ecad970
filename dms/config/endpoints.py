"""Which ZeroMQ addresses the service may bind: one rule for the configuration, `dms check` and the socket itself.

Imports no network library, so that a configuration can be checked without one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

LONGEST_IPC_PATH_BYTES = 107
"""What fits into the address of a Unix socket on Linux, unix(7), with the NUL behind it."""

_TCP = re.compile(r"tcp://(?P<host>[^/\s]+):(?P<port>[0-9]{1,5})")
_LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|localhost|lo|\[::1\]")

_EVERY_ADDRESS = ("0.0.0.0", "*", "[::]")  # noqa: S104 - it is recognised here, and bound only with keys


def socket_file(endpoint: str, *, keyed: bool = False) -> Path | None:
    """The file of an `ipc://` endpoint; None if it has none.

    Raises:
        ValueError: it is malformed, or other machines could reach it and it is not `keyed`: keys say who may connect.
    """
    transport, separator, address = endpoint.partition("://")
    if not separator or not address or transport not in ("ipc", "tcp"):
        raise ValueError("expected ipc:///path or tcp://127.0.0.1:port")
    if transport == "tcp":
        _check_tcp(endpoint, keyed=keyed)
        return None
    if address.startswith("@"):
        return None  # an abstract socket has no file, and the kernel refuses a second one
    if not address.startswith("/"):
        raise ValueError("the path must be absolute, as in ipc:///run/dms/bus")
    if "\0" in address:
        raise ValueError("the path has a NUL in it")
    if len(os.fsencode(address)) > LONGEST_IPC_PATH_BYTES:
        raise ValueError(f"the path is longer than {LONGEST_IPC_PATH_BYTES} bytes")
    return Path(address)


def _check_tcp(endpoint: str, *, keyed: bool) -> None:
    parts = _TCP.fullmatch(endpoint)
    if not parts or not 0 < int(parts["port"]) < 65536:
        raise ValueError("expected tcp://address:port with a port from 1 to 65535")
    if not keyed and not _LOOPBACK.fullmatch(parts["host"]):
        raise ValueError(
            "other machines could reach it, so it needs `keys:` beside it (`dms keys make` makes them); "
            "without, use ipc:///path or tcp://127.0.0.1:port"
        )


def connectable(endpoint: str, host: str = "127.0.0.1") -> str:
    """The address at which `endpoint` is reached: it may have been bound to all addresses of the machine `host`."""
    parts = _TCP.fullmatch(endpoint)
    if parts is None or parts["host"] not in _EVERY_ADDRESS:
        return endpoint
    return f"tcp://{host}:{parts['port']}"


def tcp_host(endpoint: str) -> str | None:
    """The host of a `tcp://` endpoint, None of any other."""
    parts = _TCP.fullmatch(endpoint)
    return parts["host"] if parts else None
