"""What is carried to another machine: the JSON of the bus, with an `id` by which a repetition is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import count

from dms.health import Health
from dms.outputs.bus.messages import State, Topic, with_envelope
from dms.types import Alert, Observation
from dms.wall_clock import utc_now
from dms.wire import to_json


class Rank(IntEnum):
    """How long a message is held on to while the store is full: what is lower goes first."""

    OBSERVATION = 0
    NOTE = 1
    ALERT = 2


@dataclass(frozen=True, slots=True)
class Message:
    """`topic` is its last word, as in `alert`; `body` a JSON object, in which `id` is told once more."""

    id: str
    topic: str
    rank: Rank
    body: bytes


class MessageMaker:
    """Makes the messages of one run of the service.

    `session` names the run, so that ids, which are `SESSION-NUMBER`, never come twice. `utc` is the wall clock in RFC 3339, None
    while it is not to be trusted.
    """

    def __init__(self, session: str, utc: Callable[[], str | None] = utc_now) -> None:
        self._session = session
        self._utc = utc
        self._numbers = count(1)  # safe from any thread

    def alert(self, alert: Alert) -> Message:
        """An alert, as on the bus but without `journalled`, which is not known here."""
        return self._message("alert", Rank.ALERT, to_json(alert))

    def observation(self, observation: Observation) -> Message:
        """What was seen in one picture."""
        return self._message("observation", Rank.OBSERVATION, to_json(observation))

    def state(self, state: State) -> Message:
        """The cues, and the alerts in force."""
        return self._message("state", Rank.NOTE, to_json(state))

    def health(self, health: Health) -> Message:
        """How the service is."""
        return self._message("health", Rank.NOTE, to_json(health))

    def drive(self, t: float, happened: str, **more: str) -> Message:
        """That a drive `begins` or `ends` at `t`, with what more there is to say of it."""
        return self._message("drive", Rank.NOTE, to_json({"topic": "drive", "t": t, "happened": happened, **more}))

    def lost(self, dropped: Mapping[str, int]) -> Message:
        """How many messages of each rank the store had no room for."""
        return self._message("lost", Rank.ALERT, to_json({"topic": "lost", "dropped": dropped}))

    def _message(self, name: str, rank: Rank, body: bytes) -> Message:
        number = next(self._numbers)
        identity = f"{self._session}-{number}"
        enveloped = with_envelope(Topic.ALERT, body, self._session, number, self._utc())  # none of them is a snapshot
        topic, comma, rest = enveloped.partition(b",")
        return Message(identity, name, rank, topic + b',"id":"' + identity.encode() + b'"' + comma + rest)
