"""`dms listen` with a service that publishes, one that falls silent, and none at all."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
import zmq
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from dms.cli import listen
from dms.errors import UsageError
from dms.health import Health
from dms.outputs.bus.bus import Bus
from dms.trip.summary import Attention, Drowsiness, TripSummary
from dms.types import Alert, AlertKind, Cues, Eye, Eyes, Head, Level, Observation, Phase

app = typer.Typer()
app.command()(listen.command)

REASONS: dict[str, float | int | str | bool | None] = {"head_away_deg": 31.25, "gaze_zone": "lap"}
AN_ALERT = Alert(12.3, AlertKind.DISTRACTION_LONG, Level.WARNING, Phase.RAISE, 9.3, "long", "default", REASONS)

A_PERIOD = TripSummary(
    kind="period",
    complete=True,
    t=300.0,
    end=600.0,
    usable_s=291.0,
    degraded_s={"no_face": 9.0},
    paused_s=0.0,
    availability=0.97,
    moving_s=250.0,
    distance_km=None,
    attention=Attention(250.0, 20.0, 0.92, 12, 19.0, 1.583, 2.025, 2.4, 0.0833),
    drowsiness=Drowsiness(290.0, 0.031, 0.12, None, None, None, 80, None, 2, 0, None, 0, 1),
    alerts={"fatigue.yawning": {"info": 1}},
    course=(),
)


@pytest.fixture
def endpoint(tmp_path: Path) -> str:
    return f"ipc://{tmp_path}/bus"


@contextmanager
def publishing(endpoint: str, publish: Callable[[Bus, int], None], every_s: float = 0.02) -> Iterator[None]:
    """A service that publishes over and over, with the number of the round, until the block is left."""
    bus = Bus(endpoint, "test-session")
    enough = threading.Event()

    def service() -> None:
        number = 0
        while not enough.wait(every_s):
            number += 1
            publish(bus, number)

    thread = threading.Thread(target=service)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
        bus.close()


def alerts_and_health(bus: Bus, number: int) -> None:
    bus.publish_alert(AN_ALERT, journalled=True)
    bus.publish_health(Health(number / 50, "ok", fps=29.97))


def everything(bus: Bus, number: int) -> None:
    alerts_and_health(bus, number)
    bus.publish_state(number / 50, Cues(t=1.0, speed_kph=82.0, eyes_closed_s=0.0, calibration=0.4), [AN_ALERT])
    bus.publish_summary(A_PERIOD)
    head, eyes = Head(3.14159, -4.0, 0.5), Eyes(Eye(0.93, 0.99), None)
    bus.publish_observation(Observation(number / 50, number, head=head, eyes=eyes, landmarks=((1.0, 2.0),) * 68))


def run(endpoint: str, *arguments: Any) -> Result:
    return CliRunner().invoke(app, ["--endpoint", endpoint, *map(str, arguments)])


def test_an_alert_is_a_line_with_its_reasons(endpoint: str) -> None:
    with publishing(endpoint, alerts_and_health):
        result = run(endpoint, "--topic", "alert", "--count", 2, "--timeout", 90)
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.split()[1:6] == ["12.30", "s", "warning", "distraction.long", "raise"]
    assert first.endswith("  head 31° from the road; looking at the lap")
    assert first.split()[1:] == second.split()[1:]
    assert "alert: 2 received, 0 missed, age" in result.stderr


def test_health_is_only_shown_when_it_changes(endpoint: str) -> None:
    def ailing(bus: Bus, number: int) -> None:
        well, ill = Health(float(number), "ok", fps=29.97), Health(float(number), "degraded", ("camera covered",), fps=29.97)
        bus.publish_health(well if number < 40 else ill)

    with publishing(endpoint, ailing):
        result = run(endpoint, "--count", 2, "--timeout", 90)
    assert result.exit_code == 0
    assert [line.split()[1:] for line in result.stdout.splitlines()] == [
        ["health", "ok"],
        ["health", "degraded", "camera", "covered"],
    ]


def test_scripts_get_json_lines_and_nothing_else_on_standard_output(endpoint: str) -> None:
    with publishing(endpoint, everything):
        result = run(endpoint, "--json", "--count", 10, "--timeout", 90)
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(messages) == 10
    assert {message["topic"] for message in messages} == {"alert", "health"}
    assert all(message["session"] == "test-session" for message in messages)


@pytest.mark.parametrize(
    ("topic", "parts"),
    [
        ("state", ["state", "speed_kph=82", "eyes_closed_s=0", "active: distraction.long warning"]),
        ("dms.v1.state", ["state"]),
        ("health", ["health ok", "fps=30"]),
        ("summary", ["summary of the period: 5.0 min", "eyes on road 92 %", "KSS estimate -", "alerts: 1 fatigue.yawning info"]),
        ("state", ["learning=40%"]),
        ("observation", ["observation", "head.yaw=3.14", "eyes.left.open=0.93"]),
    ],
)
def test_every_topic_can_be_read_by_a_person(endpoint: str, topic: str, parts: list[str]) -> None:
    with publishing(endpoint, everything):
        result = run(endpoint, "--topic", topic, "--count", 1, "--timeout", 90)
    (line,) = result.stdout.splitlines()
    assert [part for part in parts if part not in line] == []
    assert "landmarks" not in line


def test_summaries_of_what_is_over_are_shown_unasked(endpoint: str) -> None:
    def driving(bus: Bus, number: int) -> None:
        bus.publish_summary(A_PERIOD)
        bus.publish_summary(replace(A_PERIOD, kind="drive", complete=False))

    with publishing(endpoint, driving):
        result = run(endpoint, "--count", 2, "--timeout", 90)
    assert ["summary of the period" in line for line in result.stdout.splitlines()] == [True, True]


def test_whoever_comes_late_is_told_what_is_active_already(endpoint: str) -> None:
    bus = Bus(endpoint, "test-session")
    bus.publish_state(12.5, Cues(t=12.5), [AN_ALERT])
    result = run(endpoint, "--timeout", 3)
    bus.close()
    assert "already active:" in result.stderr
    assert "distraction.long" in result.stderr
    assert result.stdout == ""


def test_silence_is_told_once_with_what_is_known_of_its_reason(endpoint: str, tmp_path: Path) -> None:
    result = run(endpoint, "--timeout", 3.6)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"dms listen: no health for 3 s: the driver monitor is lost ({tmp_path}/bus is not there)",
    ]


def test_a_service_that_freezes_is_reported_although_its_socket_is_there(endpoint: str) -> None:
    def freezes(bus: Bus, number: int) -> None:
        if number < 3:
            bus.publish_health(Health(float(number), "ok"))

    with publishing(endpoint, freezes):
        result = run(endpoint, "--timeout", 4.5)
    assert "dms listen: no health for 3 s: the driver monitor is lost\n" in result.stderr


def test_gaps_are_told(endpoint: str) -> None:
    def skips(bus: Bus, number: int) -> None:
        bus.publish_alert(AN_ALERT, journalled=True)
        if number == 30:
            bus._published.update(dict.fromkeys(bus._published, 5))  # five messages that nobody will ever see
        bus.publish_health(Health(float(number), "ok"))

    with publishing(endpoint, skips):
        result = run(endpoint, "--topic", "alert", "--count", 60, "--timeout", 90)
    assert "dms listen: 5 alert message(s) missed before seq" in result.stderr
    assert "alert: 60 received, 5 missed" in result.stderr


def test_the_count_that_was_asked_for_must_be_reached(endpoint: str) -> None:
    with publishing(endpoint, lambda bus, number: bus.publish_health(Health(float(number), "ok"))):
        assert run(endpoint, "--topic", "alert", "--count", 1, "--timeout", 0.5).exit_code == 1
        assert run(endpoint, "--timeout", 3.0).exit_code == 0


def test_a_topic_that_does_not_exist_is_wrong_usage(endpoint: str) -> None:
    result = run(endpoint, "--topic", "alerts")
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == "--topic 'alerts': unknown; did you mean 'alert'?"


@pytest.mark.parametrize("endpoint", ["nonsense", "inproc://bus", "tcp://nowhere"])
def test_an_endpoint_that_makes_no_sense_is_wrong_usage(endpoint: str) -> None:
    result = run(endpoint)
    assert isinstance(result.exception, UsageError)
    assert f"endpoint '{endpoint}'" in str(result.exception)


def test_listening_loads_no_database() -> None:
    program = "import sys, dms.cli.listen, dms.client.subscriber; print('sqlalchemy' in sys.modules, 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False False\n"


def test_that_nothing_came_is_told_however_short_the_wait(endpoint: str) -> None:
    result = run(endpoint, "--timeout", 0.1)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("dms listen: nothing came (")


def test_what_another_program_publishes_there_is_told_once_and_left_out(endpoint: str) -> None:
    over = threading.Event()
    body = {"seq": 1, "session": "x", "utc": None, "t": 0.0, "cues": [1], "active": 7}
    sent = [[b"dms.v1.state", json.dumps({**body, "utc": utc}).encode()] for utc in ("noon", None)]
    healthy = [b"dms.v1.health", json.dumps({"seq": 1, "session": "x", "status": "ok"}).encode()]

    def publish() -> None:
        with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
            socket.bind(endpoint)
            socket.recv()
            while not over.wait(0.02):
                for message in (*sent, *sent, healthy):
                    socket.send_multipart(message)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        result = run(endpoint, "--topic", "state", "--topic", "health", "--count", 2, "--timeout", 90)
    finally:
        over.set()
        thread.join()
    assert result.exit_code == 0, result.output
    assert result.stderr.count("state: not a message of this dms") == 1
    assert len(result.stdout.splitlines()) == 2
