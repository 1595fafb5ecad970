"""The list of the clients that may connect over TCP: one a line, with a name, a public key, and what it may do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from dms.config.key_files import is_key, read_text, write_private
from dms.errors import ConfigurationError

CLIENTS_FILE = "allowed_clients"
_ADVICE = "`dms keys make` makes it"

Right = Literal["listen", "send"]
"""What a client may do: subscribe to the bus, or send speeds and what the driver pressed."""
RIGHTS: tuple[Right, ...] = get_args(Right)

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
_HEADING = """\
# Who may connect to the driver monitor over TCP, one client a line: its name, its public key, and what it may do (listen, send).
# `dms keys client`, `allow` and `revoke` write here; a service that runs goes by a change within seconds.
"""


@dataclass(frozen=True, slots=True)
class AllowedClient:
    """A client that may connect, and what it may do."""

    name: str
    key: str
    may: tuple[Right, ...]


def is_name(text: str) -> bool:
    """Whether a client can have this name."""
    return _NAME.fullmatch(text) is not None


def begin_list(folder: Path) -> None:
    """Make the list in `folder`, unless there is one: nobody is allowed yet.

    Raises:
        OSError: it cannot be written.
    """
    if not (folder / CLIENTS_FILE).exists():
        write_private(folder / CLIENTS_FILE, _HEADING)


def read_allowed_clients(folder: Path) -> tuple[AllowedClient, ...]:
    """The clients that are allowed by the list in `folder`, in its order.

    Raises:
        ConfigurationError: the list is not there, or wrong; one problem per line, with file and line.
    """
    path = folder / CLIENTS_FILE
    clients: list[AllowedClient] = []
    problems: list[str] = []
    for number, line in enumerate(read_text(path, _ADVICE).splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        client = _client(line)
        problem = client if isinstance(client, str) else _taken(client, clients)
        if problem:
            problems.append(f"{path}:{number}: {problem}")
        elif isinstance(client, AllowedClient):
            clients.append(client)
    if problems:
        raise ConfigurationError("\n".join(problems))
    return tuple(clients)


def allow_client(folder: Path, client: AllowedClient) -> None:
    """Add a client to the list.

    Raises:
        ConfigurationError: the list is not there or wrong, or knows the name or the key.
        OSError: it cannot be written.
    """
    problem = _taken(client, read_allowed_clients(folder))
    if problem:
        raise ConfigurationError(f"{folder / CLIENTS_FILE}: {problem}")
    path = folder / CLIENTS_FILE
    write_private(
        path, "\n".join([*read_text(path, _ADVICE).splitlines(), f"{client.name}  {client.key}  {','.join(client.may)}"]) + "\n"
    )


def revoke_client(folder: Path, name: str) -> None:
    """Take a client off the list; everything else in it stays as it is.

    Raises:
        ConfigurationError: the list is not there or wrong, or has no such client.
        OSError: it cannot be written.
    """
    path = folder / CLIENTS_FILE
    known = [client.name for client in read_allowed_clients(folder)]
    if name not in known:
        raise ConfigurationError(f"{path}: no client '{name}'; allowed are: {', '.join(known) or 'none'}")
    kept = [line for line in read_text(path, _ADVICE).splitlines(keepends=True) if line.split()[:1] != [name]]
    write_private(path, "".join(kept))


def _client(line: str) -> AllowedClient | str:
    """The client on a line, or what is wrong with it."""
    words = line.split()
    if len(words) != 3:
        return "expected a name, a public key, and listen, send or listen,send"
    name, key, may = words
    if not is_name(name):
        return f"'{name[:64]}' is no name of a client: letters, digits, '.', '_' and '-'"
    if not is_key(key):
        return f"the key of '{name}' is not 40 characters of Z85"
    rights = tuple(right for right in RIGHTS if right in may.split(","))
    if not rights or set(may.split(",")) - set(RIGHTS):
        return f"'{may}' is nothing that a client may do: expected listen, send or listen,send"
    return AllowedClient(name, key, rights)


def _taken(client: AllowedClient, known: Sequence[AllowedClient]) -> str | None:
    """Why a client cannot stand in the list beside those that are known."""
    if any(client.name == other.name for other in known):
        return f"a client '{client.name}' is allowed already"
    same = next((other.name for other in known if other.key == client.key), None)
    return f"the key of '{client.name}' is that of '{same}'" if same else None
