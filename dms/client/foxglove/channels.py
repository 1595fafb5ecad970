"""What each message of the bus becomes in Foxglove. Pure: needs neither ZeroMQ nor Foxglove.

The channels have the names and schemas of a recorded drive where there is such a channel, so that one layout serves both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from dms.decision.reason_text import why_text
from dms.health import Health
from dms.outputs.bus.messages import Topic
from dms.recording.schemas import plain_schema
from dms.trip.summary import TripSummary
from dms.types import Alert, Cues, Level, Observation, Phase
from dms.wall_clock import utc_from_text

CUES, ACTIVE, LOG = "/dms/cues", "/dms/active", "/dms/log"
ALERT, HEALTH, OBSERVATION, SUMMARY = "/dms/alert", "/dms/health", "/dms/observation", "/dms/summary"


class Active(msgspec.Struct, frozen=True):
    """The worst alert that is active: its `level` from 0 (none) to 5 (emergency), and in words; how many are active."""

    t: float
    level: int
    level_name: str
    kind: str | None
    rule: str | None
    number: int
    sounding: str | None


class _Time(msgspec.Struct, frozen=True):
    sec: int
    nsec: int


class Log(msgspec.Struct, frozen=True):
    """`foxglove.Log`, as docs.foxglove.dev has it: what Foxglove's log panel shows."""

    timestamp: _Time
    level: int
    message: str
    name: str
    file: str
    line: int


def _log_schema() -> dict[str, Any]:
    schema = plain_schema(Log, "foxglove.Log")
    schema["properties"]["timestamp"]["title"] = "time"  # by which Foxglove knows one
    return schema


SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    CUES: plain_schema(Cues, "dms.cues"),
    ACTIVE: plain_schema(Active, "dms.active"),
    ALERT: plain_schema(Alert, "dms.alert"),
    HEALTH: plain_schema(Health, "dms.health"),
    OBSERVATION: plain_schema(Observation, "dms.observation"),
    SUMMARY: plain_schema(TripSummary, "dms.summary"),
    LOG: _log_schema(),
}
"""The JSON Schema of each channel; its title is the schema's name."""

_DEBUG, _INFO, _WARNING, _ERROR, _FATAL = 1, 2, 3, 4, 5
_LOG_LEVELS = {
    Level.INFO: _INFO,
    Level.ADVISORY: _WARNING,
    Level.WARNING: _WARNING,
    Level.URGENT: _ERROR,
    Level.EMERGENCY: _FATAL,
}
_GOOD = ("starting", "ok", "stopping")
_WITHOUT_VALUES = frozenset({"topic", "session", "seq", "snapshot"})
_AS_IT_CAME = {Topic.HEALTH: HEALTH, Topic.OBSERVATION: OBSERVATION, Topic.SUMMARY: SUMMARY}


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes to a channel: a JSON object, at `time_ns` since 1970."""

    channel: str
    time_ns: int
    content: bytes


class Translator:
    """Makes what Foxglove shows of the messages of the bus, in the order in which they come."""

    def __init__(self) -> None:
        self._status: str | None = None

    def sent(self, topic: Topic, text: str, fields: Mapping[str, Any], now_ns: int) -> Iterator[Sent]:
        """Yields what a message becomes. `now_ns`: when it came, for a service whose clock was never set."""
        time_ns = _time_ns(fields, now_ns)
        if topic is Topic.STATE:
            yield from _state(fields, time_ns)
            return
        if topic is Topic.ALERT:
            yield Sent(ALERT, time_ns, text.encode())
            yield _log(time_ns, _alert_level(fields), _alert_text(fields), str(fields.get("kind")))
            return
        yield Sent(_AS_IT_CAME[topic], time_ns, text.encode())
        if topic is Topic.HEALTH and fields.get("status") != self._status:
            self._status = fields.get("status")
            level = _INFO if self._status in _GOOD else _WARNING
            reasons = "; ".join(str(reason) for reason in fields.get("degraded") or ())
            yield _log(time_ns, level, f"service {self._status}{f': {reasons}' if reasons else ''}", "health")


def _state(fields: Mapping[str, Any], time_ns: int) -> Iterator[Sent]:
    cues = fields.get("cues")
    if isinstance(cues, Mapping):
        told = {name: value for name, value in cues.items() if name not in _WITHOUT_VALUES}
        yield Sent(CUES, time_ns, json.dumps(told).encode())
    active = fields.get("active") or ()
    worst = active[0] if active else {}
    level = worst.get("level")
    now = Active(
        t=fields.get("t", 0.0),
        level=0 if level is None else Level(level).rank + 1,
        level_name=level or "none",
        kind=worst.get("kind"),
        rule=worst.get("rule"),
        number=len(active),
        sounding=fields.get("sounding"),
    )
    yield Sent(ACTIVE, time_ns, msgspec.json.encode(now))


def _alert_level(alert: Mapping[str, Any]) -> int:
    if alert.get("phase") == Phase.SUPPRESS:
        return _DEBUG
    return _LOG_LEVELS[Level(alert["level"])] if alert.get("phase") in (Phase.RAISE, Phase.ESCALATE) else _INFO


def _alert_text(alert: Mapping[str, Any]) -> str:
    cause = alert.get("cause")
    why = f": {why_text(cause)}" if isinstance(cause, Mapping) and cause else ""
    return f"{alert.get('kind')} {alert.get('level')}, {alert.get('phase')}, rule {alert.get('rule')}{why}"


def _log(time_ns: int, level: int, message: str, name: str) -> Sent:
    stamp = _Time(*divmod(time_ns, 1_000_000_000))
    return Sent(LOG, time_ns, msgspec.json.encode(Log(stamp, level, message, name, "", 0)))


def _time_ns(fields: Mapping[str, Any], now_ns: int) -> int:
    utc = fields.get("utc")
    if not isinstance(utc, str):
        return now_ns
    try:
        return utc_from_text(utc)
    except ValueError:
        return now_ns
