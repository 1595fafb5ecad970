"""The messages as bytes: envelope, honest unknowns, and schemas that are true."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    SourceHealth,
)
from dms.outputs.bus import messages as bus_messages
from dms.outputs.bus.messages import RESERVED_FIELDS, Topic
from dms.outputs.bus.schema import message_schemas, schema_text
from dms.types import CameraHealth, CueEvent, Cues, Eye, Eyes, Face, Gaze, Head, Mouth, Observation
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
    pytest.param(Topic.STATE, bus_messages.state_body(12.0, CUES, [an_alert()], {"fps": 30}), id="state"),
    pytest.param(Topic.STATE, bus_messages.state_body(0.0, None, [], {}), id="state before the first frame"),
    pytest.param(Topic.HEALTH, bus_messages.health_body(A_HEALTH), id="health"),
    pytest.param(Topic.HEALTH, bus_messages.health_body(Health(0.0, "starting")), id="health at the start"),
    pytest.param(Topic.SUMMARY, bus_messages.summary_body(a_summary()), id="summary"),
]


def read(body: bytes, seq: int = 7, utc: str | None = "2026-11-21T09:30:00Z") -> dict[str, Any]:
    return dict(json.loads(bus_messages.with_envelope(body, 'a "session"', seq, utc)))


@pytest.mark.parametrize(("topic", "body"), BODIES)
def test_every_message_says_session_seq_time_and_topic(topic: Topic, body: bytes) -> None:
    message = read(body)
    assert message["topic"] == topic.short
    assert message["session"] == 'a "session"'
    assert message["seq"] == 7
    assert message["utc"] == "2026-11-21T09:30:00Z"
    assert isinstance(message["t"], float)


@pytest.mark.parametrize(("topic", "body"), BODIES)
@pytest.mark.parametrize("utc", ["2026-11-21T09:30:00Z", None])
def test_every_message_meets_its_published_schema(topic: Topic, body: bytes, utc: str | None) -> None:
    schema = json.loads((ROOT / "docs" / "schema" / f"{topic}.schema.json").read_text())
    assert violations(read(body, utc=utc), schema) == []


def test_the_schema_notices_a_wrong_message() -> None:
    schema = message_schemas()[Topic.ALERT]
    message = read(bus_messages.alert_body(an_alert(), journalled=True))
    assert violations(message | {"level": "loud"}, schema)
    assert violations(message | {"seq": 0}, schema)
    assert violations({name: value for name, value in message.items() if name != "journalled"}, schema)


@pytest.mark.parametrize("topic", Topic)
def test_the_schemas_in_the_documentation_are_current(topic: Topic) -> None:
    stored = (ROOT / "docs" / "schema" / f"{topic}.schema.json").read_text()
    assert stored == schema_text(message_schemas()[topic]), "run: python -m dms.outputs.bus.schema docs/schema"


@pytest.mark.parametrize("record", [A_FULL_OBSERVATION, an_alert()])
def test_a_message_reads_back_as_the_record_it_carries(record: Any) -> None:
    body = bus_messages.observation_body(record) if isinstance(record, Observation) else bus_messages.alert_body(record, True)
    assert wire.from_json(bus_messages.with_envelope(body, "s", 1, None)) == record


@settings(deadline=None)
@given(value=st.sampled_from([math.nan, math.inf, -math.inf]))
def test_no_number_that_is_none_leaves_as_anything_but_unknown(value: float) -> None:
    state = read(bus_messages.state_body(1.0, Cues(t=1.0, perclos_60s=value), [], {"fps": value}))
    assert state["cues"]["perclos_60s"] is None
    assert state["fps"] is None


@pytest.mark.parametrize("name", sorted(RESERVED_FIELDS))
def test_the_service_cannot_overwrite_a_field_of_the_format(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        bus_messages.state_body(1.0, None, [], {name: 1})


def test_a_health_message_has_its_fields_in_the_order_that_scripts_have_seen() -> None:
    assert bus_messages.health_body(A_HEALTH).decode() == (
        '{"topic":"health","snapshot":false,"t":1.0,"status":"degraded","degraded":["camera covered"],'
        '"camera":{"source":"/dev/dms-cam","state":"covered","note":"a hand?"},"fps":29.9,"frames":1234,'
        '"dropped":{"superseded":2},"faults":{"picture":1},"latency_ms":{"p50":12.5,"p99":20.0},'
        '"cpu_s":12.345,"cpu_percent":55.5,"rss_mib":180.2,"temperature_c":null,'
        '"journal":{"status":"ok","reason":null,"path":"journal.db","size_bytes":4096,"written":12,"backlog":0,"lost":0,'
        '"quarantined":null,"sqlite":"3.45.0"},"uptime_s":60.0,"versions":{"dms":"1"},"models_sha256":"ab","config_sha256":"cd",'
        '"recorder":{"path":"a.mcap","dropped":0,"problem":null,"video":"event","pictures":0,"pictures_dropped":0,'
        '"used_mib":0.0,"protected_mib":0.0,"keep_mib":null,"marks":0,'
        '"last_mark":{"t":2.0,"note":"dog","files":["a.mcap"],"pictures":10,"problem":null}},'
        '"rules":{"pack":"default","sha256":"ef","refused":null},'
        '"calibration":{"percent":40,"source":"provisional","kept":true,"problem":null},'
        '"vehicle":{"endpoint":"ipc:///run/in","accepted":4,"refused":{"stale":1},"silent_s":0.5},'
        '"bus":{"state":0,"alert":0,"health":2,"observation":0,"summary":0,"dropped":0},"rejected_observations":0}'
    )


def test_a_snapshot_is_the_same_message_but_for_the_mark() -> None:
    message = bus_messages.with_envelope(bus_messages.state_body(1.0, None, [], {}), "s", 3, None)
    repeated = json.loads(bus_messages.as_snapshot(message))
    assert json.loads(message)["snapshot"] is False
    assert repeated == json.loads(message) | {"snapshot": True}


def test_a_session_that_looks_like_the_mark_is_not_taken_for_it() -> None:
    session = '"snapshot":false'
    message = bus_messages.with_envelope(bus_messages.health_body(Health(1.0, "ok")), session, 3, None)
    repeated = json.loads(bus_messages.as_snapshot(message))
    assert repeated["session"] == session
    assert repeated["snapshot"] is True
