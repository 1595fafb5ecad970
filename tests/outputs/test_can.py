"""Frames on a CAN bus, read back with the DBC file as a receiver would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import can
import pytest

from dms.errors import ConfigurationError
from dms.health import Health
from dms.outputs.can import OUTPUT
from dms.outputs.can.layout import SHIPPED, Layout, crc8
from dms.outputs.can.output import CanOptions, CanOutput
from dms.outputs.can.values import WORDS, values_of
from dms.outputs.forwarding.link import LinkError
from dms.types import AlertKind, Cues
from tests.outputs.forwarding_examples import a_step, an_alert, at_once, wait_until

OPTIONS = CanOptions(interface="virtual", channel="dms-test", every_s=0.01)
AWAKE = Cues(t=12.0, off_road=False, kss=3.4, perclos_60s=0.123, eyes_closed=False, face_missing=False, calibrated=True)


@pytest.fixture
def receiver() -> Iterator[can.BusABC]:
    with can.Bus(interface="virtual", channel="dms-test") as bus:
        yield bus


def received(bus: can.BusABC) -> tuple[can.Message, dict[str, str | float]]:
    """The next frame, and what it says."""
    frame = bus.recv(60.0)
    assert frame is not None
    return frame, Layout(SHIPPED, "DMS_State").decoded(bytes(frame.data))


def said_in_the_end(bus: can.BusABC, **wanted: str | float) -> dict[str, str | float]:
    """The first frame that says what is wanted."""
    return wait_until(
        lambda: (said := received(bus)[1]) and all(said[name] == value for name, value in wanted.items()) and said, str(wanted)
    )


def test_a_driver_who_falls_asleep_is_told_by_the_next_frame(receiver: can.BusABC) -> None:
    output = CanOutput(OPTIONS, waits_s=at_once)
    output.on_step(replace(a_step(12.0), cues=AWAKE))
    output.on_health(Health(12.0, "ok"))
    said = said_in_the_end(receiver, Status="ok")
    del said["Counter"], said["Checksum"]
    assert said == {
        "Status": "ok",
        "Monitoring": "yes",
        "DistractionLevel": "none",
        "FatigueLevel": "none",
        "EyesOnRoad": "yes",
        "AlertKind": "none",
        "AlertLevel": "none",
        "SoundingKind": "none",
        "EyesClosed": "no",
        "Perclos": 12,
        "Kss": pytest.approx(3.4),
        "DriverMissing": "no",
    }
    output.on_step(replace(a_step(13.5, an_alert()), cues=AWAKE, sounding=AlertKind.FATIGUE_MICROSLEEP))
    said = said_in_the_end(receiver, AlertKind="fatigue.microsleep")
    assert (said["FatigueLevel"], said["AlertLevel"], said["SoundingKind"]) == ("warning", "warning", "fatigue.microsleep")
    output.close()
    assert said_in_the_end(receiver, Status="stopping")


def test_frames_count_and_a_bit_that_fell_over_does_not_pass_the_checksum(receiver: can.BusABC) -> None:
    output = CanOutput(OPTIONS, waits_s=at_once)
    frames = [received(receiver) for _ in range(20)]
    output.close()
    assert [said["Counter"] for _, said in frames] == [*range(15), *range(5)]
    for frame, said in frames:
        data = bytearray(frame.data)
        data[0] = 0
        assert crc8(bytes(data)) == said["Checksum"]
        data[3] ^= 0x40
        assert crc8(bytes(data)) != said["Checksum"]
    assert frames[0][0].arbitration_id == 1488


def test_the_checksum_is_that_of_the_standard() -> None:
    assert crc8(b"123456789") == 0x4B


def test_what_was_decided_a_while_ago_is_not_told_as_if_it_held_now(receiver: can.BusABC) -> None:
    now_s = 100.0
    output = CanOutput(OPTIONS, waits_s=at_once, clock=lambda: now_s)
    output.on_step(replace(a_step(12.0, an_alert()), cues=AWAKE))
    said_in_the_end(receiver, AlertKind="fatigue.microsleep", EyesOnRoad="yes")
    now_s = 102.0
    said = said_in_the_end(receiver, AlertKind="none")
    assert (said["EyesOnRoad"], said["FatigueLevel"], said["Perclos"], said["Monitoring"]) == (
        "unknown",
        "unknown",
        "unknown",
        "no",
    )
    output.close()


def test_a_bus_that_is_off_is_opened_again(receiver: can.BusABC, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with too many errors on the wire: the controller takes itself off the bus, and sending fails."""
    from can.interfaces.virtual import VirtualBus

    sends, off = VirtualBus.send, [True] * 3

    def send(bus: Any, frame: can.Message, timeout: float | None = None) -> None:
        if off:
            off.pop()
            raise can.CanOperationError("Failed to transmit: the bus is off", 105)
        sends(bus, frame, timeout)

    monkeypatch.setattr(VirtualBus, "send", send)
    output = CanOutput(OPTIONS, waits_s=at_once)
    assert received(receiver)[1]["Counter"] == 0
    output.close()
    assert not off


