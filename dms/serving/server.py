"""`dms serve`: the application at its address, and the secret that its callers know."""

from __future__ import annotations

import ipaddress
import logging
import os
import stat
from pathlib import Path

from starlette.middleware.trustedhost import TrustedHostMiddleware

from dms.bounded import read_at_most
from dms.errors import ConfigurationError
from dms.perception.settings import PerceptionSettings
from dms.serving.application import Answers, application
from dms.serving.listening import OF_THIS_MACHINE, listening, run, url_of
from dms.serving.prediction import Limits, Predictor

LOG = logging.getLogger(__name__)
STOP_WITHIN_S = 30
LONGEST_TOKEN_BYTES = 4096
SHORTEST_TOKEN = 16


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
    with listening(host, port) as listener:
        app = application(Answers(Predictor(settings, limits), limits, token))
        if is_private:  # a page in this machine's browser must not get at it by another name
            app.add_middleware(TrustedHostMiddleware, allowed_hosts=OF_THIS_MACHINE)
        elif token is None:
            LOG.warning("%s: everybody who reaches this address may ask, and sends pictures in the clear: --token-file", host)
        LOG.info("answers at %s", url_of(host, port))
        run(app, listener, STOP_WITHIN_S)
