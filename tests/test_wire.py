"""What goes between programs: the fixed formats, read and written."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dms.errors import DriveError
from dms.health import Health
from dms.outputs.bus.messages import State
from dms.trip.summary import TripSummary
from dms.types import (
    Alert,
    AlertKind,
    DriverInput,
    Eye,
    Eyes,
    Face,
    Gaze,
    Head,
    Label,
    Level,
    Mouth,
    Observation,
    Phase,
    Setup,
    VehicleState,
)
from dms.wire import TOPICS, from_json, record_from, record_parser, to_json
from tests.record_making import records

ANY_RECORD = st.one_of([records(record_type) for record_type in TOPICS.values()])
ANY_MESSAGE = st.one_of([records(message) for message in (State, Health, TripSummary)])


@settings(deadline=None)
@given(ANY_RECORD)
def test_every_record_comes_back_as_it_was_sent(record: Any) -> None:
    assert from_json(to_json(record)) == record


@settings(deadline=None)
@given(ANY_MESSAGE)
def test_every_message_of_the_bus_can_be_read_into_its_declaration(message: Any) -> None:
    assert msgspec.json.decode(to_json(message), type=type(message)) == message


@settings(deadline=None, max_examples=30)
@given(ANY_RECORD | ANY_MESSAGE)
def test_a_record_goes_to_another_process_and_stays_as_it_is(record: Any) -> None:
    assert pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == record
    with pytest.raises(AttributeError):
        record.t = 0.0


@settings(deadline=None)
@given(records(Observation))
def test_a_replay_passes_over_the_landmarks_and_reads_everything_else(observation: Observation) -> None:
    seen = record_parser(landmarks=False)(to_json(observation))
    assert type(seen) is Observation
    assert seen == replace(observation, landmarks=None)


def test_the_written_form_is_the_contract() -> None:
    observation = Observation(
        t=12.345,
        frame=370,
        face=Face(0.98, (212.0, 96.0, 180.0, 210.0)),
        head=Head(3.1, -4.0, 0.5, 2.0, 4.5, (-12.0, 30.0, -640.0)),
        eyes=Eyes(Eye(0.93, 0.99), None),
        gaze=Gaze(1.0, -2.0, 4.0),
        mouth=Mouth(0.05, 0.97),
    )
    assert json.loads(to_json(observation)) == {
        "topic": "observation",
        "t": 12.345,
        "frame": 370,
        "camera": "ok",
        "face": {"score": 0.98, "box": [212.0, 96.0, 180.0, 210.0]},
        "head": {
            "yaw": 3.1,
            "pitch": -4.0,
            "roll": 0.5,
            "sigma": 2.0,
            "disagreement": 4.5,
            "position_mm": [-12.0, 30.0, -640.0],
        },
        "eyes": {"left": {"open": 0.93, "visible": 0.99}, "right": None},
        "gaze": {"yaw": 1.0, "pitch": -2.0, "sigma": 4.0},
        "mouth": {"open": 0.05, "visible": 0.97},
        "emotion": None,
        "phone": None,
        "smoking": None,
        "drinking": None,
        "landmarks": None,
    }


@pytest.mark.parametrize(
    "record",
    [
        VehicleState(1.0, speed_kph=82.0, turn_signal="off"),
        DriverInput(2.0, "acknowledge"),
        Label(3.0, 4.5, "fatigue.microsleep", "eyes closed at the wheel"),
        Label(0.0, 300.0, "kss", value=7.0),
        Setup(0.0, "pack: mine\n", "mine.yaml", "ab", {"name": "van"}, 80.0, {"open_eye": 0.9, "forward_yaw_deg": None}),
        Alert(
            5.0, AlertKind.DISTRACTION_LONG, Level.WARNING, Phase.RAISE, 2.0, "long glance", "default", {"head_away_deg": 31.5}
        ),
    ],
)
def test_every_other_record_comes_back_too(record: VehicleState | DriverInput | Label | Alert | Setup) -> None:
    assert from_json(to_json(record)) == record


def test_a_drive_recorded_before_anybody_looked_for_drinks_says_nothing_of_them() -> None:
    observation = from_json('{"topic":"observation","t":1,"frame":30,"phone":"at_ear","smoking":false}')
    assert observation == Observation(1.0, 30, phone="at_ear", smoking=False, drinking=None)


def test_fields_of_a_newer_program_are_ignored() -> None:
    assert from_json('{"topic":"vehicle","t":1,"speed_kph":50,"wipers":"on"}') == VehicleState(1.0, 50.0)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (100.0, "100.0"),
        (12.345, "12.345"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-5, "0.00001"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (1e15, "1000000000000000.0"),
        (5e-324, "5e-324"),
        (np.float64(1.5), "1.5"),
        (np.float32(1.5), "1.5"),
        (math.nan, "null"),
        (math.inf, "null"),
        (-math.inf, "null"),
    ],
)
def test_a_number_is_written_as_other_programs_have_always_read_it(number: float, written: str) -> None:
    assert to_json(VehicleState(t=number)).startswith(f'{{"topic":"vehicle","t":{written},'.encode())


def test_what_is_not_known_is_written_as_null() -> None:
    assert to_json(VehicleState(1.5)) == (
        b'{"topic":"vehicle","t":1.5,"speed_kph":null,"turn_signal":null,"steering_deg":null,"gear":null,"assist_active":null}'
    )


@pytest.mark.parametrize(
    ("line", "record"),
    [
        (b'{"t":3.0, "end":4.5, "kind":"fatigue.microsleep", "topic":"label"}', Label(3.0, 4.5, "fatigue.microsleep")),
        (b' { "topic" : "observation", "t" : 1, "frame" : 30.0, "newer": {"x": [1, 2]} } ', Observation(1.0, 30)),
        (b'{"topic":"observation","t":"1e1","frame":"30"}', Observation(10.0, 30)),
        (b'{"topic":"vehicle","t":"1.5","speed_kph":"80","assist_active":1}', VehicleState(1.5, 80.0, assist_active=True)),
        (b'{"topic":"vehicle","t":1,"speed_kph":-0,"newer":NaN}', VehicleState(1.0, 0.0)),
        (b'{"topic":"vehicle","t":"1","gear":"2"}', VehicleState(1.0, gear="2")),
        (b'{"topic":"label","t":0,"end":300,"kind":"kss","value":"7"}\r\n', Label(0.0, 300.0, "kss", value=7.0)),
    ],
)
@pytest.mark.parametrize("landmarks", [True, False])
def test_lines_by_other_hands_are_read(line: bytes, record: Any, landmarks: bool) -> None:
    read = record_parser(landmarks=landmarks)(line)
    assert (type(read), read) == (type(record), record)


def test_a_number_in_a_cause_stays_the_text_or_the_number_that_it_was() -> None:
    cause = {"text": "1", "whole": 1, "real": 1.5, "truth": True, "unknown": None}
    line = {"topic": "alert", "t": "5", "kind": "distraction.long", "level": "warning", "phase": "raise", "onset": 2}
    alert = from_json(json.dumps(line | {"rule": "r", "pack": "p", "cause": cause}))
    assert isinstance(alert, Alert)
    assert {name: (type(value), value) for name, value in alert.cause.items()} == {
        name: (type(value), value) for name, value in cause.items()
    }


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"topic":"observation","t":NaN,"frame":1}', "observation: t: expected a finite number, got nan"),
        ('{"topic":"observation","t":-1e999,"frame":1}', "observation: t: expected a finite number, got -inf"),
        ('{"topic":"vehicle","t":"inf"}', "vehicle: t: expected a finite number, got inf"),
        (
            '{"topic":"observation","t":1,"frame":1,"head":{"yaw":Infinity,"pitch":0,"roll":0}}',
            "observation: head.yaw: expected a finite number, got inf",
        ),
        (
            '{"topic":"observation","t":1,"frame":1,"emotion":{"fear":NaN}}',
            "observation: emotion.fear: expected a finite number, got nan",
        ),
        ('{"topic":"observation","t":1}', "observation: frame: the field is missing"),
        ('{"topic":"observation","t":1,"frame":1,"eyes":{"left":null}}', "observation: eyes.right: the field is missing"),
        ('{"topic":"observation","t":1,"frame":1.5}', "observation: frame: expected a whole number, got one with a fraction"),
        ('{"topic":"observation","t":1,"frame":1,"face":[1]}', "observation: face: expected an object or null, got a list"),
        (
            '{"topic":"observation","t":1,"frame":1,"face":{"score":1,"box":[1,2,3]}}',
            "observation: face.box: expected a list of length 4, got 3",
        ),
        (
            '{"topic":"observation","t":1,"frame":1,"face":{"score":1,"box":[1,2,3,"x"]}}',
            "observation: face.box.3: expected a number, got text",
        ),
        ('{"topic":"observation","t":1,"frame":1,"emotion":{"joy":1}}', "observation: emotion: 'joy' is none of neutral, hap"),
        (
            '{"topic":"observation","t":1,"frame":1,"emotion":{"fear":"x"}}',
            "observation: emotion: one of its values: expected a number, got text",
        ),
        (
            '{"topic":"observation","t":1,"frame":1,"camera":"broken"}',
            "observation: camera: 'broken' is none of ok, covered, dark, overexposed",
        ),
        ('{"topic":"observation","t":1,"frame":1,"phone":"banana"}', "observation: phone: 'banana' is none of none, at_ear, "),
        ('{"topic":"vehicle","t":1,"speed_kph":"fast"}', "vehicle: speed_kph: expected a number or null, got text"),
        ('{"topic":"vehicle","t":1,"assist_active":"maybe"}', "vehicle: assist_active: expected true or false or null, got te"),
        ('{"topic":"vehicle","t":1,"gear":"\\ud800"}', "vehicle: gear: the text has half a character in it"),
        (
            '{"topic":"alert","t":1,"kind":"fatigue.sleep","level":"urgent","phase":"raise","onset":0,"rule":"","pack":"","cause":{"\\udfff":1}}',
            "alert: cause: the text has half a character in it",
        ),
        ('{"topic":"driver","t":1,"action":"sing"}', "driver: action: 'sing' is none of acknowledge, interaction, pause"),
        ('{"topic":"weather","t":1}', "unknown topic 'weather': expected one of observation, vehicle"),
        ('{"topic":["a"],"t":1}', "unknown topic '['a']'"),
        ('{"topic":null,"t":1}', "the object has no 'topic'"),
        ('{"t":1}', "the object has no 'topic'"),
        ('{"topic":"vehi', "not a JSON object: Unterminated string starting at column 10"),
        ('{"topic":"vehicle","t":1}garbage', "not a JSON object: Extra data at column 26"),
        ('{"topic":"vehicle","t":1,"gear":"\t"}', "not a JSON object: Invalid control character at column"),
        ('{"topic":"vehicle","t":01}', "not a JSON object: "),
        ('{"topic":"vehicle","t":1,"deep":' + 100_000 * "[" + 100_000 * "]" + "}", "not a JSON object: "),
        ("[1, 2]", "not a JSON object"),
        ("", "not a JSON object: Expecting value at column 1"),
    ],
)
@pytest.mark.parametrize("landmarks", [True, False])
def test_a_bad_line_is_refused_with_the_reason(line: str, complaint: str, landmarks: bool) -> None:
    with pytest.raises(DriveError) as refused:
        record_parser(landmarks=landmarks)(line.encode())
    assert str(refused.value).startswith(complaint)


def test_bytes_that_are_no_text_are_refused() -> None:
    for line in (b'{"topic":"vehicle","t":1,"gear":"\xff"}', b"\xff\xfe{", b"\xef\xbb\xbf{}"):
        with pytest.raises(DriveError, match="not a JSON object"):
            from_json(line)


def test_landmarks_are_checked_by_whoever_wants_them() -> None:
    with pytest.raises(DriveError, match=r"observation: landmarks\.1\.1: expected a finite number, got nan"):
        from_json('{"topic":"observation","t":1,"frame":1,"landmarks":[[1,2],[3,NaN]]}')
    with pytest.raises(DriveError, match=r"observation: landmarks\.1: expected a list of length 2, got 1"):
        from_json('{"topic":"observation","t":1,"frame":1,"landmarks":[[1,2],[3]]}')


def test_landmarks_that_nobody_wants_are_still_to_be_json() -> None:
    with pytest.raises(DriveError, match="not a JSON object"):
        record_parser()(b'{"topic":"observation","t":1,"frame":1,"landmarks":[[1,2],[3}')


def test_a_record_made_of_fields_complains_without_a_topic() -> None:
    assert record_from(Label, {"t": "1", "end": 2, "kind": "fatigue.sleep"}) == Label(1.0, 2.0, "fatigue.sleep")
    with pytest.raises(DriveError, match=r"^end: expected a number, got text$"):
        record_from(Label, {"t": 1, "end": "late", "kind": "fatigue.sleep"})


def test_levels_rank_from_info_to_emergency() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4]
