"""Signals at a Kuksa databroker, which is served here with the client's own stubs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from kuksa.val.v2 import val_pb2, val_pb2_grpc
from pydantic import ValidationError

from dms.health import Health
from dms.outputs.forwarding.link import LinkError
from dms.outputs.kuksa import OUTPUT
from dms.outputs.kuksa.options import KuksaOptions
from dms.outputs.kuksa.output import KuksaOutput
from dms.outputs.kuksa.signals import driver_signals
from dms.outputs.listener import Step
from dms.types import Alert, Cues
from tests.outputs.forwarding_examples import a_step, an_alert, at_once, free_port, wait_until

AWAKE = Cues(t=12.0, off_road=False, off_road_minute_s=3.0, kss=3.0, calibrated=True)


class Databroker(val_pb2_grpc.VALServicer):  # type: ignore[misc]  # the stubs come without types
    """A databroker that knows all signals but those in `unknown`; `values` is what it holds, `told` everything it was told."""

    def __init__(self, port: int, *unknown: str, token: str | None = None) -> None:
        self.values: dict[str, Any] = {}
        self.told: list[tuple[str, Any]] = []
        self._unknown, self._token = unknown, token
        self._server = grpc.server(ThreadPoolExecutor(2))
        val_pb2_grpc.add_VALServicer_to_server(self, self._server)
        assert self._server.add_insecure_port(f"127.0.0.1:{port}") == port
        self._server.start()

    def GetServerInfo(self, _request: Any, context: Any) -> Any:
        if self._token and ("authorization", f"Bearer {self._token}") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "no token")
        return val_pb2.GetServerInfoResponse(name="databroker", version="0.6.0")

    def PublishValue(self, request: Any, context: Any) -> Any:
        path = request.signal_id.path
        if path in self._unknown:
            context.abort(grpc.StatusCode.NOT_FOUND, "Path not found")
        value = request.data_point.value
        self.values[path] = getattr(value, value.WhichOneof("typed_value")) if request.data_point.HasField("value") else None
        self.told.append((path, self.values[path]))
        return val_pb2.PublishValueResponse()

    def close(self) -> None:
        self._server.stop(None).wait()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def broker(port: int) -> Iterator[Databroker]:
    one = Databroker(port)
    yield one
    one.close()


def test_a_driver_who_falls_asleep_shows_in_the_signals(broker: Databroker, port: int) -> None:
    output = KuksaOutput(KuksaOptions(port=port), waits_s=at_once)
    output.on_step(_step(12.0, AWAKE))
    output.on_health(Health(12.0, "ok"))
    wait_until(lambda: len(broker.values) == 7, "all signals are told")
    assert broker.values == {
        "Vehicle.Driver.DistractionLevel": 0.0,
        "Vehicle.Driver.FatigueLevel": 25.0,
        "Vehicle.Driver.AttentiveProbability": 95.0,
        "Vehicle.Driver.IsEyesOnRoad": True,
        "Vehicle.ADAS.DMS.IsEnabled": True,
        "Vehicle.ADAS.DMS.IsWarning": False,
        "Vehicle.ADAS.DMS.IsError": False,
    }
    told = len(broker.told)
    output.on_step(_step(13.5, AWAKE, an_alert()))
    wait_until(lambda: broker.values["Vehicle.ADAS.DMS.IsWarning"], "the alert shows")
    assert broker.values["Vehicle.Driver.FatigueLevel"] == 60.0
    assert len(broker.told) == told + 2, "what has not changed is not told again"
    output.on_drive_ends("shutdown")
    output.close()
    assert broker.values["Vehicle.Driver.IsEyesOnRoad"] is None
    assert broker.values["Vehicle.ADAS.DMS.IsEnabled"] is False


def test_a_broker_that_comes_back_is_told_everything_anew(port: int) -> None:
    broker = Databroker(port)
    output = KuksaOutput(KuksaOptions(port=port), waits_s=at_once)
    output.on_step(_step(12.0, AWAKE))
    wait_until(lambda: len(broker.values) == 6, "all signals are told")
    broker.close()
    output.on_step(_step(13.0, AWAKE, an_alert()))
    wait_until(lambda: output.link.why_down, "the absence is noticed")
    again = Databroker(port)
    wait_until(lambda: len(again.values) == 6, "all signals are told")
    output.close()
    again.close()
    assert again.values["Vehicle.ADAS.DMS.IsWarning"] is True


def test_signals_that_a_broker_does_not_know_are_named_and_the_others_are_told(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Databroker(port, "Vehicle.ADAS.DMS.IsWarning")
    output = KuksaOutput(KuksaOptions(port=port), waits_s=at_once)
    output.on_step(_step(12.0, AWAKE))
    wait_until(lambda: len(broker.values) == 5, "the others are told")
    output.close()
    broker.close()
    assert caplog.text.count("the databroker does not take Vehicle.ADAS.DMS.IsWarning: Path not found") == 1


def test_what_is_not_known_of_the_driver_is_told_as_no_value() -> None:
    nothing = driver_signals(Cues(t=0.0), ())
    assert nothing["Vehicle.Driver.DistractionLevel"] is None
    assert nothing["Vehicle.Driver.FatigueLevel"] is None
    assert nothing["Vehicle.Driver.IsEyesOnRoad"] is None


def test_doctor_and_check(broker: Databroker, port: int, tmp_path: Path) -> None:
    assert OUTPUT.reach is not None
    assert OUTPUT.reach(KuksaOptions(port=port)) == f"the Kuksa databroker 127.0.0.1:{port} answers: databroker 0.6.0"
    with pytest.raises(LinkError, match=r"the Kuksa databroker 127\.0\.0\.1:\d+: UNAVAILABLE"):
        OUTPUT.reach(KuksaOptions(port=free_port()))
    with pytest.raises(ValidationError, match="beyond this machine needs tls"):
        KuksaOptions(host="gateway", token_file="token")
    OUTPUT.check(KuksaOptions(port=port))


def test_a_token_is_shown_to_a_broker_that_wants_one(port: int, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a.b.c\n")
    token.chmod(0o600)
    broker = Databroker(port, token="a.b.c")
    assert OUTPUT.reach is not None
    with pytest.raises(LinkError, match="UNAUTHENTICATED: no token"):
        OUTPUT.reach(KuksaOptions(port=port))
    assert "answers" in OUTPUT.reach(KuksaOptions(port=port, token_file=str(token)))
    broker.close()


def _step(t: float, cues: Cues, *alerts: Alert) -> Step:
    return replace(a_step(t, *alerts), cues=cues)
