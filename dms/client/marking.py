"""Having a running service keep the last minute of what it records, and waiting until that is safe on its disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from dms.client.sender import reached_from, send_driver_action
from dms.client.subscriber import Subscriber
from dms.config.key_files import ClientKeys
from dms.errors import DmsError
from dms.health import InputHealth, MarkHealth, RecorderHealth
from dms.outputs.bus.messages import Topic

HEALTH_WITHIN_S = 3.0
"""No health message within this time means that the service is gone."""
MARKED_WITHIN_S = 10.0
"""The recorder may have a busy disk."""
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a mark, and of the recorder that made it."""

    mark: MarkHealth
    recorder: RecorderHealth

    @property
    def pictures_in_words(self) -> str:
        """Which pictures were kept with it, as the end of a sentence; empty if none are recorded."""
        if self.recorder.video == "event":
            return f", with {self.mark.pictures} pictures from before it"
        return ", with all its pictures" if self.recorder.video == "all" else ""


def mark_recording(endpoint: str, keys: ClientKeys | None, note: str) -> Marked:
    """Mark the present moment of the drive that the service publishing at `endpoint` records, with `note` saying why.

    Raises:
        DmsError: no service answers, it records nothing, it takes nothing from this program, or its disk refuses.
        UsageError: the endpoint is malformed.
    """
    with Subscriber(endpoint, {Topic.HEALTH}, keys) as subscriber:
        health = _health(subscriber, HEALTH_WITHIN_S, lambda fields: fields.get("status") != "stopping")
        if health is None:
            why = subscriber.why_silent()
            raise DmsError(f"no service answers on {subscriber.endpoint}{f' ({why})' if why else ''}: is `dms run` running?")
        before = recorder_in(health).marks
        send_driver_action(reached_from(subscriber.endpoint, input_endpoint_in(health)), "mark", note, keys)
        after = _health(subscriber, MARKED_WITHIN_S, lambda fields: recorder_in(fields).marks > before)
    if after is None:
        raise DmsError(f"the service did not confirm the mark within {MARKED_WITHIN_S:g} s; its log may say why")
    recorder = recorder_in(after)
    if recorder.last_mark is None or recorder.last_mark.problem:
        raise DmsError((recorder.last_mark and recorder.last_mark.problem) or "the service does not say what became of the mark")
    return Marked(recorder.last_mark, recorder)


def recorder_in(health: Mapping[str, Any]) -> RecorderHealth:
    """What a health message says of the recorder.

    Raises:
        DmsError: the service records nothing.
    """
    recorder = _part(health, "recorder", RecorderHealth)
    if recorder is None:
        raise DmsError("the service records nothing: start it with --record DIR, or set record.folder in its configuration")
    return recorder


def input_endpoint_in(health: Mapping[str, Any]) -> str:
    """Where the service that sent a health message listens.

    Raises:
        DmsError: nowhere.
    """
    listens = _part(health, "vehicle", InputHealth)
    if listens is None:
        raise DmsError("the service has no endpoint to send to: set vehicle.endpoint in its configuration")
    return listens.endpoint


def _part(health: Mapping[str, Any], name: str, kind: type[Part]) -> Part | None:
    try:
        return None if health.get(name) is None else msgspec.convert(health[name], kind)
    except msgspec.ValidationError as error:
        raise DmsError(f"the service says of its {name} what this version of dms does not know: {error}") from error


def _health(subscriber: Subscriber, within_s: float, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any] | None:
    """The next health message that is wanted; None if there is none in time."""
    give_up = time.monotonic() + within_s
    while (left_s := give_up - time.monotonic()) > 0:
        message = subscriber.receive(left_s)
        if message is not None and wanted(message.fields):
            return message.fields
    return None
