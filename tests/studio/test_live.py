"""What the studio makes of a bus: a service that comes, goes and comes back, slow browsers, and strangers who publish."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dms.cli import studio
from dms.client.subscriber import Message
from dms.errors import UsageError
from dms.health import CalibrationHealth, Health, InputHealth, RecorderHealth, ThreadHealth
from dms.outputs.bus import messages
from dms.outputs.bus.messages import State, Topic
from dms.studio.live.heard import KEPT_ALERTS, KEPT_POINTS, LONGEST_MESSAGE, Heard
from dms.studio.live.line import Line
from dms.studio.live.stream import events
from dms.studio.live.telling import CHARTED, health_told, learning_of, state_told
from dms.types import Cues, Observation
from tests.outputs.output_examples import an_alert
from tests.studio.conftest import HOSTILE

UTC = "2026-11-21T09:30:00.000000Z"


class Clock:
    s = 100.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard(clock: Clock) -> Heard:
    return Heard("ipc:///run/dms/bus", clock, lambda: 0)


class Service:
    """One run of a service, as the bus writes its messages."""

    def __init__(self, session: str = "first") -> None:
        self.session, self.seq = session, dict.fromkeys(Topic, 0)

    def says(self, topic: Topic, body: bytes, *, again: bool = False) -> Message:
        self.seq[topic] += 1
        text = messages.with_envelope(topic, body, self.session, self.seq[topic], UTC)
        text = messages.as_snapshot(text) if again else text
        return Message(topic, text.decode(), json.loads(text))

    def health(self, status: Any = "ok", *, again: bool = False, **parts: Any) -> Message:
        return self.says(Topic.HEALTH, messages.health_body(Health(1.0, status, **parts)), again=again)

    def state(self, t: float, **cues: Any) -> Message:
        return self.says(Topic.STATE, messages.state_body(State(t, Cues(t, **cues), ())))

    def alert(self, t: float = 12.3, **cause: Any) -> Message:
        return self.says(Topic.ALERT, messages.alert_body(an_alert(t, **cause), journalled=True))


def stranger(on: Topic, **fields: Any) -> Message:
    told = {"seq": 1, "session": "x", **fields}
    return Message(on, json.dumps(told), told)


def test_a_service_comes_falls_silent_and_comes_back(heard: Heard, clock: Clock) -> None:
    def line() -> dict[str, Any]:
        told: dict[str, Any] = heard.since(0)[1]["line"]
        return told

    clock.s += 4.0
    heard.look("/run/dms/bus is not there")
    assert (line()["state"], line()["quiet_s"], line()["why"]) == ("waiting", 4.0, "/run/dms/bus is not there")
    service = Service()
    heard.take(service.health(again=True))
    assert line()["state"] == "waiting", "a repetition is no sign of life"
    heard.take(service.health())
    heard.look(None)
    assert (line()["state"], line()["why"]) == ("alive", None)
    clock.s += 2.9
    assert line()["state"] == "alive"
    clock.s += 7.1
    heard.look("the service has hung up")
    assert (line()["state"], line()["quiet_s"], line()["why"]) == ("gone", 10.0, "the service has hung up")
    heard.take(service.health())
    assert line()["state"] == "alive"
    heard.take(service.health("stopping"))
    assert line()["state"] == "stopped"
    remarks = heard.since(0)[1]["remarks"]
    assert [remark for remark in remarks if "lost" in remark or "back" in remark] == [
        "no health for 3 s: the driver monitor is lost",
        "health is back after 10.0 s",
    ]


def test_another_run_of_the_service_begins_anew_and_its_alerts_follow_the_others(heard: Heard) -> None:
    first, second = Service("first"), Service("second")
    for message in (first.health(), first.state(50.0, speed_kph=80.0), first.alert()):
        heard.take(message)
    known, _ = heard.since(0)
    heard.take(second.health())
    _, news = heard.since(known)
    assert news["run"] == "second"
    assert "state" not in heard.since(0)[1], "what was said of the driver went for the run before"
    assert any("new run" in remark for remark in news["remarks"])
    heard.take(second.alert())
    assert len(heard.since(0)[1]["alerts"]) == 2


def test_only_what_is_new_is_told(heard: Heard) -> None:
    service = Service()
    heard.take(service.health())
    heard.take(service.alert())
    known, everything = heard.since(0)
    assert set(everything) == {"health", "alerts", "line"}
    assert heard.since(known) == (known, {"line": everything["line"]})
    heard.take(service.state(5.0, head_away_deg=12.0, gaze_zone="mirror_left"))
    _, news = heard.since(known)
    assert set(news) == {"state", "points", "line"}
    assert news["points"] == [[5.0, "mirror_left", None, 12.0, *[None] * (len(CHARTED) - 1)]]
    assert news["state"]["looks_at"] == "the left mirror"


def test_a_browser_that_does_not_read_costs_nothing_and_is_told_the_newest() -> None:
    line = Line("ipc:///nowhere/bus")
    service = Service()

    async def slow() -> tuple[dict[str, Any], bytes]:
        stream = events(line, every_s=0.0)
        first = await anext(stream)
        for number in range(600):
            line.heard.take(service.state(number / 5, speed_kph=float(number)))
            line.heard.take(service.alert(number / 5))
            line.heard.take(service.says(Topic.OBSERVATION, messages.observation_body(Observation(number / 5, number))))
        after = await anext(stream)
        line.end()
        assert [event async for event in stream] == [], "who still listens is let go when the studio ends"
        return json.loads(first.removeprefix(b"data: ")), after

    try:
        first, after = asyncio.run(slow())
    finally:
        line.stop()
    assert first["whole"] is True
    assert after.count(b"\n") == 2, "one event"
    told = json.loads(after.removeprefix(b"data: "))
    assert told["whole"] is False
    assert told["state"]["t"] == 599 / 5
    assert told["observation"]["frame"] == 599
    assert (len(told["alerts"]), len(told["points"])) == (KEPT_ALERTS, KEPT_POINTS)
    assert told["alerts"][-1]["t"] == 599 / 5


def test_an_alert_is_told_with_its_cause_in_words(heard: Heard) -> None:
    heard.take(Service().alert(12.3, head_away_deg=40.0, head_yaw_deg=40.0, head_pitch_deg=0.0, held_s=2.0))
    [alert] = heard.since(0)[1]["alerts"]
    assert (alert["kind"], alert["level"], alert["phase"], alert["onset"]) == ("fatigue.microsleep", "warning", "raise", 10.8)
    assert alert["why"] == "head 40° from the road (40° left); for 2.00 s"


@pytest.mark.parametrize(
    "message",
    [
        stranger(Topic.STATE, cues=7, active="x"),
        stranger(Topic.STATE, t="soon", cues={"speed_kph": [1], "gaze_zone": {}, "calibrated": "x", "phone": HOSTILE}),
        stranger(Topic.STATE, cues={"speed_kph": float("nan"), "kss": float("inf"), "openness": 10**400}),
        stranger(Topic.STATE, active=[1, None, {"kind": 4, "cause": "x"}] * 100),
        stranger(Topic.ALERT, kind=None, cause={"held_s": "x", "gaze_zone": 4, HOSTILE: HOSTILE}),
        stranger(Topic.ALERT, cause={"count": 10**400, "within_s": 1}, utc="9999-99-99"),
        stranger(Topic.ALERT, utc="0001-01-01T00:00+23:59"),
        stranger(Topic.HEALTH, status=[], degraded="x", threads={"a": 1, HOSTILE: {"lag_s": {}}}, camera=[], recorder=3),
        stranger(Topic.HEALTH, fps="x", latency_ms={"p50": None}, vehicle_sources={"can": 1}, calibration={"percent": "x"}),
        stranger(Topic.OBSERVATION, face={"box": "x"}),
        stranger(Topic.OBSERVATION, topic="observation", t=1.0, frame=1, landmarks=[[1]]),
    ],
)
def test_whatever_a_stranger_publishes_is_text_or_nothing(heard: Heard, message: Message) -> None:
    heard.take(message)
    _, told = heard.since(0)
    json.dumps(told, allow_nan=False, default=str)
    assert "observation" not in told


def test_a_message_beyond_all_measure_is_counted_and_not_kept(heard: Heard) -> None:
    heard.take(stranger(Topic.ALERT, kind="x" * LONGEST_MESSAGE))
    _, told = heard.since(0)
    assert set(told) == {"line"}
    assert told["line"]["strange"] == 1
    heard.take(stranger(Topic.ALERT, kind="x" * 5000))
    assert len(json.dumps(heard.since(0)[1]["alerts"])) < 1000


def told_of(**parts: Any) -> dict[str, Any]:
    return health_told(Service().health(**parts).fields)


def test_health_says_what_is_wrong_and_whether_it_can_be_marked() -> None:
    told = told_of(
        status="degraded",
        degraded=("recorder stalled",),
        fps=29.97,
        calibration=CalibrationHealth(40, "learned", kept=True),
        threads={"recorder": ThreadHealth("stalled", "writing", lag_s=4.2, restarts=1)},
        recorder=RecorderHealth("/drives/a.mcap"),
        vehicle=InputHealth("ipc:///run/dms/vehicle"),
    )
    assert (told["status"], told["degraded"]) == ("degraded", ["recorder stalled"])
    assert told["threads"] == [{"name": "recorder", "state": "stalled", "doing": "writing", "lag_s": 4.2, "restarts": 1}]
    assert told["calibration"] == {"percent": 40, "says": "from learned, kept on disk"}
    assert ["pictures", "30.0 a second"] in told["rows"]
    assert told["unmarkable"] is None
    assert "--record DIR" in told_of()["unmarkable"]
    assert "vehicle.endpoint" in told_of(recorder=RecorderHealth())["unmarkable"]


@pytest.mark.parametrize(
    ("cues", "words"),
    [
        ({"calibrated": True}, "the driver is known"),
        ({"calibrated": False}, "learning the driver"),
        ({"calibrated": False, "calibration_source": "relearning"}, "learning the driver again"),
        ({"calibrated": False, "off_road": False}, "learning the driver, judged by a first guess"),
        ({"calibrated": "perhaps"}, None),
        ({}, None),
    ],
)
def test_how_far_the_driver_is_known(cues: dict[str, Any], words: str | None) -> None:
    assert learning_of(cues) == words
    assert state_told({"cues": cues})["learning"] == words


@pytest.mark.parametrize(
    "endpoint", ["nonsense", "tcp://nowhere", "ipc://", "inproc://bus", "http://127.0.0.1:80", "", "ipc:///a\0b"]
)
def test_an_address_that_is_none_is_refused_before_anything_is_served(endpoint: str) -> None:
    with pytest.raises(UsageError, match="expected ipc:///path or tcp://address:port"):
        Line(endpoint)


def test_keys_without_a_service_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name it with --bus"):
        studio.command([tmp_path], keys=tmp_path / "display.key")
