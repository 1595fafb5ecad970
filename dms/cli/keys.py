"""`dms keys`: who may connect to the service over TCP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dms.config.allowed_clients import (
    RIGHTS,
    AllowedClient,
    Right,
    allow_client,
    begin_list,
    is_name,
    read_allowed_clients,
    revoke_client,
)
from dms.config.key_files import (
    DEFAULT_FOLDER,
    ClientKeys,
    is_key,
    read_server_pair,
    write_client_keys,
    write_server_pair,
)
from dms.errors import DmsError, UsageError, reason

if TYPE_CHECKING:
    from dms.config.key_files import KeyPair

app = typer.Typer(help="Keys for TCP: make them, allow clients, revoke them.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--keys", help="Folder with the service's keys, as `keys:` in the configuration names it.")]
May = Annotated[
    list[str] | None,
    typer.Option(
        help="What the client may do: listen (subscribe), or send (speeds, buttons); may be given again. Default: listen."
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name for the client, such as display.")]


@app.command()
def make(keys: Folder = DEFAULT_FOLDER) -> None:
    """Make the service's own key pair, and a list that allows nobody yet."""
    with _disk():
        pair = _new_pair()
        path = write_server_pair(keys, pair)
        begin_list(keys)
    typer.echo(f"made {path}; clients know this service by its public key {pair.public}")
    if os.geteuid() == 0 and keys.stat().st_uid == 0:
        typer.echo(
            f"these keys are root's: `chown -R dms: {keys}`, or whichever user the service runs as, so that it can read them"
        )
    typer.echo(f"next: `keys: {keys.absolute()}` beside the endpoint in the configuration, and `dms keys client NAME`")


@app.command()
def client(
    name: Name,
    may: May = None,
    output: Annotated[Path | None, typer.Option(help="Where to write them. Default: NAME.key here.")] = None,
    keys: Folder = DEFAULT_FOLDER,
) -> None:
    """Make the keys of a client, and allow it. The file is all it needs; move it to the client's machine."""
    pair = _new_pair()
    wanted = _wanted(name, pair.public, may)
    path = output or Path(f"{name}.key")
    with _disk():
        write_client_keys(path, name, ClientKeys(pair, read_server_pair(keys).public))
        try:
            allow_client(keys, wanted)
        except (DmsError, OSError):
            path.unlink()  # keys that nothing is opened with
            raise
    typer.echo(f"{name} may {' and '.join(wanted.may)}; its keys are in {path}: `dms listen --endpoint tcp://… --keys {path}`")


@app.command()
def allow(
    name: Name,
    public_key: Annotated[str, typer.Argument(metavar="PUBLIC_KEY", help="40 characters of Z85, in quotes for the shell.")],
    may: May = None,
    keys: Folder = DEFAULT_FOLDER,
) -> None:
    """Allow a client that made its own keys, so that its secret never travels. A service that runs lets it in at once."""
    wanted = _wanted(name, public_key, may)
    with _disk():
        server = read_server_pair(keys).public
        allow_client(keys, wanted)
    typer.echo(f"{name} may {' and '.join(wanted.may)}; it has to know this service by its public key {server}")


@app.command("list")
def list_clients(keys: Folder = DEFAULT_FOLDER) -> None:
    """List the clients that may connect."""
    typer.echo(f"service  {read_server_pair(keys).public}")
    allowed = read_allowed_clients(keys)
    width = max((len(each.name) for each in allowed), default=0)
    for each in allowed:
        typer.echo(f"{each.name:<{width}}  {each.key}  {', '.join(each.may)}")
    if not allowed:
        typer.echo("nobody else may connect: `dms keys client NAME` allows a client")


@app.command()
def revoke(name: Name, keys: Folder = DEFAULT_FOLDER) -> None:
    """Allow a client no longer. A service that runs cuts its connection within seconds."""
    with _disk():
        revoke_client(keys, name)
    typer.echo(f"{name} may connect no longer")


def _wanted(name: str, public_key: str, may: list[str] | None) -> AllowedClient:
    """The client that is asked for on the command line."""
    wanted = may or ["listen"]
    unknown = [each for each in wanted if each not in RIGHTS]
    if unknown:
        raise UsageError(f"--may '{unknown[0]}': expected {' or '.join(RIGHTS)}")
    if not is_name(name):
        raise UsageError(f"'{name}' is no name for a client: up to 64 letters, digits, '.', '_' and '-'")
    if not is_key(public_key):
        raise UsageError("the public key is not 40 characters of Z85")
    rights: tuple[Right, ...] = tuple(right for right in RIGHTS if right in wanted)
    return AllowedClient(name, public_key, rights)


def _new_pair() -> KeyPair:
    import zmq

    from dms.config.key_files import KeyPair

    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


@contextmanager
def _disk() -> Iterator[None]:
    """Say in one line what the disk refused."""
    try:
        yield
    except OSError as error:
        raise DmsError(reason(error)) from error
