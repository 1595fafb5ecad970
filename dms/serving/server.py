"""The socket and the web server around the application."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import stat
from pathlib import Path

import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware

from dms.bounded import read_at_most
from dms.errors import ConfigurationError, UsageError, reason
from dms.perception.settings import PerceptionSettings
from dms.serving.application import Answers, application
from dms.serving.patience import PatientProtocol
from dms.serving.prediction import Limits, Predictor

LOG = logging.getLogger(__name__)
CONNECTIONS = 64
KEPT_ALIVE_S = 5
STOP_WITHIN_S = 30
LONGEST_TOKEN_BYTES = 4096
SHORTEST_TOKEN = 16
_OF_THIS_MACHINE = ["localhost", "127.0.0.1", "[::1]", "::1"]


def address_in(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8790`, `[::1]:8790` or `:8790` (this machine only).

    Raises:
        UsageError: it is neither.
    """
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    try:
        address = str(ipaddress.ip_address(bare))
    except ValueError:
        address = ""
    if not address or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--listen {text!r}: expected ADDRESS:PORT such as 127.0.0.1:8790 or [::]:8790")
    return address, int(port)


def read_token(path: Path) -> str:
    """The token in a file that only its owner may read.

    Raises:
        ConfigurationError: there is none, it is short, or others may read it.
    """
    try:
        content = read_at_most(path, LONGEST_TOKEN_BYTES)
        mode = os.stat(path).st_mode
    except OSError as error:
        raise ConfigurationError(f"--token-file {path}: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"--token-file {path}: other users may read this secret: chmod 600 {path}")
    try:
        token = content.decode("ascii").strip()
    except UnicodeDecodeError:
        token = ""
    if len(token) < SHORTEST_TOKEN or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"--token-file {path}: expected one word of {SHORTEST_TOKEN} characters or more, as `openssl rand -hex 32` gives"
        )
    return token


def serve(address: tuple[str, int], settings: PerceptionSettings, limits: Limits, token: str | None) -> None:
    """Answer until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: the address cannot be had.
        ModelError: weights or manifest are missing, altered or unusable.
    """
    host, port = address
    is_private = ipaddress.ip_address(host).is_loopback
    with _listening(host, port) as listener:
        app = application(Answers(Predictor(settings, limits), limits, token))
        if is_private:  # a page in this machine's browser must not get at it by another name
            app.add_middleware(TrustedHostMiddleware, allowed_hosts=_OF_THIS_MACHINE)
        elif token is None:
            LOG.warning("%s: everybody who reaches this address may ask, and sends pictures in the clear: --token-file", host)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http=PatientProtocol,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=KEPT_ALIVE_S,
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        LOG.info("answers at http://%s:%d/", f"[{host}]" if ":" in host else host, port)
        for each in (signal.SIGINT, signal.SIGTERM):  # the server stops on them, and then raises them again for whoever ran it
            signal.signal(each, lambda *_: None)
        uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(CONNECTIONS)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"--listen {host}:{port}: {reason(error)}") from error
    return listener
