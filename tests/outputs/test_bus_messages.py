"""The messages as bytes: envelope, honest unknowns, and schemas that are true."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dms import wire
from dms.health import (
    BusHealth,
    CalibrationHealth,
    Health,
    InputHealth,
    JournalHealth,
    Latency,
    MarkHealth,
    RecorderHealth,
    RulesHealth,
    SecondCameraHealth,
    SourceHealth,
)
from dms.outputs.bus import messages as bus_messages
from dms.outputs.bus.messages import State, Topic
from dms.outputs.bus.schema import message_schemas, schema_text
from dms.types import CameraHealth, CueEvent, Cues, Eye, Eyes, Face, Gaze, Head, Mouth, Observation, Views
from tests.outputs.json_schema import violations
from tests.outputs.output_examples import a_summary, an_alert

ROOT = Path(__file__).resolve().parents[2]
A_FULL_OBSERVATION = Observation(
    t=12.345,
    frame=370,
    face=Face(0.98, (212.0, 96.0, 180.0, 210.0)),
    head=Head(3.1, -4.0, 0.5, 2.0),
    eyes=Eyes(Eye(0.93, 0.99), None),
    gaze=Gaze(1.0, -2.0),
    mouth=Mouth(0.05, 0.97),
    emotion={"neutral": 0.9, "happiness": 0.1},
    phone="none",
    landmarks=tuple((float(i), float(i)) for i in range(68)),
)
CUES = Cues(
    t=12.0, speed_kph=82.0, gaze_source="eye", events=(CueEvent("blink", 11.0, 11.1), CueEvent("glance", 9.0, 10.0, "mirror"))
)
A_HEALTH = Health(
    t=1.0,
    status="degraded",
    degraded=("camera covered",),
    camera=SourceHealth("/dev/dms-cam", CameraHealth.COVERED, "a hand?"),
    fps=29.9,
    frames=1234,
    dropped={"superseded": 2},
    faults={"picture": 1},
    latency_ms=Latency(12.5, 20.0),
    cpu_s=12.345,
    cpu_percent=55.5,
    rss_mib=180.2,
    journal=JournalHealth("ok", None, "journal.db", 4096, 12, 0, 0, None, "3.45.0"),
    uptime_s=60.0,
    versions={"dms": "1"},
    models_sha256="ab",
    config_sha256="cd",
    recorder=RecorderHealth(path="a.mcap", video="event", last_mark=MarkHealth(2.0, "dog", ("a.mcap",), 10, None)),
    rules=RulesHealth("default", "ef"),
    calibration=CalibrationHealth(40, "provisional", kept=True),
    vehicle=InputHealth("ipc:///run/in", 4, {"stale": 1}, 0.5),
    bus=BusHealth(health=2),
)
BODIES = [
    pytest.param(Topic.OBSERVATION, bus_messages.observation_body(A_FULL_OBSERVATION), id="full observation"),
    pytest.param(Topic.OBSERVATION, bus_messages.observation_body(Observation(t=0.0, frame=0)), id="empty observation"),
    pytest.param(Topic.ALERT, bus_messages.alert_body(an_alert(), journalled=True), id="alert"),
    pytest.param(Topic.STATE, bus_messages.state_body(State(12.0, CUES, (an_alert(),), an_alert().kind)), id="state"),
    pytest.param(Topic.STATE, bus_messages.state_body(State(0.0, None, ())), id="state before the first frame"),
    pytest.param(Topic.HEALTH, bus_messages.health_body(A_HEALTH), id="health"),
    pytest.param(Topic.HEALTH, bus_messages.health_body(Health(0.0, "starting")), id="health at the start"),
    pytest.param(Topic.SUMMARY, bus_messages.summary_body(a_summary()), id="summary"),
]


PUBLISHED = ROOT / "docs" / "schema"
FIRST_PUBLISHED = ROOT / "tests" / "data" / "schema_v1"


def read(topic: Topic, body: bytes, seq: int = 7, utc: str | None = "2026-11-21T09:30:00Z") -> dict[str, Any]:
    return dict(json.loads(bus_messages.with_envelope(topic, body, 'a "session"', seq, utc)))


def schema_in(folder: Path, topic: Topic) -> dict[str, Any]:
    return dict(json.loads((folder / f"{topic}.schema.json").read_text()))


def parts_of(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of everything in a message."""
    if place:
        yield place
    for name, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from parts_of(part, (*place, name))


def with_part(value: Any, place: tuple[str | int, ...], part: Any) -> Any:
    """The message with another part at a place."""
    if not place:
        return part
    changed = value.copy()
    changed[place[0]] = with_part(value[place[0]], place[1:], part)
    return changed


