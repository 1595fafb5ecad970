"""Ports of this machine for the services that tests and benchmarks start."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOWEST = 10_000
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port on 127.0.0.1 that nobody uses, and that the kernel gives to no connection that goes out.

    Neither is true of a port that the kernel names (port 0) or that is typed in from the range of outgoing connections: any
    connection of any program may be given it before the service binds it.

    Raises:
        OSError: none was found.
    """
    highest = int(OUTGOING.read_text().split()[0]) - 1
    for port in random.SystemRandom().sample(range(LOWEST, highest), 100):
        with socket.socket(type=kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no port between {LOWEST} and {highest} is free")
