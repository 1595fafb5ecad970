"""What a car says on its bus, by the DBC: units, words, pages, and everything that means "not known"."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dms.errors import ConfigurationError
from dms.vehicle.can.database import LARGEST_BYTES, load_database
from dms.vehicle.can.decoding import Decoder
from dms.vehicle.can.options import Signals
from dms.vehicle.fields import is_possible
from tests.vehicle.conftest import DBC, HYBRID, Encode

CAR = load_database(DBC)
CCVS_OF_THE_ENGINE, CCVS_OF_THE_BRAKES = 0x18FEF100, 0x0CFEF10B  # another priority and another sender than the DBC's
MOTION = {"SPEED_KPH": 80.0, "SPEED_MPH": 50.0, "SPEED_MPS": 20.0, "SPEED_PLAIN": 80, "SPEED_VALID": 1}
WHEEL = {"ANGLE": -72.5, "FINE": 0.04, "ANGLE_RAD": 0.5}
BODY = {"STALK": 0, "SIDES": 0, "LAMP_LEFT": 0, "LAMP_RIGHT": 0, "LANE_KEEPING": 0, "ASSIST_STATE": 0}
MAP = {"off": "neither", "left": "lh", "right": "rh"}


def decoder(**signals: Any) -> Decoder:
    """A decoder for these fields, without problems."""
    made = Decoder(CAR, Signals.model_validate(signals))
    assert made.problems == []
    return made


def told(made: Decoder, message: tuple[int, bytes]) -> Mapping[Any, Any]:
    identifier, data = message
    return made.read(identifier, data, is_extended=identifier > 0x7FF)


@pytest.mark.parametrize(
    ("signal", "kph"),
    [
        pytest.param("SPEED_KPH", 80.0, id="as the DBC says"),
        pytest.param("MOTION.SPEED_KPH", 80.0, id="with the message's name"),
        pytest.param({"signal": "SPEED_MPH"}, 80.4672, id="miles"),
        pytest.param({"signal": "SPEED_MPS"}, 72.0, id="metres a second"),
        pytest.param({"signal": "SPEED_PLAIN", "unit": "kn"}, 148.16, id="a unit that only a person knows"),
        pytest.param({"signal": "SPEED_PLAIN", "scale": 0.5, "offset": 1.0}, 41.0, id="a scale instead of a unit"),
        pytest.param({"signal": "SPEED_MPS", "scale": 1.02}, 73.44, id="a scale after the unit"),
        pytest.param({"mean": ["SPEED_KPH", "SPEED_MPS"]}, 76.0, id="the mean of two, each in its unit"),
        pytest.param({"signal": "SPEED_KPH", "only_if": {"SPEED_VALID": 1}}, 80.0, id="and it is valid"),
        pytest.param({"signal": "SPEED_KPH", "only_if": {"SPEED_VALID": 0}}, None, id="and it is not"),
        pytest.param({"signal": "SPEED_PLAIN", "unit": "km/h", "unknown": [80]}, None, id="a number that means unknown"),
    ],
)
def test_a_speed_is_told_in_kilometres_an_hour(signal: object, kph: float | None, encode: Encode) -> None:
    answer = told(decoder(speed_kph=signal), encode("MOTION", **MOTION))
    assert answer == {"speed_kph": None if kph is None else pytest.approx(kph)}


@pytest.mark.parametrize(
    ("signal", "deg"),
    [
        pytest.param("WHEEL.ANGLE", -72.5, id="two messages have an ANGLE"),
        pytest.param({"sum": ["WHEEL.ANGLE", "FINE"]}, -72.46, id="a coarse and a fine signal"),
        pytest.param({"signal": "ANGLE_RAD", "scale": -1}, -math.degrees(0.5), id="radians, and right is above 0"),
    ],
)
def test_a_steering_angle_is_told_in_degrees_to_the_left(signal: object, deg: float, encode: Encode) -> None:
    assert told(decoder(steering_deg=signal), encode("WHEEL", **WHEEL)) == {"steering_deg": pytest.approx(deg)}


@pytest.mark.parametrize(
    ("field", "signal", "body", "value"),
    [
        pytest.param("turn_signal", "STALK", {"STALK": 3}, "hazard", id="the DBC's names are our words"),
        pytest.param("turn_signal", {"signal": "SIDES", "map": MAP}, {"SIDES": 1}, "left", id="a map of names"),
        pytest.param(
            "turn_signal", {"signal": "SIDES", "map": {"off": 0, "right": [2, 1]}}, {"SIDES": 1}, "right", id="of numbers"
        ),
        pytest.param("turn_signal", {"signal": "SIDES", "map": MAP}, {"SIDES": 3}, None, id="SNA is not off"),
        pytest.param("turn_signal", {"left": "LAMP_LEFT", "right": "LAMP_RIGHT"}, {}, "off", id="neither lamp"),
        pytest.param(
            "turn_signal", {"left": "LAMP_LEFT", "right": "LAMP_RIGHT"}, {"LAMP_RIGHT": 1}, "right", id="the right lamp"
        ),
        pytest.param(
            "turn_signal", {"left": "LAMP_LEFT", "right": "LAMP_RIGHT"}, {"LAMP_LEFT": 1, "LAMP_RIGHT": 1}, "hazard", id="both"
        ),
        pytest.param("assist_active", "LANE_KEEPING", {"LANE_KEEPING": 1}, True, id="one bit"),
        pytest.param(
            "assist_active",
            {"signal": "ASSIST_STATE", "map": {"true": "Steering", "false": "Standby"}},
            {"ASSIST_STATE": 0},
            False,
            id="a state",
        ),
        pytest.param(
            "assist_active",
            {"signal": "ASSIST_STATE", "map": {"true": "Steering", "false": "Standby"}},
            {"ASSIST_STATE": 2},
            None,
            id="a state that is neither",
        ),
    ],
)
def test_words_of_the_body_computer(field: str, signal: object, body: dict[str, int], value: object, encode: Encode) -> None:
    assert told(decoder(**{field: signal}), encode("BODY", **{**BODY, **body})) == {field: value}


@pytest.mark.parametrize(
    ("signal", "gear", "value"),
    [
        pytest.param("GearSelector", 1, "Reverse", id="as the DBC names it"),
        pytest.param({"signal": "GearSelector", "map": {"P": "Park", "D": ["Drive", 5]}}, 5, "D", id="mapped, by number"),
        pytest.param({"signal": "GearSelector", "map": {"P": "Park"}}, 3, None, id="not in the map"),
        pytest.param("GearSelector", 9, None, id="the DBC does not know it"),
        pytest.param("GearSelector", 15, None, id="the DBC names it SNA: not available"),
        pytest.param({"signal": "GearSelector", "map": {"N": "SNA"}}, 15, "N", id="unless somebody says that it is one"),
    ],
)
def test_a_gear_on_one_page_of_a_multiplexed_message(signal: object, gear: int, value: str | None, encode: Encode) -> None:
    gearbox = decoder(gear=signal)
    assert told(gearbox, encode("GEARBOX", PAGE=0, GearSelector=gear, GearNumber=0)) == {"gear": value}
    assert told(gearbox, encode("GEARBOX", PAGE=1, OilTemperature=90)) == {}, "the other page says nothing of the gear"
    assert told(gearbox, (259, bytes([7] + 7 * [0]))) == {}
    assert gearbox.refused == {"malformed": 1}, "a page that the DBC does not know"


def test_what_is_not_available_is_unknown_and_never_zero(encode: Encode) -> None:
    car = decoder(speed_kph="SPEED_KPH", steering_deg={"sum": ["WHEEL.ANGLE", "FINE"]})
    assert told(car, (256, b"\xff" * 8)) == {"speed_kph": None}, "all bits set: outside of the DBC's range"
    assert told(car, (257, b"\x00\x00\x80\x00\x00\x00\x00\x00")) == {"steering_deg": None}, "a part has the value SNA"
    assert told(car, (256, b"\x10")) == {}, "cut short"
    assert told(car, (256, b"")) == {}
    assert told(car, (999, b"\x00" * 8)) == {}, "another message"


def test_a_truck_tells_its_speed_whoever_of_its_units_sends_it() -> None:
    truck = decoder(speed_kph="WheelBasedSpeed")
    fast = b"\xff" + (80 * 256).to_bytes(2, "little") + b"\xff" * 5
    for identifier in (CCVS_OF_THE_ENGINE, CCVS_OF_THE_BRAKES, 0x18FEF1FE):
        assert truck.read(identifier, fast, is_extended=True) == {"speed_kph": pytest.approx(80.0)}
    assert truck.read(0x18FEF200, fast, is_extended=True) == {}, "another group of parameters"
    assert truck.read(CCVS_OF_THE_ENGINE, b"\xff" * 8, is_extended=True) == {"speed_kph": None}, "not available (J1939-71)"
    assert [(hex(each["can_id"]), hex(each["can_mask"])) for each in truck.filters] == [("0xfef100", "0x3ffff00")]


@pytest.mark.parametrize(
    ("signals", "problem"),
    [
        ({"speed_kph": "SPED_KPH"}, "the DBC has no signal 'SPED_KPH'; did you mean 'SPEED_KPH'?"),
        ({"speed_kph": "MOTIO.SPEED_KPH"}, "the DBC has no message 'MOTIO'; did you mean 'MOTION'?"),
        ({"steering_deg": "ANGLE"}, "several messages have a signal of this name: write WHEEL.ANGLE or OTHER.ANGLE"),
        ({"speed_kph": "SPEED_PLAIN"}, "SPEED_PLAIN has no unit in the DBC: say `unit:` km/h, m/s, mph or kn, or give a scale"),
        ({"speed_kph": "WHEEL.ANGLE"}, "ANGLE is in 'deg' in the DBC: say `unit:` km/h, m/s, mph or kn, or give a scale"),
        (
            {"speed_kph": {"mean": ["SPEED_KPH", "FINE"]}},
            "SPEED_KPH, FINE come in different messages (MOTION, WHEEL), hence not at once",
        ),
        (
            {"turn_signal": "SIDES"},
            "say in `map:` which value of SIDES is which (off, left, right, hazard); its values are neither, lh, rh",
        ),
        (
            {"turn_signal": {"signal": "SIDES", "map": {"lft": 1}}},
            "map: lft: turn_signal has no such value; did you mean 'left'?",
        ),
        (
            {"gear": {"signal": "GearSelector", "map": {"P": "Parc"}}},
            "map: P: GearSelector has no value 'Parc'; did you mean 'Park'?",
        ),
        (
            {"gear": "GearNumber"},
            (
                "say in `map:` which value of GearNumber is which, such as `map: {P: 0, R: 1, N: 2, D: 3}`; "
                "the DBC names none of its values"
            ),
        ),
        (
            {"assist_active": {"signal": "LANE_KEEPING", "only_if": {"STALC": 1}}},
            "only_if: BODY has no signal 'STALC'; it has ASSIST_STATE, LAMP_LEFT, LAMP_RIGHT, LANE_KEEPING, SIDES, STALK",
        ),
    ],
)
def test_a_signal_that_cannot_be_used_is_one_clear_error(signals: dict[str, Any], problem: str) -> None:
    (found,) = Decoder(CAR, Signals.model_validate(signals)).problems
    assert (found.path, found.what) == (("signals", next(iter(signals))), problem)


@pytest.mark.parametrize(
    "signals",
    [
        {},
        {"speed_kph": {"signal": "A", "mean": ["B", "C"]}},
        {"speed_kph": {"signal": "A", "scale": 0}},
        {"turn_signal": {"left": "A"}},
        {"turn_signal": {"left": "A", "right": "B", "map": {"off": 0}}},
        {"gear": {"map": {"P": 0}}},
        {"gear": {"signal": "A", "timeout_s": 0.5}},
    ],
)
def test_settings_that_contradict_themselves_are_refused(signals: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Signals.model_validate(signals)


@given(st.sampled_from([256, 257, 258, 259, 260]), st.binary(max_size=64))
def test_whatever_stands_on_the_bus_is_a_possible_value_or_unknown(identifier: int, data: bytes) -> None:
    car = decoder(
        speed_kph="SPEED_KPH",
        steering_deg={"sum": ["WHEEL.ANGLE", "FINE"]},
        turn_signal="STALK",
        gear="GearSelector",
        assist_active="LANE_KEEPING",
    )
    for name, value in car.read(identifier, data, is_extended=False).items():
        assert value is None or is_possible(name, value)


HEAD = 'VERSION ""\n\nBU_: CAR\n\n'
PAGED = """BO_ 256 MOTION: 8 CAR
 SG_ PAGE M : 0|8@1+ (1,0) [0|255] "" CAR
 SG_ SPEED : 8|16@1+ (0.01,0) [0|300] "km/h" CAR
 SG_ ANGLE m0 : 24|8@1+ (1,0) [0|255] "deg" CAR