@pytest.mark.parametrize(("topic", "body"), BODIES)
def test_every_message_says_session_seq_time_and_topic(topic: Topic, body: bytes) -> None:
    message = read(topic, body)
    assert message["topic"] == topic.short
    assert message["session"] == 'a "session"'
    assert message["seq"] == 7
    assert message["utc"] == "2026-11-21T09:30:00Z"
    assert isinstance(message["t"], float)


@pytest.mark.parametrize(("topic", "body"), BODIES)
@pytest.mark.parametrize("utc", ["2026-11-21T09:30:00Z", None])
def test_every_message_meets_its_published_schema(topic: Topic, body: bytes, utc: str | None) -> None:
    assert violations(read(topic, body, utc=utc), schema_in(PUBLISHED, topic)) == []


@pytest.mark.parametrize(("topic", "body"), BODIES)
def test_a_subscriber_with_the_first_schemas_of_this_version_accepts_the_messages_of_today(topic: Topic, body: bytes) -> None:
    assert violations(read(topic, body), schema_in(FIRST_PUBLISHED, topic)) == []


@pytest.mark.parametrize(("topic", "body"), [body for body in BODIES if body.values[0] is not Topic.HEALTH])
def test_what_the_first_schemas_refuse_those_of_today_refuse_and_the_other_way_round(topic: Topic, body: bytes) -> None:
    message, first, today = read(topic, body), schema_in(FIRST_PUBLISHED, topic), schema_in(PUBLISHED, topic)
    known = json.dumps(first)
    for place in parts_of(message):
        if isinstance(place[-1], str) and f'"{place[-1]}"' not in known:
            continue  # a field that came later
        for odd in (None, True, 1, -0.5, "odd", [], [1.0, 2.0], {}, {"odd": "odd"}):
            altered = with_part(message, place, odd)
            assert bool(violations(altered, first)) == bool(violations(altered, today)), (place, odd)
    for name in [name for name in message if f'"{name}"' in known]:
        without = {other: value for other, value in message.items() if other != name}
        assert bool(violations(without, first)) == bool(violations(without, today)), name


def test_the_first_health_schema_knew_less_than_that_of_today() -> None:
    message = read(Topic.HEALTH, bus_messages.health_body(A_HEALTH))
    for name, wrong in {"fps": "fast", "journal": [], "recorder": {"marks": "two"}, "status": "unwell"}.items():
        assert violations(message | {name: wrong}, schema_in(FIRST_PUBLISHED, Topic.HEALTH)) == []
        assert violations(message | {name: wrong}, schema_in(PUBLISHED, Topic.HEALTH))


