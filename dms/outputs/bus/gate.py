"""Who may connect over TCP: CURVE encrypts and proves who it is, and the list of allowed clients decides (ZAP, RFC 27).

CURVE alone lets every key in, so there is no gate without a list.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import zmq
from zmq.auth.thread import ThreadAuthenticator

from dms.config.allowed_clients import CLIENTS_FILE, Right, read_allowed_clients
from dms.config.key_files import read_server_pair
from dms.errors import ConfigurationError

_DOMAIN = "dms"
_STRANGERS_NAMED = 100
_Mark = tuple[int, int, int] | None
_log = logging.getLogger(__name__)


class Gate:
    """Lets in whom the list in the folder `keys` allows `right`, and the service's own key, which only its user can read.

    `name` is what messages call the endpoint.

    Raises:
        ConfigurationError: the keys or the list are not there, or wrong.
    """

    def __init__(self, keys: Path, right: Right, name: str) -> None:
        self._list = keys / CLIENTS_FILE
        self._right, self._name = right, name
        self._pair = read_server_pair(keys)
        self._seen = _mark(self._list)
        self._guests = self._allowed()
        self._gone: set[str] = set()
        self._strangers: set[str] = set()
        self._reading = threading.Lock()
        self._authenticator: ThreadAuthenticator | None = None

    def open(self, context: zmq.Context[zmq.Socket[bytes]], socket: zmq.Socket[bytes]) -> None:
        """Begin to ask everybody who connects to `socket`, which is of this context and not yet bound."""
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.configure_curve_callback(_DOMAIN, self)
        self._authenticator.start()
        socket.set(zmq.CURVE_SERVER, 1)
        socket.set(zmq.CURVE_SECRETKEY, self._pair.secret.encode())
        socket.set(zmq.ZAP_DOMAIN, _DOMAIN.encode())
        socket.set(zmq.ZAP_ENFORCE_DOMAIN, 1)  # nobody gets in when nobody asks: else the death of a thread would open the gate

    def close(self) -> None:
        """Let go of the context. The gate may be opened again, with another."""
        authenticator, self._authenticator = self._authenticator, None
        if authenticator is None:
            return
        if not authenticator.is_alive():  # else `stop` would wait for ever until the thread hears of it
            authenticator.pipe.close()
            authenticator.pipe = None  # type: ignore[assignment]
        authenticator.stop()

    def callback(self, domain: str, key: bytes) -> bool:
        """Whether the client with this public key may connect: the authenticator asks."""
        self._read_again()
        name = self._guests.get(key.decode())
        if name is not None:
            _log.info("%s: %s has connected", self._name, name)
            return True
        stranger = key.decode()
        if stranger not in self._strangers and len(self._strangers) < _STRANGERS_NAMED:
            self._strangers.add(stranger)
            _log.warning("%s: refused a client with the key %s, which is not allowed to %s", self._name, stranger, self._right)
        return False

    def must_close(self) -> bool:
        """Whether connections have to be made anew: somebody may connect no longer, or nobody asks who connects."""
        if self._authenticator is not None and not self._authenticator.is_alive():
            _log.error("%s: the thread that asks who connects has ended: it is started anew", self._name)
            return True
        self._read_again()
        with self._reading:
            gone, self._gone = self._gone, set()
        if gone:
            _log.warning("%s: no longer allowed: %s; all connections are made anew", self._name, ", ".join(sorted(gone)))
        return bool(gone)

    def _read_again(self) -> None:
        """Read the list if it has changed. One that cannot be read is reported, and the one before stays in force."""
        with self._reading:
            seen = _mark(self._list)
            if seen == self._seen:
                return
            self._seen = seen
            try:
                now = self._allowed()
            except ConfigurationError as error:
                _log.error("%s: the list of allowed clients is wrong, the one before stays in force:\n%s", self._name, error)
                return
            self._gone |= {self._guests[key] for key in self._guests.keys() - now.keys()}
            self._guests = now
            self._strangers.clear()

    def _allowed(self) -> dict[str, str]:
        """The names of those who may connect, by their public keys."""
        own = zmq.curve_public(self._pair.secret.encode()).decode()
        guests = [client for client in read_allowed_clients(self._list.parent) if self._right in client.may]
        return {own: "the service's own user", **{client.key: client.name for client in guests}}


def _mark(path: Path) -> _Mark:
    """Something that differs as soon as the file does; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
