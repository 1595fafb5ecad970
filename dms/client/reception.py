"""What a subscriber must watch for: gaps in `seq`, old messages, a new run of the service, and silence.

Pure: the caller passes the time.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dms.errors import BAD_INPUT
from dms.outputs.bus.messages import HEALTH_SILENCE_S, Topic
from dms.wall_clock import utc_from_text

AGES_KEPT = 10_000
STRANGE = (*BAD_INPUT, LookupError, AttributeError)
"""What showing a message raises whose fields are not as the schemas say: another program publishes there."""


@dataclass(slots=True)
class TopicReception:
    """One topic: how many messages came, how many are known to be missing, and how old recent ones were on arrival."""

    received: int = 0
    missed: int = 0
    last_seq: int | None = None
    ages_s: deque[float] = field(default_factory=lambda: deque(maxlen=AGES_KEPT))

    def summary(self) -> str:
        """Return the figures in words."""
        text = f"{self.received} received, {self.missed} missed"
        if self.ages_s:
            text += f", age {statistics.median(self.ages_s) * 1000:.1f} ms (median), {max(self.ages_s) * 1000:.1f} ms (worst)"
        return text


class Reception:
    """Keeps track of all messages. Each method returns remarks for people."""

    def __init__(self, now_s: float) -> None:
        self.topics: dict[Topic, TopicReception] = {}
        self.session: str | None = None
        self._health_at_s = now_s
        self._silent = False
        self._stopped = False

    def note(self, topic: Topic, message: Mapping[str, Any], now_s: float, now_utc_ns: int) -> list[str]:
        """Count a message that arrived at the monotonic time `now_s`. Returns remarks on it."""
        remarks = self._note_session(str(message.get("session")))
        repeated = bool(message.get("snapshot"))
        remarks += self._note_seq(topic, int(message["seq"]), repeated)
        if not repeated and (published_ns := _published_ns(message.get("utc"))) is not None:
            self.topics[topic].ages_s.append((now_utc_ns - published_ns) / 1e9)
        if topic is Topic.HEALTH and not repeated:
            remarks += self._note_health(str(message.get("status")), now_s)
        return remarks

    def silence(self, now_s: float) -> str | None:
        """Return a remark, once, when no fresh health message has come for 3 s."""
        quiet_s = now_s - self._health_at_s
        if self._silent or quiet_s < HEALTH_SILENCE_S:
            return None
        self._silent = True
        return "the service has stopped" if self._stopped else f"no health for {HEALTH_SILENCE_S:g} s: the driver monitor is lost"

    def _note_session(self, session: str) -> list[str]:
        before, self.session = self.session, session
        if before is None or before == session:
            return []
        self.topics.clear()
        return [f"a new run of the service has begun (session {session})"]

    def _note_seq(self, topic: Topic, seq: int, repeated: bool) -> list[str]:
        reception = self.topics.setdefault(topic, TopicReception())
        before = reception.last_seq
        reception.last_seq = max(seq, before or 0)
        if repeated:
            return []
        reception.received += 1
        missed = seq - before - 1 if before is not None else 0
        if missed <= 0:
            return []
        reception.missed += missed
        return [f"{missed} {topic.short} message(s) missed before seq {seq}"]

    def _note_health(self, status: str, now_s: float) -> list[str]:
        quiet_s, was_silent = now_s - self._health_at_s, self._silent
        self._health_at_s, self._silent, self._stopped = now_s, False, status == "stopping"
        return [f"health is back after {quiet_s:.1f} s"] if was_silent else []


def _published_ns(utc: object) -> int | None:
    """When a message was published, in nanoseconds since 1970; None if it does not say so in a way that can be read."""
    try:
        return utc_from_text(utc) if isinstance(utc, str) else None
    except BAD_INPUT:
        return None
