"""Alerts to publish and record, and ways to wait for what a subscriber hears."""

from __future__ import annotations

from collections.abc import Callable

from dms.client.subscriber import Message, Subscriber
from dms.health import Health
from dms.outputs.bus.bus import Bus
from dms.trip.summary import Attention, CourseEntry, Drowsiness, TripKind, TripSummary
from dms.types import Alert, AlertKind, CauseValue, Level, Phase

PATIENCE_S = 60
"""How long a test waits for what must come: long, because the machine may be busy with other work."""


def receive_until(subscriber: Subscriber, is_last: Callable[[Message], bool]) -> list[Message]:
    """Every message up to the one that is the last."""
    messages: list[Message] = []
    while not messages or not is_last(messages[-1]):
        message = subscriber.receive(PATIENCE_S)
        assert message is not None, f"nothing came after {messages[-1:]}"
        messages.append(message)
    return messages


def heard_so_far(bus: Bus, subscriber: Subscriber) -> list[Message]:
    """What was published until now, without repetitions; a last health message marks where now is."""
    bus.publish_health(Health(0.0, "ok", degraded=("mark",)))
    messages = receive_until(subscriber, lambda message: message.fields.get("degraded") == ["mark"])
    return [message for message in messages[:-1] if not message.fields.get("snapshot")]


def wait_until_connected(bus: Bus, subscriber: Subscriber) -> None:
    """A late subscriber loses what is published before its subscription arrives; health comes back once it has."""
    bus.publish_health(Health(0.0, "starting"))
    assert subscriber.receive(PATIENCE_S) is not None


def an_alert(t: float = 12.3, kind: AlertKind = AlertKind.FATIGUE_MICROSLEEP, **cause: CauseValue) -> Alert:
    """A driver whose eyes have been closed for a second and a half."""
    return Alert(t, kind, Level.WARNING, Phase.RAISE, t - 1.5, "microsleep", "default", cause or {"eyes_closed_s": 1.5})


def a_summary(kind: TripKind = "period", t: float = 300.0, end: float = 600.0, *, complete: bool = True) -> TripSummary:
    """Five minutes of a driver who yawned and was told once."""
    return TripSummary(
        kind=kind,
        complete=complete,
        t=t,
        end=end,
        usable_s=291.0,
        degraded_s={"no_face": 9.0},
        paused_s=0.0,
        availability=0.97,
        moving_s=250.0,
        distance_km=None,
        attention=Attention(250.0, 20.0, 0.92, 12, 19.0, 1.583, 2.025, 2.4, 0.0833),
        drowsiness=Drowsiness(290.0, 0.031, 0.12, 4.2, 6.1, 1.3, 80, None, 2, 0, None, 0, 1),
        alerts={"fatigue.yawning": {"info": 1}},
        course=tuple(CourseEntry(t + 60.0 * k, t + 60.0 * (k + 1), 0.97, 0.92, None, None) for k in range(5)),
    )
