"""What travels on the bus: the five topics and the JSON of their messages.

A message is the object of DESIGN (an observation, an alert) or a state, health or summary object, with the envelope woven in
after its `topic`: `session`, `seq`, `utc`, and `t` of the object itself. Needs no ZeroMQ, so that a subscriber can use it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec
from pydantic_core import to_json as any_to_json

from dms import wire
from dms.health import Health
from dms.trip.summary import TripSummary
from dms.types import Alert, Cues, Observation

HEALTH_SILENCE_S = 3.0
"""A subscriber that has heard no fresh health message for this long must take the driver monitor for lost."""

RESERVED_FIELDS = frozenset({"topic", "session", "seq", "utc", "t", "snapshot", "cues", "active"})


class Topic(StrEnum):
    """The first frame of a message. `v1` changes only when a field is renamed or dropped."""

    STATE = "dms.v1.state"
    ALERT = "dms.v1.alert"
    HEALTH = "dms.v1.health"
    OBSERVATION = "dms.v1.observation"
    SUMMARY = "dms.v1.summary"

    @property
    def short(self) -> str:
        """The last part, which is also the `topic` field of the object."""
        return self.rpartition(".")[2]


KEPT_FOR_LATE_SUBSCRIBERS = frozenset({Topic.STATE, Topic.HEALTH, Topic.SUMMARY})
_SNAPSHOT_NO = b'"snapshot":false'
_SNAPSHOT_YES = b'"snapshot":true'


def observation_body(observation: Observation) -> bytes:
    """An observation as a JSON object without its envelope."""
    return wire.to_json(observation)


def alert_body(alert: Alert, journalled: bool) -> bytes:
    """An alert with `journalled`: whether the journal had it on disk before it was published."""
    marker = b',"journalled":true}' if journalled else b',"journalled":false}'
    return wire.to_json(alert)[:-1] + marker


def state_body(t: float, cues: Cues | None, active: Sequence[Alert], extras: Mapping[str, Any]) -> bytes:
    """The state of the driver: the cues and every alert that is active, plus the service's own fields.

    Raises:
        ValueError: `extras` uses a name that the format has given away.
    """
    cues_json = b"null" if cues is None else wire.adapter_of(Cues).dump_json(cues)
    active_json = b",".join(wire.to_json(alert) for alert in active)
    opening = b'{"topic":"state",' + _SNAPSHOT_NO + b',"t":' + any_to_json(t, inf_nan_mode="null")
    return opening + b',"cues":' + cues_json + b',"active":[' + active_json + b"]" + _more_fields(extras) + b"}"


def health_body(health: Health) -> bytes:
    """The health of the service as a JSON object without its envelope."""
    opening, comma, rest = msgspec.json.encode(health).partition(b",")
    return opening + b"," + _SNAPSHOT_NO + comma + rest


def summary_body(summary: TripSummary) -> bytes:
    """What is said of a drive or of five minutes of it; `t` is where that begins."""
    return b'{"topic":"summary",' + _SNAPSHOT_NO + b"," + wire.adapter_of(TripSummary).dump_json(summary)[1:]


def with_envelope(body: bytes, session: str, seq: int, utc: str | None) -> bytes:
    """`body` with `session`, `seq` and `utc` placed right after its `topic`."""
    topic_field, comma, rest = body.partition(b",")
    envelope = b',"session":' + any_to_json(session) + b',"seq":' + str(seq).encode() + b',"utc":' + any_to_json(utc)
    return topic_field + envelope + comma + rest


def as_snapshot(message: bytes) -> bytes:
    """The same message marked as a repetition for whoever has just subscribed."""
    return message.replace(_SNAPSHOT_NO, _SNAPSHOT_YES, 1)


def _more_fields(fields: Mapping[str, Any]) -> bytes:
    """The entries of a mapping, each after a comma; a NaN becomes `null`."""
    taken = sorted(RESERVED_FIELDS & fields.keys())
    if taken:
        raise ValueError(f"these field names belong to the message format: {', '.join(taken)}")
    inner = any_to_json(dict(fields), inf_nan_mode="null")[1:-1]
    return b"," + inner if inner else b""