"""


def described(tmp_path: Path, text: str, **signals: Any) -> Decoder:
    """A decoder by a DBC of its own."""
    path = tmp_path / "own.dbc"
    path.write_text(HEAD + text)
    return Decoder(load_database(path), Signals.model_validate(signals))


@pytest.mark.parametrize(
    ("data", "values", "malformed"),
    [
        pytest.param(bytes((0, 0x10, 0x27, 5)), {"speed_kph": 100.0, "steering_deg": 5.0}, 0, id="the page that is described"),
        pytest.param(bytes((7, 0x10, 0x27, 5)), {"speed_kph": 100.0}, 1, id="a page that nobody has described"),
        pytest.param(bytes((7, 0x10)), {}, 1, id="the same, cut short"),
    ],
)
def test_what_stands_on_every_page_is_read_from_each(
    data: bytes, values: dict[str, float], malformed: int, tmp_path: Path
) -> None:
    made = described(tmp_path, PAGED, speed_kph="SPEED", steering_deg="ANGLE")
    assert (told(made, (256, data)), made.refused.total()) == (values, malformed)


ONE = 'BO_ 256 MOTION: 8 CAR\n SG_ SPEED : 0|16@1+ ({factor}) {range} "km/h" CAR\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(ONE.format(factor="0,0", range="[0|0]"), "SPEED has a factor of 0", id="always 0, as if it stood"),
        pytest.param(ONE.format(factor="1e400,0", range="[0|0]"), "SPEED has a factor of 0", id="no factor at all"),
        pytest.param(ONE.format(factor=f"1,{'9' * 400}", range="[0|0]"), "SPEED has a factor of 0", id="an offset too large"),
        pytest.param(
            ONE.format(factor="1,0", range="[300|0]"), "SPEED has a least value above", id="a range the wrong way round"
        ),
        pytest.param(
            ONE.format(factor="1,0", range="[0|300]") + 'BO_ 256 TWIN: 8 CAR\n SG_ ANGLE : 0|8@1+ (1,0) [0|0] "deg" CAR\n',
            "TWIN and MOTION have one identifier",
            id="two messages of one identifier",
        ),
    ],
)
def test_a_dbc_of_which_no_value_can_come_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    signals = {"speed_kph": "SPEED"} | ({"steering_deg": "ANGLE"} if "ANGLE" in text else {})
    (found,) = described(tmp_path, text, **signals).problems
    assert found.what.startswith(problem)


def test_a_number_beyond_all_floats_is_unknown(tmp_path: Path) -> None:
    made = described(tmp_path, ONE.format(factor="1e308,0", range="[0|0]"), speed_kph="SPEED")
    assert told(made, (256, b"\x10" + bytes(7))) == {"speed_kph": None}


def test_the_example_of_a_hybrid_is_complete() -> None:
    signals = {
        "speed_kph": {"mean": [f"WHEEL_{n}" for n in (1, 2, 3, 4)]},
        "steering_deg": {"sum": ["STEER_ANGLE", "STEER_FRACTION"]},
    }
    hybrid = Decoder(load_database(HYBRID), Signals.model_validate(signals))
    assert hybrid.problems == []
    assert hybrid.read(0xAA, bytes.fromhex("25b525b525a0258d"), is_extended=False) == {"speed_kph": pytest.approx(28.7075)}
    assert hybrid.read(0x25, bytes.fromhex("00001000c00000fd"), is_extended=False) == {"steering_deg": pytest.approx(-0.4)}


def test_a_description_is_a_file_of_a_bounded_size(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dbc")
    (tmp_path / "huge.dbc").touch()
    os.truncate(tmp_path / "huge.dbc", LARGEST_BYTES + 1)
    for name, said in (("pipe.dbc", "a named pipe, not a file"), ("huge.dbc", "larger than 67108864 bytes")):
        with pytest.raises(ConfigurationError, match=f"{name}: {said}"):
            load_database(tmp_path / name)
