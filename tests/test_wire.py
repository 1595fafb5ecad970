"""What goes between programs: the fixed formats, read and written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.errors import DriveError
from dms.types import (
    EXPRESSIONS,
    Alert,
    AlertKind,
    CameraHealth,
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
    VehicleState,
)
from dms.wire import from_json, to_json

NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=32)
SHARE = st.floats(0.0, 1.0)
EYE = st.none() | st.builds(Eye, openness=SHARE, visible=SHARE)
OBSERVATION = st.builds(
    Observation,
    t=NUMBER,
    frame=st.integers(0, 10**9),
    camera=st.sampled_from(CameraHealth),
    face=st.none() | st.builds(Face, score=SHARE, box_px=st.tuples(NUMBER, NUMBER, NUMBER, NUMBER)),
    head=st.none() | st.builds(Head, NUMBER, NUMBER, NUMBER, *[st.none() | NUMBER] * 2, st.none() | st.tuples(*[NUMBER] * 3)),
    eyes=st.none() | st.builds(Eyes, left=EYE, right=EYE),
    gaze=st.none() | st.builds(Gaze, NUMBER, NUMBER, st.none() | NUMBER),
    mouth=st.none() | st.builds(Mouth, openness=SHARE, visible=SHARE),
    emotion=st.none() | st.fixed_dictionaries(dict.fromkeys(EXPRESSIONS, SHARE)),
    phone=st.sampled_from([None, "none", "at_ear", "handheld", "mounted"]),
    smoking=st.sampled_from([None, True, False]),
    drinking=st.sampled_from([None, True, False]),
    landmarks=st.none() | st.lists(st.tuples(NUMBER, NUMBER), min_size=68, max_size=68).map(tuple),
)


@given(OBSERVATION)
def test_an_observation_comes_back_as_it_was_sent(observation: Observation) -> None:
    assert from_json(to_json(observation)) == observation


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
        Alert(
            5.0, AlertKind.DISTRACTION_LONG, Level.WARNING, Phase.RAISE, 2.0, "long glance", "default", {"head_away_deg": 31.5}
        ),
    ],
)
def test_every_other_record_comes_back_too(record: VehicleState | DriverInput | Label | Alert) -> None:
    assert from_json(to_json(record)) == record


def test_a_drive_recorded_before_anybody_looked_for_drinks_says_nothing_of_them() -> None:
    observation = from_json('{"topic":"observation","t":1,"frame":30,"phone":"at_ear","smoking":false}')
    assert observation == Observation(1.0, 30, phone="at_ear", smoking=False, drinking=None)


def test_fields_of_a_newer_program_are_ignored() -> None:
    assert from_json('{"topic":"vehicle","t":1,"speed_kph":50,"wipers":"on"}') == VehicleState(1.0, 50.0)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"topic":"observation","t":NaN,"frame":1}', "observation: t:"),
        ('{"topic":"observation","t":1,"frame":1,"head":{"yaw":Infinity,"pitch":0,"roll":0}}', "head.yaw"),
        ('{"topic":"vehicle","t":1,"speed_kph":"fast"}', "vehicle: speed_kph"),
        ('{"topic":"driver","t":1,"action":"sing"}', "driver: action"),
        ('{"topic":"weather","t":1}', "unknown topic 'weather'"),
        ('{"t":1}', "no 'topic'"),
        ('{"topic":"vehi', "not a JSON object"),
        ("[1, 2]", "not a JSON object"),
    ],
)
def test_a_bad_line_is_refused_with_the_reason(line: str, complaint: str) -> None:
    with pytest.raises(DriveError, match=complaint.replace(".", r"\.")):
        from_json(line)


def test_levels_rank_from_info_to_emergency() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3, 4]
