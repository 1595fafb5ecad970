"""The quick reader of lines says exactly what the reference reader of the wire formats says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.errors import DriveError
from dms.recording.records import record_parser
from dms.types import EXPRESSIONS, CameraHealth, Eye, Eyes, Face, Gaze, Head, Mouth, Observation, VehicleState
from dms.wire import from_json, to_json

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
EYE = st.none() | st.builds(Eye, NUMBER, NUMBER)
OBSERVATION = st.builds(
    Observation,
    t=NUMBER,
    frame=st.integers(-(2**70), 2**70),
    camera=st.sampled_from(CameraHealth),
    face=st.none() | st.builds(Face, score=NUMBER, box_px=st.tuples(NUMBER, NUMBER, NUMBER, NUMBER)),
    head=st.none() | st.builds(Head, NUMBER, NUMBER, NUMBER, st.none() | NUMBER),
    eyes=st.none() | st.builds(Eyes, left=EYE, right=EYE),
    gaze=st.none() | st.builds(Gaze, NUMBER, NUMBER, st.none() | NUMBER),
    mouth=st.none() | st.builds(Mouth, NUMBER, NUMBER),
    emotion=st.none() | st.fixed_dictionaries(dict.fromkeys(EXPRESSIONS, NUMBER)),
    phone=st.sampled_from([None, "none", "at_ear", "handheld", "mounted"]),
    smoking=st.none() | st.booleans(),
    landmarks=st.none() | st.lists(st.tuples(NUMBER, NUMBER), max_size=5).map(tuple),
)
VEHICLE = st.builds(
    VehicleState,
    t=NUMBER,
    speed_kph=st.none() | NUMBER,
    turn_signal=st.sampled_from([None, "off", "left", "right", "hazard"]),
    steering_deg=st.none() | NUMBER,
    gear=st.none() | st.text(max_size=3),
    assist_active=st.none() | st.booleans(),
)

OTHER_LINES = [
    b'{"topic":"driver","t":2.0,"action":"acknowledge"}',
    b'{"topic":"driver","t":2.0,"action":"mark","note":"sneezed"}',
    (
        b'{"topic":"setup","t":0.0,"rules":"pack: mine\\n","rules_name":"mine.yaml","rules_sha256":"ab","assumed_speed_kph":80,'
        b'"cabin":{"name":"van","road":{"up_deg":12},"targets":[]},"calibration":{"open_eye":0.9,"forward_yaw_deg":null}}'
    ),
    b'{"t":3.0, "end":4.5, "kind":"fatigue.microsleep", "topic":"label"}',
    b'{"topic":"label","t":3,"end":4,"kind":"fatigue.sleep","note":"nods off"}',
    b'{"topic":"label","t":0,"end":300,"kind":"kss","value":7}',
    (
        b'{"topic":"alert","t":5.0,"kind":"distraction.long","level":"warning","phase":"raise","onset":2.0,"rule":"r","pack":"p",'
        b'"cause":{"a":1.5,"b":2,"c":"x","d":true,"e":null}}'
    ),
    b' { "topic" : "observation", "t" : 1, "frame" : 30.0, "newer": {"x": [1, 2]} } ',
    b'{"topic":"vehicle","t":"1.5","speed_kph":"80","assist_active":1}',
]

BAD_LINES = [
    b"",
    b"not json",
    b"[1,2]",
    b"{}",
    b'{"topic":"weather","t":1}',
    b'{"topic":1,"t":1}',
    b'{"topic":"observation","t":NaN,"frame":1}',
    b'{"topic":"observation","t":Infinity,"frame":1}',
    b'{"topic":"observation","t":1e999,"frame":1}',
    b'{"topic":"observation","t":1,"frame":1,"head":{"yaw":-Infinity,"pitch":0,"roll":0}}',
    b'{"topic":"observation","t":1}',
    b'{"topic":"observation","t":1,"frame":1,"camera":"broken"}',
    b'{"topic":"observation","t":1,"frame":1,"face":{"score":1,"box":[1,2,3]}}',
    b'{"topic":"observation","t":1,"frame":1,"landmarks":[[1,2],[3',
    b'{"topic":"vehicle","t":1,"turn_signal":"both"}',
    b'{"topic":"driver","t":1,"action":"sing"}',
    b'{"topic":"observation","t":1,"frame":1}garbage',
]


@settings(deadline=None, max_examples=50)
@given(OBSERVATION | VEHICLE)
def test_quick_and_reference_reader_agree_on_every_record(record: Observation | VehicleState) -> None:
    line = to_json(record)
    assert record_parser(landmarks=True)(line) == from_json(line) == record


@settings(deadline=None, max_examples=50)
@given(OBSERVATION)
def test_landmarks_are_left_out_unless_asked_for(observation: Observation) -> None:
    assert record_parser()(to_json(observation)) == replace(observation, landmarks=None)


@pytest.mark.parametrize("line", OTHER_LINES)
def test_quick_and_reference_reader_agree_on_lines_by_other_hands(line: bytes) -> None:
    assert record_parser(landmarks=True)(line) == from_json(line)
    assert type(record_parser()(line)) is type(from_json(line))


@pytest.mark.parametrize("line", BAD_LINES)
def test_quick_and_reference_reader_refuse_the_same_lines_in_the_same_words(line: bytes) -> None:
    with pytest.raises(DriveError) as reference:
        from_json(line)
    with pytest.raises(DriveError) as quick:
        record_parser(landmarks=True)(line)
    assert str(quick.value) == str(reference.value)