def test_every_kind_of_alert_and_every_level_has_a_number() -> None:
    layout = Layout(SHIPPED, "DMS_State")
    values: dict[str, str | float] = dict(values_of(None, (), None, "ok"))
    for name, words in WORDS.items():
        for word in words:
            assert layout.decoded(layout.encoded({**values, name: word}, 0))[name] == word


OWN = """VERSION ""

BU_: X

BO_ 2566844926 Driver: 2 X
 SG_ Tired : 0|4@1+ (1,0) [0|15] "" Vector__XXX
 SG_ Alive : 4|2@1+ (1,0) [0|3] "" Vector__XXX

VAL_ 2566844926 Tired 0 "none" 1 "info" 2 "advisory" 3 "warning" 4 "urgent" 5 "emergency" 15 "unknown" ;
"""


def test_a_vehicle_has_a_layout_of_its_own(tmp_path: Path) -> None:
    dbc = tmp_path / "own.dbc"
    dbc.write_text(OWN)
    layout = Layout(dbc, "Driver", {"Tired": "FatigueLevel", "Alive": "Counter"})
    assert (layout.frame_id, layout.is_extended) == (2566844926 & 0x1FFFFFFF, True)
    values = values_of(AWAKE, (an_alert(),), None, "ok")
    assert layout.decoded(layout.encoded(values, 6)) == {"FatigueLevel": "warning", "Counter": 2}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dbc": "nowhere.dbc"}, r"nowhere\.dbc: No such file or directory"),
        ({"dbc": "broken.dbc"}, r"broken\.dbc: not a DBC file"),
        ({"dbc": "own.dbc"}, r"own\.dbc: no message 'DMS_State'; known: Driver"),
        ({"message": "Driver", "dbc": "own.dbc", "signals": {"Sleepy": "Kss"}}, r"Driver\.Sleepy: there is no such signal"),
        ({"message": "Driver", "dbc": "own.dbc", "signals": {"Tired": "Sleep"}}, r"Driver\.Tired: 'Sleep' is no value of dms"),
        (
            {"message": "Driver", "dbc": "own.dbc", "signals": {"Alive": "EyesOnRoad"}},
            r"Driver\.Alive: the file has no value named",
        ),
        ({"message": "Driver", "dbc": "own.dbc", "signals": {"Alive": "Checksum"}}, r"a checksum takes 8 bits"),
    ],
)
def test_a_bad_dbc_file_is_found_before_the_service_starts(
    options: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.dbc").write_text(OWN)
    Path("broken.dbc").write_text("BO_ what is this")
    with pytest.raises(ConfigurationError, match=said):
        OUTPUT.check(CanOptions(**options))


_HEAD = 'VERSION ""\n\nBU_: CAR\n\n'


@pytest.mark.parametrize(
    ("signal", "value", "problem"),
    [
        pytest.param('0|4@1+ (1,0) [0|15]" " 15', "Perclos", "Perclos 15.0 would be read as unknown", id="too few bits"),
        pytest.param('0|8@1+ (1,0) [0|100]" " 0', "Perclos", "Perclos 0.0 would be read as unknown", id="0 for unknown"),
        pytest.param('0|7@1- (1,0) [0|0]" " -1', "Perclos", "cannot tell Perclos 64.0", id="a sign takes one of the bits"),
        pytest.param('0|4@1+ (2,0) [0|0]" "', "Counter", "Counter 1 would be read as 0", id="a counter that skips"),
        pytest.param('0|4@1+ (1,0) [0|255]" "', "Counter", "cannot tell Counter 255", id="a counter beyond its bits"),
        pytest.param('0|8@1+ (1,5) [0|255]" "', "Checksum", "without sign, factor or offset", id="a checksum that is shifted"),
    ],
)
def test_a_layout_that_would_be_misread_is_refused(signal: str, value: str, problem: str, tmp_path: Path) -> None:
    place, _, unknown = signal.partition('" "')
    path = tmp_path / "own.dbc"
    names = f'\nVAL_ 256 S{unknown} "unknown" ;\n' if unknown else ""
    path.write_text(f'{_HEAD}BO_ 256 M: 8 CAR\n SG_ S : {place} "" CAR\n{names}')
    with pytest.raises(ConfigurationError, match=problem):
        Layout(path, "M", {"S": value})


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        pytest.param("BO_ 256 M: 64 CAR\n", "64 bytes; a classic frame has 8 at most", id="a frame of CAN FD"),
        pytest.param(
            'BO_ 256 M: 8 CAR\n SG_ PAGE M : 8|4@1+ (1,0) [0|15] "" CAR\n',
            "cannot tell Counter 0",
            id="a page that is never sent",
        ),
    ],
)
def test_a_message_in_which_nothing_would_arrive_is_refused(message: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "own.dbc"
    page = " m1" if "PAGE" in message else ""
    path.write_text(f'{_HEAD}{message} SG_ S{page} : 0|4@1+ (1,0) [0|14] "" CAR\n')
    with pytest.raises(ConfigurationError, match=problem):
        Layout(path, "M", {"S": "Counter"})


def test_signals_that_carry_nothing_have_the_start_value_of_the_file(tmp_path: Path) -> None:
    """The file gives it as the bits stand on the bus: 7 with a factor of 0.5 is 3.5."""
    path = tmp_path / "own.dbc"
    path.write_text(
        f'{_HEAD}BO_ 256 M: 8 CAR\n SG_ S : 0|4@1+ (1,0) [0|14] "" CAR\n SG_ REST : 8|8@1+ (0.5,-2) [-2|100] "" CAR\n\n'
        'BA_DEF_ SG_ "GenSigStartValue" INT 0 255;\nBA_DEF_DEF_ "GenSigStartValue" 0;\nBA_ "GenSigStartValue" SG_ 256 REST 7;\n'
    )
    layout = Layout(path, "M", {"S": "Counter"})
    assert layout.encoded(values_of(None, (), None, "ok"), 3)[:2] == b"\x03\x07"


def test_doctor_opens_the_bus() -> None:
    OUTPUT.check(OPTIONS)
    assert OUTPUT.reach is not None
    assert OUTPUT.reach(OPTIONS) == "the CAN bus dms-test (virtual) can be opened"
    with pytest.raises(LinkError, match=r"the CAN bus can99 \(socketcan\): "):
        OUTPUT.reach(CanOptions(channel="can99"))
    with pytest.raises(LinkError, match="nonsense"):
        OUTPUT.reach(CanOptions(interface="nonsense"))


def test_frames_travel_between_processes_over_multicast() -> None:
    """A real socket: what a bench has in place of a bus."""
    try:
        receiver = can.Bus(interface="udp_multicast", channel="239.74.163.2", port=43113)
    except can.CanError as error:
        pytest.skip(f"this machine has no multicast: {error}")
    with receiver:
        output = CanOutput(CanOptions(interface="udp_multicast", channel="239.74.163.2", every_s=0.05), waits_s=at_once)
        said = received(receiver)[1]
        output.close()
    assert said["Status"] == "starting"
