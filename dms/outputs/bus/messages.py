"""What travels on the bus: the five topics and the JSON of their messages.

A message is the object of DESIGN (an observation, an alert) or a state, health or summary object, with the envelope woven in
after its `topic`: `session`, `seq`, `utc`, and `t` of the object itself. Needs no ZeroMQ, so that a subscriber can use it too.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from dms.health import Health
from dms.trip.summary import TripSummary
from dms.types import Alert, AlertKind, Cues, Observation
from dms.wire import to_json

HEALTH_SILENCE_S = 3.0
"""A subscriber that has heard no fresh health message for this long must take the driver monitor for lost."""


class State(msgspec.Struct, frozen=True, tag_field="topic", tag="state"):
    """The state of the driver at `t`."""

    t: float
    cues: Annotated[Cues | None, msgspec.Meta(description="What the rules are made of; null before the first frame.")]
    active: Annotated[
        tuple[Alert, ...],
        msgspec.Meta(
            description="The alerts that are active now, worst first, each as last decided; one of them sounds at most."
        ),
    ]
    sounding: Annotated[
        AlertKind | None, msgspec.Meta(description="The kind of the one alert that sounds now; null if all is quiet.")
    ] = None


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
    return to_json(observation)


def alert_body(alert: Alert, journalled: bool) -> bytes:
    """An alert with `journalled`: whether the journal had it on disk before it was published."""
    marker = b',"journalled":true}' if journalled else b',"journalled":false}'
    return to_json(alert)[:-1] + marker


def state_body(state: State) -> bytes:
    """The state of the driver as a JSON object without its envelope."""
    return to_json(state)


def health_body(health: Health) -> bytes:
    """The health of the service as a JSON object without its envelope."""
    return to_json(health)


def summary_body(summary: TripSummary) -> bytes:
    """What is said of a drive or of five minutes of it; `t` is where that begins."""
    return b'{"topic":"summary",' + to_json(summary)[1:]


def with_envelope(topic: Topic, body: bytes, session: str, seq: int, utc: str | None) -> bytes:
    """`body` with `session`, `seq` and `utc` placed right after its `topic`, and `snapshot` where it may be repeated."""
    topic_field, comma, rest = body.partition(b",")
    envelope = b',"session":' + _text(session) + b',"seq":' + str(seq).encode() + b',"utc":' + _text(utc)
    if topic in KEPT_FOR_LATE_SUBSCRIBERS:
        envelope += b"," + _SNAPSHOT_NO
    return topic_field + envelope + comma + rest


def as_snapshot(message: bytes) -> bytes:
    """The same message marked as a repetition for whoever has just subscribed."""
    return message.replace(_SNAPSHOT_NO, _SNAPSHOT_YES, 1)


def _text(value: str | None) -> bytes:
    return msgspec.json.encode(value)
