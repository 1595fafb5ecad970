"""Foxglove's WebSocket server, by its own SDK: whoever opens it sees the channels and their messages, and can send nothing.

Only this module imports the SDK.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from dms.client.foxglove.channels import SCHEMAS, Sent
from dms.client.foxglove.door import Door
from dms.errors import DmsError, UsageError
from dms.resources import how_to_add

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8765
BACKLOG_MESSAGES = 256
"""How many a client may be behind, some ten seconds of a service; then it loses the oldest."""


def address_of(text: str) -> tuple[str, int]:
    """Returns host and port of `HOST:PORT`, `HOST`, `:PORT` or `PORT`; without a host only this machine is served.

    Raises:
        UsageError: it is none of these.
    """
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = ("", text) if text.isdecimal() else (text, "")
    if (port and (not port.isdecimal() or not int(port) < 65536)) or any(character.isspace() for character in host):
        raise UsageError(f"--foxglove {text}: expected HOST:PORT, such as {DEFAULT_HOST}:{DEFAULT_PORT}")
    return host.removeprefix("[").removesuffix("]") or DEFAULT_HOST, int(port) if port else DEFAULT_PORT


class FoxgloveServer:
    """Serves the channels at an address; port 0 takes a free one.

    Raises:
        UsageError: the SDK is not installed.
        DmsError: the address cannot be had.
    """

    def __init__(self, host: str, port: int, name: str = "dms") -> None:
        try:
            import foxglove
        except ImportError as error:
            raise UsageError(f"--foxglove: the library foxglove-sdk is not installed: {how_to_add('foxglove')}") from error
        context = self._context = foxglove.Context()  # kept: the channels end with it
        self._channels = {
            topic: foxglove.Channel(topic, schema=dict(schema), message_encoding="json", context=context)
            for topic, schema in SCHEMAS.items()
        }
        try:
            self._server = foxglove.start_server(
                name=name, host="127.0.0.1", port=0, capabilities=[], context=context, message_backlog_size=BACKLOG_MESSAGES
            )
        except Exception as error:  # the SDK raises what it likes; all of it means that nobody can be served
            raise DmsError(f"--foxglove {host}:{port}: cannot be served: {error}") from error
        try:
            self._door = Door(host, port, self._server.port)
        except OSError as error:
            self._server.stop()
            raise DmsError(f"--foxglove {host}:{port}: cannot be served: {error.strerror}") from error
        self.url = f"ws://{f'[{host}]' if ':' in host else host}:{self._door.port}"

    @property
    def turned_away(self) -> int:
        """How many clients found no room so far."""
        return self._door.turned_away

    def send(self, sent: Sent) -> None:
        """Give a message to everybody who has subscribed to its channel; a client that is too slow loses the oldest."""
        self._channels[sent.channel].log(sent.content, log_time=sent.time_ns)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._door.close()
        self._server.stop()
