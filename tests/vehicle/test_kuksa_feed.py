"""Values of VSS from a Kuksa databroker: a broker served with Kuksa's own interface, that goes away and comes back."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from dms.errors import SourceError
from dms.types import VehicleState
from dms.vehicle.kuksa import KuksaOptions, check, open_feed, tells
from dms.vehicle.live import LiveVehicle
from dms.vehicle.vss import from_vss
from tests.vehicle.conftest import every, wait_until
from tools.ports import free_port

SPEED, ANGLE = "Vehicle.Speed", "Vehicle.Chassis.SteeringWheel.Angle"
LEFT, RIGHT = (f"Vehicle.Body.Lights.DirectionIndicator.{side}.IsSignaling" for side in ("Left", "Right"))
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"


def value(**typed: Any) -> types_pb2.Datapoint:
    return types_pb2.Datapoint(value=types_pb2.Value(**typed))


class Broker(val_pb2_grpc.VALServicer):  # type: ignore[misc]  # generated without types
    """Tells subscribers what it knows when they come, and then what is published."""

    def __init__(self, known: dict[str, types_pb2.Datapoint], token: str | None = None) -> None:
        self._known = known
        self._token = token
        self._published: queue.Queue[dict[str, types_pb2.Datapoint] | None] = queue.Queue()
        self.asked_for: list[str] = []

    def publish(self, **values: Any) -> None:
        """Publish values, by the names of the paths above."""
        self._published.put({globals()[name]: each for name, each in values.items()})

    def end(self) -> None:
        self._published.put(None)

    def Subscribe(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802 - Kuksa's name
        if self._token is not None and ("authorization", f"Bearer {self._token}") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "no valid token")
        self.asked_for = sorted(request.signal_paths)
        yield val_pb2.SubscribeResponse(
            entries={path: self._known.get(path, types_pb2.Datapoint()) for path in request.signal_paths}
        )
        while (published := self._published.get()) is not None:
            yield val_pb2.SubscribeResponse(entries=published)


@contextmanager
def serving(broker: Broker, port: int, host: str = "127.0.0.1") -> Iterator[None]:
    server = grpc.server(ThreadPoolExecutor(4))
    val_pb2_grpc.add_VALServicer_to_server(broker, server)
    assert server.add_insecure_port(f"{host}:{port}") == port
    server.start()
    try:
        yield
    finally:
        broker.end()
        server.stop(0).wait()


@pytest.fixture
def port() -> int:
    return free_port()


def listening(port: int, **more: Any) -> LiveVehicle:
    options = KuksaOptions.model_validate({"port": port, **more})
    assert list(check(options)) == []
    return LiveVehicle("kuksa", lambda: open_feed(options), tells(options), waits_s=lambda: itertools.repeat(0.05))


def told(reader: LiveVehicle, t: float = 60.0) -> VehicleState:
    for _ in every(0.01):
        for state in reader.until(t):
            return state
    pytest.fail(f"nothing was told: {reader.health()}")


def test_a_drive_through_the_broker(port: int) -> None:
    broker = Broker({SPEED: value(float=99.0), GEAR: value(int32=127), LEFT: value(bool=False), RIGHT: value(bool=False)})
    with serving(broker, port), closing(listening(port)) as reader:
        first = told(reader)
        assert (first.gear, first.turn_signal) == ("D", "off"), "told when they changed, they count"
        assert (first.speed_kph, first.steering_deg) == (None, None), "what the broker remembers of the speed may be hours old"
        broker.publish(SPEED=value(float=50.0), ANGLE=value(int32=-30))
        state = told(reader)
        assert (state.speed_kph, state.steering_deg) == (50.0, -30.0)
        broker.publish(LEFT=value(bool=True))
        assert told(reader).turn_signal == "left"
        broker.publish(RIGHT=value(bool=True))
        assert told(reader).turn_signal == "hazard"
        broker.publish(SPEED=types_pb2.Datapoint())
        wait_until(lambda: "speed_kph is unknown to the vehicle" in (reader.health().problem or ""), "no value is unknown")
        assert broker.asked_for == sorted([SPEED, ANGLE, LEFT, RIGHT, GEAR])


def test_a_broker_at_an_address_of_ipv6(port: int) -> None:
    broker = Broker({GEAR: value(int32=127)})
    with serving(broker, port, "[::1]"), closing(listening(port, host="::1")) as reader:
        assert told(reader).gear == "D"


@pytest.mark.parametrize(("content", "said"), [(b"caf\xe9", "token: one line of ASCII is wanted"), (None, "No such file")])
def test_a_token_that_cannot_be_sent_is_told_before_anybody_is_connected_to(
    content: bytes | None, said: str, port: int, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    options = KuksaOptions.model_validate({"port": port, "token_file": str(token)})
    if content is not None:
        token.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        open_feed(options)


def test_why_a_broker_ends_is_one_line(port: int) -> None:
    class Rude(Broker):
        def Subscribe(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802 - Kuksa's name
            yield val_pb2.SubscribeResponse()
            context.abort(grpc.StatusCode.ABORTED, "bye\x1b[31m\nnow" + "!" * 5000)

    with serving(Rude({}), port), closing(listening(port)) as reader:
        wait_until(lambda: "bye [31m now!!!" in (reader.health().problem or ""), "it is told")
        assert len(reader.health().problem or "") < 400


def test_a_broker_that_goes_and_comes_back(port: int) -> None:
    with closing(listening(port)) as reader:
        wait_until(lambda: "not reached within" in (reader.health().problem or ""), "there is none yet")
        with serving(broker := Broker({}), port):
            wait_until(lambda: reader.health().state == "connected", "it has come")
            wait_until(lambda: broker.asked_for != [], "subscribed")
            broker.publish(SPEED=value(double=50.0))
            assert told(reader).speed_kph == 50.0
        wait_until(lambda: reader.health().state == "lost", "it has gone")
        with serving(broker := Broker({}), port):
            wait_until(lambda: broker.asked_for != [], "subscribed again")
            broker.publish(SPEED=value(uint32=70))
            assert told(reader).speed_kph == 70.0
        assert reader.health().reconnects >= 1


def test_a_token_is_shown_and_a_refusal_is_told(port: int, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("secret\n")
    wrong.write_text("guess\n")
    with serving(Broker({GEAR: value(int32=0)}, token="secret"), port):
        with closing(listening(port, token_file=str(wrong))) as reader:
            wait_until(lambda: "unauthenticated: no valid token" in (reader.health().problem or ""), "refused")
        with closing(listening(port, token_file=str(right))) as reader:
            assert told(reader).gear == "N"


def test_nonsense_of_a_broker_tells_nothing(port: int) -> None:
    with serving(broker := Broker({}), port), closing(listening(port)) as reader:
        wait_until(lambda: broker.asked_for != [], "subscribed")
        broker.publish(SPEED=value(string="fast"), GEAR=value(float=1.5), LEFT=value(int32=1))
        wait_until(lambda: reader.health().refused == {"unknown_value": 2}, f"counted: {reader.health().refused}")
        broker.publish(SPEED=value(float=float("nan")), ANGLE=value(float=1e9))
        wait_until(lambda: reader.health().refused.get("implausible") == 2, "counted")
        assert list(reader.until(60.0)) == []


@pytest.mark.parametrize(
    ("field", "raw", "meant"),
    [
        ("gear", 126, "P"),
        ("gear", 127, "D"),
        ("gear", -1, "R"),
        ("gear", 3, "3"),
        ("gear", "Sport", "Sport"),
        ("gear", True, None),
        ("speed_kph", True, None),
        ("assist_active", True, True),
        ("assist_active", 1, None),
    ],
)
def test_words_of_vss(field: Any, raw: object, meant: object) -> None:
    assert from_vss(field, raw) == meant


def test_paths_that_vss_cannot_have_are_named() -> None:
    options = KuksaOptions.model_validate({"signals": {"speed_kph": "Speed"}, "token_file": "/nowhere/token"})
    assert [(each.path, each.what) for each in check(options)] == [
        (("token_file",), "/nowhere/token: no such file"),
        (("signals", "speed_kph"), "'Speed': paths of VSS begin with Vehicle."),
    ]
