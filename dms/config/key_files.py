"""Key pairs for TCP in files: those of the service, and those of a client.

Keys are those of CURVE, ZeroMQ's encryption (RFC 26), as 40 characters of Z85. A file with a pair is a ZeroMQ certificate, which
other libraries read as well. Imports no network library, so that a configuration can be checked without one.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from dms.bounded import read_at_most
from dms.durable import WholeFile, private_folder
from dms.errors import ConfigurationError

DEFAULT_FOLDER = Path("/etc/dms/keys")
SERVER_FILE = "server.key"
MAX_BYTES = 1_000_000  # a list of ten thousand clients

_KEY = re.compile(r"[0-9A-Za-z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
_FIELD = re.compile(r'\s*(?P<name>[a-z]+-key)\s*=\s*"(?P<value>[^"]*)"\s*')
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A public key and the secret that belongs to it."""

    public: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """What a client needs to connect: its own pair, and the public key by which it knows the service."""

    pair: KeyPair
    server: str


def is_key(text: str) -> bool:
    """Whether this can be a key."""
    return _KEY.fullmatch(text) is not None


def read_server_pair(folder: Path) -> KeyPair:
    """The pair of the service whose keys lie in `folder`.

    Raises:
        ConfigurationError: it is not there, damaged, or other users may read it.
    """
    path = folder / SERVER_FILE
    return _pair(_keys_in(path, "`dms keys make` makes it"), path)


def read_client_keys(path: Path) -> ClientKeys:
    """The keys in a client's file. With a service's folder, those with which its own user may always connect.

    Raises:
        ConfigurationError: the file is not there, damaged, or other users may read it.
    """
    if _is_folder(path):
        own = read_server_pair(path)
        return ClientKeys(own, own.public)
    keys = _keys_in(path, "`dms keys client` makes such a file")
    return ClientKeys(_pair(keys, path), _named(keys, "server-key", path))


def write_server_pair(folder: Path, pair: KeyPair) -> Path:
    """Write the pair of a service into `folder`; returns its file.

    Raises:
        ConfigurationError: there are keys already: whoever was given the old ones could not connect any more.
        OSError: the folder cannot be written.
    """
    private_folder(folder)
    path = folder / SERVER_FILE
    if path.exists():
        raise ConfigurationError(f"{path}: there already; delete it if every client is to be given new keys")
    write_private(path, _certificate("the driver monitor's own keys", pair))
    return path


def write_client_keys(path: Path, name: str, keys: ClientKeys) -> None:
    """Write what a client needs into `path`, for this user alone.

    Raises:
        ConfigurationError: there is such a file.
        OSError: it cannot be written.
    """
    if path.exists():
        raise ConfigurationError(f"{path}: there already; give another place with --output")
    write_private(path, _certificate(f"the keys of {name}, a client of the driver monitor", keys.pair, keys.server))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error


def _keys_in(path: Path, advice: str) -> dict[str, str]:
    text = read_private(path, advice)
    keys: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = _FIELD.fullmatch(line)
        if found and not is_key(found["value"]):
            raise ConfigurationError(f"{path}:{number}: {found['name']}: not 40 characters of Z85")
        if found:
            keys[found["name"]] = found["value"]
    return keys


def _pair(keys: dict[str, str], path: Path) -> KeyPair:
    return KeyPair(_named(keys, "public-key", path), _named(keys, "secret-key", path))


def _named(keys: dict[str, str], name: str, path: Path) -> str:
    try:
        return keys[name]
    except KeyError:
        raise ConfigurationError(f"{path}: there is no {name} in it") from None


def read_private(path: Path, advice: str) -> str:
    """The text of a file that nobody but its owner may read; `advice` says how one comes by it.

    Raises:
        ConfigurationError: it is not there, cannot be read, or other users may read it.
    """
    text = read_text(path, advice)
    try:
        others_may = path.stat().st_mode & _OF_OTHERS
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    if others_may:
        raise ConfigurationError(f"{path}: other users may read this secret: chmod 600 {path}, or make a new one")
    return text


def read_text(path: Path, advice: str) -> str:
    """The text of a file; `advice` says how one comes by it.

    Raises:
        ConfigurationError: it is not there, or cannot be read.
    """
    try:
        return read_at_most(path, MAX_BYTES).decode("utf-8")
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: not there; {advice}") from None
    except PermissionError:
        raise ConfigurationError(f"{path}: this user may not read it: the keys have to belong to the service's user") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte 0x{error.object[error.start]:02x} is not UTF-8") from error


def _certificate(what: str, pair: KeyPair, server: str | None = None) -> str:
    lines = (
        f"# Secret: {what}. Whoever has this file can connect as its owner.",
        "metadata",
        *([f'    server-key = "{server}"'] if server else []),
        "curve",
        f'    public-key = "{pair.public}"',
        f'    secret-key = "{pair.secret}"',
    )
    return "\n".join(lines) + "\n"


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 whatever the umask."""
    with WholeFile(path) as whole:
        file = os.open(whole.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            os.fchmod(file, 0o600)
            stream.write(text)
