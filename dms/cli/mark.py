"""`dms mark`: the last minute of the drive that is being recorded is worth keeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dms.console.connecting import Keys, given_keys
from dms.console.terminal_text import row
from dms.errors import DmsError
from dms.locations import endpoint_to_hear
from dms.outputs.bus.messages import Topic

if TYPE_CHECKING:
    from dms.client.subscriber import Subscriber

_Fields = dict[str, Any]
_HEALTH_WITHIN_S = 3.0  # no health message within this time means that the service is gone
_MARKED_WITHIN_S = 10.0  # the recorder may have a busy disk


def command(
    note: Annotated[str, typer.Argument(help="Why; written into the recording and its .keep file.", show_default=False)] = "",
    endpoint: Annotated[str | None, typer.Option(help="Where the service publishes. Default: its default address.")] = None,
    keys: Keys = None,
) -> None:
    """Protect what was recorded in the last minute from being deleted, and keep its pictures if pictures are recorded.

    Waits until it is safe on the disk. Exit code 1: no service runs, it records nothing, or the disk refuses.
    """
    from dms.client.sender import reached_from, send_driver_action
    from dms.client.subscriber import Subscriber

    its_keys = given_keys(keys)
    with Subscriber(endpoint or endpoint_to_hear(), {Topic.HEALTH}, its_keys) as subscriber:
        health = _health(subscriber, _HEALTH_WITHIN_S, lambda fields: fields["status"] != "stopping")
        if health is None:
            why = subscriber.why_silent()
            raise DmsError(f"no service answers on {subscriber.endpoint}{f' ({why})' if why else ''}: is `dms run` running?")
        before = _recorder(health)
        send_driver_action(reached_from(subscriber.endpoint, _input_endpoint(health)), "mark", note, its_keys)
        after = _health(subscriber, _MARKED_WITHIN_S, lambda fields: _recorder(fields)["marks"] > before["marks"])
    if after is None:
        raise DmsError(f"the service did not confirm the mark within {_MARKED_WITHIN_S:g} s; its log may say why")
    mark = _recorder(after)["last_mark"]
    if mark["problem"]:
        raise DmsError(mark["problem"])
    typer.echo(f"marked at {mark['t']:.1f} s of the drive{_pictures(_recorder(after), mark)}; protected:")
    for path in mark["files"]:
        typer.echo(row(f"  {path}"))


def _health(subscriber: Subscriber, within_s: float, wanted: Callable[[_Fields], bool]) -> _Fields | None:
    """The next health message that is wanted; None if there is none in time."""
    give_up = time.monotonic() + within_s
    while (left_s := give_up - time.monotonic()) > 0:
        message = subscriber.receive(left_s)
        if message is not None and wanted(message.fields):
            return message.fields
    return None


def _recorder(health: _Fields) -> _Fields:
    recorder: _Fields | None = health.get("recorder")
    if recorder is None:
        raise DmsError("the service records nothing: start it with --record DIR, or set record.folder in its configuration")
    return recorder


def _input_endpoint(health: _Fields) -> str:
    endpoint = (health.get("vehicle") or {}).get("endpoint")
    if endpoint is None:
        raise DmsError("the service has no endpoint to send to: set vehicle.endpoint in its configuration")
    return str(endpoint)


def _pictures(recorder: _Fields, mark: _Fields) -> str:
    if recorder["video"] == "event":
        return f", with {mark['pictures']} pictures from before it"
    return ", with all its pictures" if recorder["video"] == "all" else ""
