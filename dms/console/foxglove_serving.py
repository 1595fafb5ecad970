"""`dms listen --foxglove`: what the service publishes, handed on to Foxglove as it comes."""

from __future__ import annotations

import time

import typer

from dms.client.reception import STRANGE, Reception
from dms.config.key_files import ClientKeys
from dms.console.terminal_text import row
from dms.errors import EXIT_DONE, EXIT_FAILED, one_line
from dms.outputs.bus.messages import Topic

_POLL_S = 0.25


def serve_foxglove(address: str, endpoint: str, keys: ClientKeys | None, timeout_s: float | None) -> int:
    """Serve until the time is over or Ctrl-C. Remarks on gaps and silence go to standard error.

    Returns:
        The exit code: failed if nothing came from the service.

    Raises:
        DmsError: the address cannot be had, or the library is not installed.
    """
    from dms.client.foxglove.channels import Translator
    from dms.client.foxglove.door import MOST_CLIENTS
    from dms.client.foxglove.server import FoxgloveServer, address_of
    from dms.client.subscriber import Subscriber

    host, port = address_of(address)
    end = None if timeout_s is None else time.monotonic() + timeout_s
    translator, reception, strange_is_told = Translator(), Reception(time.monotonic()), False
    is_full_told = False
    with FoxgloveServer(host, port, f"dms at {endpoint}") as server, Subscriber(endpoint, Topic, keys) as subscriber:
        _remark(f"open {server.url} in Foxglove (Open connection, Foxglove WebSocket); Ctrl-C ends")
        try:
            while end is None or time.monotonic() < end:
                message = subscriber.receive(_POLL_S if end is None else min(_POLL_S, max(0.0, end - time.monotonic())))
                now_ns = time.time_ns()
                if message is not None:
                    for remark in reception.note(message.topic, message.fields, time.monotonic(), now_ns):
                        _remark(remark)
                    try:
                        for sent in translator.sent(message.topic, message.text, message.fields, now_ns):
                            server.send(sent)
                    except STRANGE as error:
                        if not strange_is_told:
                            _remark(f"{message.topic.short}: not a message of this dms ({one_line(str(error))})")
                        strange_is_told = True
                if server.turned_away and not is_full_told:
                    is_full_told = True
                    _remark(f"a client was turned away: {MOST_CLIENTS} are served at once")
                silence = reception.silence(time.monotonic())
                if silence:
                    reason = subscriber.why_silent()
                    _remark(f"{silence} ({reason})" if reason else silence)
        except KeyboardInterrupt:
            typer.echo(err=True)
    for topic, heard in reception.topics.items():
        _remark(f"{topic.short}: {heard.summary()}")
    return EXIT_DONE if reception.session is not None else EXIT_FAILED


def _remark(text: str) -> None:
    typer.echo(row(f"dms listen: {text}"), err=True)
