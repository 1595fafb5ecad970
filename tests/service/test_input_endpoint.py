"""What programs in the vehicle send while the service runs: believed if it can be, counted and dropped if not."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from dms.client.sender import default_input_endpoint, send_driver_action
from dms.errors import ConfigurationError, DmsError
from dms.outputs.instance_lock import AlreadyRunningError
from dms.service.input_endpoint import (
    BEGIN_AFRESH,
    BURST,
    MAX_MESSAGE_BYTES,
    RATE_PER_S,
    InputRecord,
    ReceivedInput,
    RefusedError,
    read_message,
)
from dms.types import DriverAction, DriverInput, VehicleState

PATIENCE_S = 30.0
NOW = 100.0
Gateway = tuple[ReceivedInput, zmq.Socket[bytes]]


@pytest.fixture
def endpoint(tmp_path: Path) -> str:
    return f"ipc://{tmp_path}/vehicle"


@pytest.fixture
def gateway(endpoint: str) -> Iterator[Gateway]:
    with closing(ReceivedInput(endpoint)) as received, zmq.Context() as context, context.socket(zmq.PUSH) as sender:
        sender.set(zmq.LINGER, 0)
        sender.connect(endpoint)
        yield received, sender


def arrived(received: ReceivedInput, t: float, last: InputRecord) -> list[InputRecord]:
    """All that is accepted at `t` up to the last record."""
    records: list[InputRecord] = []
    give_up = time.monotonic() + PATIENCE_S
    while last not in records:
        assert time.monotonic() < give_up, f"only {records}"
        records += received.until(t)
        time.sleep(0.002)
    return records


def refused(received: ReceivedInput) -> dict[str, int]:
    """What was refused so far."""
    return {reason: count for reason, count in received.health().refused.items() if count}


def test_a_gateway_need_not_know_the_clock_of_the_drive(gateway: Gateway) -> None:
    received, sender = gateway
    sender.send_json({"topic": "vehicle", "speed_kph": 82.0, "turn_signal": "left"})
    sender.send_json({"topic": "driver", "t": None, "action": "acknowledge"})
    acknowledged = DriverInput(12.5, "acknowledge")
    assert arrived(received, 12.5, acknowledged) == [VehicleState(12.5, speed_kph=82.0, turn_signal="left"), acknowledged]
    assert (received.health().accepted, refused(received), received.health().silent_s) == (2, {}, 0.0)


@pytest.mark.parametrize(("sent_t", "t"), [(99.3, 99.3), (100, 100.0), (100.4, 100.0)])
def test_a_gateway_that_knows_it_may_say_when(sent_t: float, t: float) -> None:
    assert read_message(json.dumps({"topic": "vehicle", "t": sent_t, "speed_kph": 50}).encode(), NOW) == VehicleState(t, 50.0)


def test_a_newer_gateway_may_say_more() -> None:
    message = b'{"topic":"vehicle","speed_kph":30.0,"tyre_pressure_bar":[2.4,2.4,2.5,2.5],"topic_version":2}'
    assert read_message(message, NOW) == VehicleState(NOW, 30.0)


NONSENSE = [
    (b"", "malformed"),
    (b"hello", "malformed"),
    (b"[1, 2]", "malformed"),
    (b"null", "malformed"),
    (b"\xff\xfe", "malformed"),
    (b"[" * 4000, "malformed"),
    (b'{"topic":"vehicle","speed_kph":NaN}', "malformed"),
    (b'{"topic":"vehicle","speed_kph":Infinity}', "malformed"),
    (b'{"topic":"vehicle","speed_kph":1e999}', "malformed"),
    (b'{"topic":"vehicle","speed_kph":"fast"}', "malformed"),
    (b'{"topic":"vehicle","turn_signal":"sideways"}', "malformed"),
    (b'{"topic":"vehicle","t":"noon","speed_kph":50}', "malformed"),
    (b'{"topic":"vehicle","t":NaN,"speed_kph":50}', "malformed"),
    (b'{"topic":"vehicle","t":true,"speed_kph":50}', "malformed"),
    (b'{"speed_kph":50}', "malformed"),
    (b'{"topic":"driver"}', "malformed"),
    (b'{"topic":"driver","action":"eject"}', "malformed"),
    (b'{"topic":"label","end":1.0,"kind":"fatigue.sleep"}', "malformed"),
    (b'{"topic":"observation","frame":1}', "malformed"),
    (b'{"topic":"vehicle","speed_kph":1e9}', "implausible"),
    (b'{"topic":"vehicle","steering_deg":-9999}', "implausible"),
    (b'{"topic":"vehicle","t":101.0,"speed_kph":50}', "future"),
    (b'{"topic":"driver","t":1.7e9,"action":"acknowledge"}', "future"),
    (b'{"topic":"vehicle","t":97.9,"speed_kph":50}', "stale"),
    (b'{"topic":"driver","t":-1,"action":"acknowledge"}', "stale"),
    (b'{"topic":"vehicle","note":"' + b"x" * MAX_MESSAGE_BYTES + b'"}', "oversized"),
]


def test_nonsense_is_counted_by_reason_and_the_next_message_is_heard(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    received, sender = gateway
    for message, _ in NONSENSE:
        sender.send(message)
    sender.send_multipart([b"vehicle", b'{"topic":"vehicle","speed_kph":80}'])
    sender.send_json({"topic": "vehicle", "speed_kph": 30.0})
    last = VehicleState(NOW, speed_kph=30.0)
    assert arrived(received, NOW, last) == [last]
    reasons = [reason for _, reason in NONSENSE]
    assert refused(received) == {reason: reasons.count(reason) for reason in set(reasons)} | {
        "malformed": reasons.count("malformed") + 1
    }
    assert "refused: 2 frames: the JSON object is to come alone" in caplog.text


@pytest.mark.parametrize(("message", "reason"), NONSENSE)
def test_each_refusal_says_why(message: bytes, reason: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read_message(message, NOW)
    assert refusal.value.reason == reason
    assert 5 < len(str(refusal.value)) < 300


@given(st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(repr)))
def test_whatever_comes_is_a_record_or_a_refusal(noise: bytes | str) -> None:
    try:
        record = read_message(noise.encode(errors="surrogatepass") if isinstance(noise, str) else noise, NOW)
    except RefusedError:
        return
    assert isinstance(record, VehicleState | DriverInput)


@given(
    st.fixed_dictionaries(
        {"topic": st.sampled_from(["vehicle", "driver"])},
        optional={
            "t": st.one_of(st.none(), st.floats(), st.integers()),
            "speed_kph": st.one_of(st.floats(), st.integers(), st.none(), st.text(max_size=3)),
            "steering_deg": st.floats(),
            "gear": st.text(max_size=3),
            "action": st.sampled_from(["acknowledge", "pause", "mark", "sing"]),
        },
    )
)
def test_what_is_believed_is_finite_plausible_and_of_now(fields: dict[str, Any]) -> None:
    try:
        record = read_message(json.dumps(fields).encode(), NOW)
    except RefusedError:
        return
    assert 98.0 <= record.t <= NOW
    if isinstance(record, VehicleState) and record.speed_kph is not None:
        assert -100.0 <= record.speed_kph <= 500.0


def test_a_flood_is_cut_down_to_the_rate_and_does_not_hold_up_the_frames(gateway: Gateway) -> None:
    received, sender = gateway
    sent = accepted = 0
    frames = 60
    for frame in range(frames):
        for _ in range(100):  # 3000 a second
            try:
                sender.send_json({"topic": "vehicle", "speed_kph": float(sent % 100)}, zmq.DONTWAIT)
                sent += 1
            except zmq.Again:
                break
        accepted += len(list(received.until(frame / 30)))
    give_up = time.monotonic() + PATIENCE_S
    while accepted + refused(received).get("too_many", 0) < sent:
        assert time.monotonic() < give_up
        accepted += len(list(received.until(frames / 30)))
    assert accepted <= BURST + RATE_PER_S * frames / 30
    assert refused(received) == {"too_many": sent - accepted}
    (after_a_pause,) = _ask_again(received, sender)
    assert after_a_pause == VehicleState(10.0, speed_kph=7.0)


@pytest.mark.parametrize("action", sorted(BEGIN_AFRESH))
def test_what_begins_everything_afresh_is_heard_once_a_minute(gateway: Gateway, action: DriverAction) -> None:
    """Sent with every cycle of a gateway, it would have each look and each closed eye forgotten before they come to an alert."""
    received, sender = gateway
    heard: list[InputRecord] = []
    for cycle in range(13):
        t = 10.0 * cycle
        sender.send_json({"topic": "driver", "action": action})
        sender.send_json({"topic": "vehicle", "speed_kph": float(cycle)})
        heard += arrived(received, t, VehicleState(t, speed_kph=float(cycle)))
    assert [each for each in heard if isinstance(each, DriverInput)] == [DriverInput(t, action) for t in (0.0, 60.0, 120.0)]
    assert refused(received) == {"too_many": 10}


def _ask_again(received: ReceivedInput, sender: zmq.Socket[bytes]) -> list[InputRecord]:
    sender.send_json({"topic": "vehicle", "speed_kph": 7.0})
    return arrived(received, 10.0, VehicleState(10.0, speed_kph=7.0))


def test_a_message_that_would_fill_the_memory_ends_its_senders_connection_and_nothing_else(
    gateway: Gateway, endpoint: str
) -> None:
    received, sender = gateway
    with zmq.Context() as context, context.socket(zmq.PUSH) as hostile:
        hostile.set(zmq.LINGER, 0)
        hostile.connect(endpoint)
        hostile.send(b"x" * (2 << 20))
        sender.send_json({"topic": "vehicle", "speed_kph": 30.0})
        last = VehicleState(1.0, speed_kph=30.0)
        assert arrived(received, 1.0, last) == [last]


def test_only_the_group_may_send(endpoint: str) -> None:
    with closing(ReceivedInput(endpoint)):
        assert stat.S_IMODE(Path(endpoint.removeprefix("ipc://")).stat().st_mode) & 0o007 == 0


def test_an_endpoint_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DmsError, match=r"vehicle endpoint ipc://.*/file/vehicle: "):
        ReceivedInput(f"ipc://{tmp_path}/file/vehicle")
    with pytest.raises(ConfigurationError, match="vehicle endpoint 'pigeon://coop': expected ipc:///path"):
        ReceivedInput("pigeon://coop")


def test_other_machines_may_not_say_how_fast_this_vehicle_is() -> None:
    with pytest.raises(
        ConfigurationError, match=r"vehicle endpoint 'tcp://0\.0\.0\.0:5556': other machines could reach it, so it needs `keys:`"
    ):
        ReceivedInput("tcp://0.0.0.0:5556")


def test_a_second_service_does_not_take_the_endpoint_away(gateway: Gateway, endpoint: str) -> None:
    with pytest.raises(AlreadyRunningError, match="vehicle endpoint ipc://"):
        ReceivedInput(endpoint)


@pytest.mark.parametrize(
    ("bus", "expected"),
    [
        ("ipc:///run/dms/bus", "ipc:///run/dms/vehicle"),
        ("ipc:///run/dms/left", "ipc:///run/dms/left-vehicle"),
        ("ipc://@dms", "ipc://@dms-vehicle"),
        ("tcp://127.0.0.1:5555", None),
        ("ipc:///" + "x" * 105, None),
    ],
)
def test_the_endpoint_lies_beside_the_bus(bus: str, expected: str | None) -> None:
    assert default_input_endpoint(bus) == expected


def test_a_command_reaches_the_service_or_says_why_not(gateway: Gateway, endpoint: str, tmp_path: Path) -> None:
    received, _ = gateway
    send_driver_action(endpoint, "mark", "a near miss")
    expected = DriverInput(3.0, "mark", "a near miss")
    assert arrived(received, 3.0, expected) == [expected]
    with pytest.raises(DmsError, match=r"/nobody: no service listens there"):
        send_driver_action(f"ipc://{tmp_path}/nobody", "mark")


README = (Path(__file__).resolve().parents[2] / "systemd" / "README.md").read_text()


def test_the_example_in_the_documentation_is_understood(gateway: Gateway, endpoint: str) -> None:
    received, _ = gateway
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert f"at most {RATE_PER_S} messages a second" in README
    assert f"{MAX_MESSAGE_BYTES} bytes" in README
    with subprocess.Popen([sys.executable, "-c", example, endpoint]) as program:
        try:
            records = arrived(received, 5.0, VehicleState(5.0, speed_kph=82.0, turn_signal="off"))
        finally:
            program.kill()
    assert refused(received) == {}
    assert all(isinstance(record, VehicleState) for record in records)


StartService = Callable[..., Any]


def test_the_service_believes_a_speed_for_two_seconds_and_tells_what_it_refused(start: StartService, long_video: Path) -> None:
    service = start("--source", long_video)
    endpoint = default_input_endpoint(service.endpoint)
    assert endpoint is not None
    with zmq.Context() as context, context.socket(zmq.PUSH) as sender:
        sender.set(zmq.LINGER, 0)
        sender.connect(endpoint)
        service.wait_for("observation")
        sender.send_json({"topic": "vehicle", "speed_kph": 82.0})
        sender.send(b"nonsense")
        sender.send_json({"topic": "vehicle", "t": 1e6, "speed_kph": 10.0})
        known = service.wait_for("state", lambda state: state["cues"] is not None and state["cues"]["speed_kph"] is not None)
        assert known["cues"]["speed_kph"] == 82.0
        unknown = service.wait_for("state", lambda state: state["cues"]["speed_kph"] is None)
        assert 1.8 <= unknown["t"] - known["t"] <= 2.6
        told = service.wait_for("health", lambda health: health["vehicle"]["accepted"] == 1)["vehicle"]
        assert told["refused"] == {reason: int(reason in ("malformed", "future")) for reason in told["refused"]}
        assert told["silent_s"] >= 1.8


BEYOND_FLOATS = "9" * 310


@pytest.mark.parametrize(
    "message",
    [
        f'{{"topic":"vehicle","t":{BEYOND_FLOATS}}}'.encode(),
        f'{{"topic":"vehicle","t":-{BEYOND_FLOATS}}}'.encode(),
        f'{{"topic":"vehicle","speed_kph":{BEYOND_FLOATS}}}'.encode(),
        b'{"topic":"driver","action":"mark","note":"\xff"}',
        b"[" * 4000,
        b'{"topic":"vehicle","speed_kph":30,"speed_kph":130}',
    ],
    ids=["t", "negative t", "speed", "no UTF-8", "nested", "key twice"],
)
def test_a_message_that_python_cannot_hold_is_counted_and_the_next_one_is_heard(gateway: Gateway, message: bytes) -> None:
    received, sender = gateway
    sender.send(message)
    sender.send_json({"topic": "driver", "action": "acknowledge"})
    assert arrived(received, NOW, DriverInput(NOW, "acknowledge")) == [DriverInput(NOW, "acknowledge")]
    assert refused(received) == {"malformed": 1}