def undeclared(value: Any, schema: dict[str, Any], parts: dict[str, Any], place: str = "$") -> list[str]:
    """The places of fields that the schema does not know, although the object has named fields."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return min((undeclared(value, each, parts, place) for each in schema["anyOf"]), key=len)
    if isinstance(value, list):
        return [found for each in value for found in undeclared(each, schema.get("items", {}), parts, f"{place}[]")]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    deeper = [found for name in known.keys() & value for found in undeclared(value[name], known[name], parts, f"{place}.{name}")]
    return [f"{place}.{name}" for name in value if name not in known] + deeper


@pytest.mark.parametrize(("topic", "body"), BODIES)
def test_no_field_is_published_that_the_schema_does_not_declare(topic: Topic, body: bytes) -> None:
    schema = schema_in(PUBLISHED, topic)
    message = read(topic, body)
    assert undeclared(message, schema, schema.get("$defs", {})) == []
    assert undeclared(message | {"newer": 1}, schema, schema.get("$defs", {})) == ["$.newer"]


def test_the_schema_notices_a_wrong_message() -> None:
    schema = message_schemas()[Topic.ALERT]
    message = read(Topic.ALERT, bus_messages.alert_body(an_alert(), journalled=True))
    assert violations(message | {"level": "loud"}, schema)
    assert violations(message | {"seq": 0}, schema)
    assert violations({name: value for name, value in message.items() if name != "journalled"}, schema)


@pytest.mark.parametrize("topic", Topic)
def test_the_schemas_in_the_documentation_are_current(topic: Topic) -> None:
    stored = (PUBLISHED / f"{topic}.schema.json").read_text()
    assert stored == schema_text(message_schemas()[topic]), "run: python -m dms.outputs.bus.schema docs/schema"


@pytest.mark.parametrize(
    ("topic", "body", "record"),
    [
        (Topic.OBSERVATION, bus_messages.observation_body(A_FULL_OBSERVATION), A_FULL_OBSERVATION),
        (Topic.ALERT, bus_messages.alert_body(an_alert(), True), an_alert()),
    ],
)
def test_a_message_reads_back_as_the_record_it_carries(topic: Topic, body: bytes, record: Any) -> None:
    assert wire.from_json(bus_messages.with_envelope(topic, body, "s", 1, None)) == record


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_that_is_none_leaves_as_anything_but_unknown(value: float) -> None:
    state = read(Topic.STATE, bus_messages.state_body(State(1.0, Cues(t=1.0, perclos_60s=value), ())))
    assert state["cues"]["perclos_60s"] is None
    health = read(Topic.HEALTH, bus_messages.health_body(Health(1.0, "ok", fps=value)))
    assert health["fps"] is None


def test_a_health_message_has_its_fields_in_the_order_that_scripts_have_seen() -> None:
    message = bus_messages.with_envelope(Topic.HEALTH, bus_messages.health_body(A_HEALTH), "s", 3, None)
    assert message.decode() == (
        '{"topic":"health","session":"s","seq":3,"utc":null,"snapshot":false,"t":1.0,'
        '"status":"degraded","degraded":["camera covered"],'
        '"camera":{"source":"/dev/dms-cam","state":"covered","note":"a hand?"},"fps":29.9,"frames":1234,'
        '"dropped":{"superseded":2},"faults":{"picture":1},"latency_ms":{"p50":12.5,"p99":20.0},'
        '"cpu_s":12.345,"cpu_percent":55.5,"rss_mib":180.2,"temperature_c":null,'
        '"journal":{"status":"ok","reason":null,"path":"journal.db","size_bytes":4096,"written":12,"backlog":0,"lost":0,'
        '"quarantined":null,"sqlite":"3.45.0","set_aside":[]},"uptime_s":60.0,"versions":{"dms":"1"},"models_sha256":"ab","config_sha256":"cd",'
        '"recorder":{"path":"a.mcap","dropped":0,"problem":null,"video":"event","pictures":0,"pictures_dropped":0,'
        '"used_mib":0.0,"protected_mib":0.0,"keep_mib":null,"marks":0,'
        '"last_mark":{"t":2.0,"note":"dog","files":["a.mcap"],"pictures":10,"problem":null}},'
        '"rules":{"pack":"default","sha256":"ef","refused":null},'
        '"calibration":{"percent":40,"source":"provisional","kept":true,"problem":null},'
        '"vehicle":{"endpoint":"ipc:///run/in","accepted":4,"refused":{"stale":1},"silent_s":0.5,"connections":0,"connections_refused":0},"vehicle_sources":{},'
        '"bus":{"state":0,"alert":0,"health":2,"observation":0,"summary":0,"dropped":0,"lag_s":0.0,"subscriptions":0,"renewed":0,'
        '"connections":0,"connections_refused":0},'
        '"rejected_observations":0,"threads":{}}'
    )


def test_a_snapshot_is_the_same_message_but_for_the_mark() -> None:
    message = bus_messages.with_envelope(Topic.STATE, bus_messages.state_body(State(1.0, None, ())), "s", 3, None)
    repeated = json.loads(bus_messages.as_snapshot(message))
    assert json.loads(message)["snapshot"] is False
    assert repeated == json.loads(message) | {"snapshot": True}


def test_a_session_that_looks_like_the_mark_is_not_taken_for_it() -> None:
    session = '"snapshot":false'
    message = bus_messages.with_envelope(Topic.HEALTH, bus_messages.health_body(Health(1.0, "ok")), session, 3, None)
    repeated = json.loads(bus_messages.as_snapshot(message))
    assert repeated["session"] == session
    assert repeated["snapshot"] is True


def test_with_two_cameras_observation_and_health_have_one_field_more_which_older_subscribers_pass_over() -> None:
    covered = CameraHealth.COVERED
    observation = Observation(1.0, 2, views=Views(first=covered, second=CameraHealth.OK, face="second", eyes="second"))
    health = replace(A_HEALTH, second_camera=SecondCameraHealth("/dev/pillar", covered, "a hand?", 44.0, 3.5))
    bodies = {
        Topic.OBSERVATION: bus_messages.observation_body(observation),
        Topic.HEALTH: bus_messages.health_body(health),
    }
    for (topic, body), field in zip(bodies.items(), ("views", "second_camera"), strict=True):
        message, schema = read(topic, body), schema_in(PUBLISHED, topic)
        assert violations(message, schema) == violations(message, schema_in(FIRST_PUBLISHED, topic)) == []
        assert undeclared(message, schema, schema["$defs"]) == []
        assert violations(message | {field: {"first": "odd"}}, schema)
    assert "views" not in read(Topic.OBSERVATION, bus_messages.observation_body(A_FULL_OBSERVATION))
    assert "second_camera" not in read(Topic.HEALTH, bus_messages.health_body(A_HEALTH))
