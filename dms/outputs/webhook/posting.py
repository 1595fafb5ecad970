"""Posting to a webhook over HTTP."""

from __future__ import annotations

import hmac
import http.client
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from dms import __version__
from dms.errors import one_line, reason
from dms.outputs.forwarding.link import LinkError
from dms.outputs.forwarding.message import Message
from dms.outputs.webhook.options import WebhookOptions

LOG = logging.getLogger(__name__)
NEVER = frozenset({400, 413, 415, 422})
"""Answers that mean this message and will not change: it is dropped, so that those behind it get through."""
_TAKEN = range(200, 300)
_MOST_ANSWER_BYTES = 65_536
_MOST_WORDS = 100


def signature(secret: bytes, body: bytes) -> str:
    """The header `X-Dms-Signature`: HMAC-SHA256 (RFC 2104) of the body, in hexadecimal, after `sha256=`."""
    return f"sha256={hmac.digest(secret, body, 'sha256').hex()}"


class Webhook:
    """The other side, which takes connections.

    Raises:
        LinkError, OSError: it does not.
    """

    def __init__(self, options: WebhookOptions) -> None:
        self._options = options
        parts = options.parts
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._secret = options.secret()
        self._headers = {"Content-Type": "application/json", "User-Agent": f"dms/{__version__}"}
        if (authorization := options.authorization()) is not None:
            self._headers["Authorization"] = authorization
        self._connection = self._connected()

    def carry(self, messages: Sequence[Message]) -> None:
        """Post one after the other; returns when all have been taken or refused for good. Then the connection is closed."""
        carried = 0
        try:
            if self._connection.sock is None:
                self._connection = self._connected()
            for message in messages:
                self._post(message)
                carried += 1
        except (LinkError, OSError, http.client.HTTPException) as error:
            raise LinkError(_said(error), carried) from error
        finally:
            self._connection.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _connected(self) -> http.client.HTTPConnection:
        options, parts = self._options, self._options.parts
        host, port, timeout_s = parts.hostname or "", parts.port, options.timeout_s
        context = options.tls_context()
        connection = (
            http.client.HTTPConnection(host, port, timeout=timeout_s)
            if context is None
            else http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
        )
        try:
            connection.connect()
        except OSError:
            connection.close()
            raise
        return connection

    def _post(self, message: Message) -> None:
        headers = {**self._headers, "Idempotency-Key": message.id}
        if self._secret is not None:
            headers["X-Dms-Signature"] = signature(self._secret, message.body)
        with self._in_time():
            self._connection.request("POST", self._target, message.body, headers)
            answer = self._connection.getresponse()
            rest = len(answer.read(_MOST_ANSWER_BYTES)) == _MOST_ANSWER_BYTES
        words = one_line(answer.reason, _MOST_WORDS)
        if answer.status in NEVER:
            LOG.warning(f"the webhook refused {message.id} for good: {answer.status} {words}")
        elif answer.status not in _TAKEN:
            followed = ", which is not followed" if answer.status in range(300, 400) else ""
            raise LinkError(f"it answers {answer.status} {words}{followed}")
        if rest:
            self._connection.close()  # it is opened anew rather than read to an end that may never come

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Hang up if the answer is not whole in time: a limit for each piece alone allows a byte now and then."""
        connection, timeout_s = self._connection.sock, self._options.timeout_s
        is_late = threading.Event()

        def hang_up() -> None:
            is_late.set()
            with suppress(OSError):  # it has gone by itself
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # that of TLS would say goodbye first, and wait for it

        timer = threading.Timer(timeout_s, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, http.client.HTTPException) as error:
            late = is_late.is_set() or isinstance(error, TimeoutError)
            raise LinkError(f"no whole answer within {timeout_s:g} s" if late else _said(error)) from error
        finally:
            timer.cancel()
        if is_late.is_set():
            raise LinkError(f"no whole answer within {timeout_s:g} s")


def _said(error: LinkError | OSError | http.client.HTTPException) -> str:
    return reason(error) or type(error).__name__
