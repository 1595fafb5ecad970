"""Sending a running service what the driver pressed, to the endpoint that it listens on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import zmq

from dms.client.handshake import HandshakeWatch, use_keys
from dms.config.endpoints import connectable, tcp_host
from dms.config.key_files import ClientKeys
from dms.config.settings import Settings
from dms.errors import DmsError
from dms.locations import default_endpoint
from dms.types import DriverAction

_SENDING_TIMEOUT_MS = 2000


def default_input_endpoint(bus_endpoint: str) -> str | None:
    """Return where a service that publishes on `bus_endpoint` listens by default: `vehicle` beside the file `bus`.

    None if the bus is not a file, or if its path leaves no room for another name.
    """
    transport, _, address = bus_endpoint.partition("://")
    if transport != "ipc":
        return None
    folder, slash, name = address.rpartition("/")
    beside = f"{folder}{slash}{'vehicle' if name == 'bus' else f'{name}-vehicle'}"
    return f"ipc://{beside}" if len(os.fsencode(beside)) <= zmq.IPC_PATH_MAX_LEN else None


def configured_input_endpoint(settings: Settings) -> str | None:
    """Return where a service with these settings listens to the vehicle and to commands, or None."""
    return settings.vehicle.endpoint or default_input_endpoint(settings.bus.endpoint or default_endpoint())


def reached_from(bus_endpoint: str, input_endpoint: str) -> str:
    """Return where a program that hears a service at `bus_endpoint` reaches the `input_endpoint` that the service names."""
    return connectable(input_endpoint, tcp_host(bus_endpoint) or "127.0.0.1")


def send_driver_action(endpoint: str, action: DriverAction, note: str = "", keys: ClientKeys | None = None) -> None:
    """Send one action, which gets its time when it arrives. Does not wait for it: the bus shows what came of it.

    A service that listens over TCP with keys takes it only with `keys` that it allows to send.

    Raises:
        DmsError: nothing listens there, this user or key may not connect, or the endpoint is malformed.
    """
    problem = _why_not(endpoint)
    if problem:
        raise DmsError(f"vehicle endpoint {endpoint}: {problem}")
    message = {"topic": "driver", "action": action} | ({"note": note} if note else {})
    with zmq.Context() as context, context.socket(zmq.PUSH) as gateway:
        gateway.set(zmq.LINGER, _SENDING_TIMEOUT_MS)
        gateway.set(zmq.SNDTIMEO, _SENDING_TIMEOUT_MS)
        gateway.set(zmq.IMMEDIATE, 1)  # nothing waits for a service that is not there
        gateway.set(zmq.IPV6, int("[" in endpoint))
        use_keys(gateway, keys)
        handshake = HandshakeWatch(gateway, endpoint)
        try:
            gateway.connect(endpoint)
            gateway.send(json.dumps(message).encode())
        except zmq.Again:
            why = handshake.problem() or "no service listens there"
            raise DmsError(f"vehicle endpoint {endpoint}: {why}") from None
        except zmq.ZMQError as error:
            raise DmsError(f"vehicle endpoint {endpoint}: {error.strerror}") from error
        finally:
            handshake.close()


def _why_not(endpoint: str) -> str | None:
    """Return what is wrong with an endpoint, as ZeroMQ does not report a missing file or permission."""
    transport, _, address = endpoint.partition("://")
    if transport != "ipc" or address.startswith("@"):
        return None
    path = Path(address)
    if not path.exists():
        return "no service listens there"
    return None if os.access(path, os.W_OK) else "this user may not connect to it; its group may"
