"""How a command connects to a service: where, and with which keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.config.key_files import ClientKeys, read_client_keys
from dms.config.settings import BusSettings, VehicleSettings, keys_folder
from dms.locations import endpoint_to_hear

if TYPE_CHECKING:
    from dms.client.subscriber import Subscriber
    from dms.config.settings import Settings
    from dms.outputs.bus.messages import Topic

Keys = Annotated[
    Path | None,
    typer.Option(help="The file of `dms keys client`, for a service that asks for keys; or the folder with the service's own."),
]


def given_keys(path: Path | None) -> ClientKeys | None:
    """The keys in the file that was given, if one was.

    Raises:
        ConfigurationError: it is not there, or holds none.
    """
    return None if path is None else read_client_keys(path)


def own_keys(section: BusSettings | VehicleSettings) -> ClientKeys | None:
    """The keys with which the service's own user connects to what this section binds; None without keys.

    Raises:
        ConfigurationError: they are not there, or this user may not read them.
    """
    return given_keys(keys_folder(section))


def own_subscriber(settings: Settings, topics: set[Topic]) -> Subscriber:
    """A subscriber to the service that runs with these settings on this machine.

    Raises:
        ConfigurationError: its keys cannot be read.
    """
    from dms.client.subscriber import Subscriber
    from dms.config.endpoints import connectable

    return Subscriber(connectable(settings.bus.endpoint or endpoint_to_hear()), topics, own_keys(settings.bus))
