"""Keys for TCP: who is allowed is heard and hears, and nobody else, on the bus and on the endpoint of the vehicle."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import zmq

from dms.client.sender import send_driver_action
from dms.client.subscriber import Message, Subscriber
from dms.config.allowed_clients import AllowedClient, Right, allow_client, begin_list, revoke_client
from dms.config.key_files import ClientKeys, KeyPair, read_client_keys, write_server_pair
from dms.errors import ConfigurationError, DmsError
from dms.health import Health
from dms.outputs.bus.bus import Bus
from dms.outputs.bus.messages import Topic
from dms.service.input_endpoint import ReceivedInput
from dms.types import DriverInput
from tools.ports import free_port

PATIENCE_S = 60.0  # on a busy machine
NOT_TAKEN = r"the service (does not allow this key|hangs up)|nothing answers"
"""On a machine that is busy for more than a second, the sender gives up before it is refused."""
REFUSED_WITHIN_S = 1.0  # a client that is allowed is through in a few milliseconds


def new_pair() -> KeyPair:
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with the keys of a service that allows nobody yet."""
    write_server_pair(tmp_path / "keys", new_pair())
    begin_list(tmp_path / "keys")
    return tmp_path / "keys"


def client(keys: Path, name: str, *may: Right) -> ClientKeys:
    """The keys of a new client that may do this."""
    pair = new_pair()
    if may:
        allow_client(keys, AllowedClient(name, pair.public, may))
    return ClientKeys(pair, read_client_keys(keys).server)


@pytest.fixture
def bus(keys: Path, free_port: int) -> Iterator[Bus]:
    bus = Bus(f"tcp://0.0.0.0:{free_port}", "s", keys=keys)
    yield bus
    bus.close()


@pytest.fixture(name="free_port")
def port() -> int:
    return free_port()


def hears(bus: Bus, subscriber: Subscriber, within_s: float = PATIENCE_S) -> Message | None:
    """What the subscriber hears of a bus that publishes all the time, None if that is nothing."""
    give_up = time.monotonic() + within_s
    while time.monotonic() < give_up:
        bus.publish_health(Health(1.0, "ok"))
        if message := subscriber.receive(0.05):
            return message
    return None


def says(bus: Bus, subscriber: Subscriber, why: str) -> bool:
    """Whether the subscriber comes to know why it hears nothing."""
    give_up = time.monotonic() + PATIENCE_S
    while why not in (subscriber.why_silent() or "") and time.monotonic() < give_up:
        assert hears(bus, subscriber, 0.1) is None
    return time.monotonic() < give_up


def at(bus: Bus) -> str:
    return bus.endpoint.replace("0.0.0.0", "127.0.0.1")


def subscribed(bus: Bus, keys: ClientKeys | None) -> Subscriber:
    return Subscriber(at(bus), [Topic.HEALTH], keys)


def test_a_client_that_is_allowed_hears_the_bus_on_every_address(bus: Bus, keys: Path) -> None:
    with subscribed(bus, client(keys, "display", "listen")) as display:
        assert hears(bus, display) is not None
        assert display.why_silent() is None


def test_a_client_that_is_allowed_while_the_service_runs_gets_in(bus: Bus, keys: Path) -> None:
    late = client(keys, "late")
    with subscribed(bus, late) as subscriber:
        assert hears(bus, subscriber, REFUSED_WITHIN_S) is None
        allow_client(keys, AllowedClient("late", late.pair.public, ("listen",)))
        assert hears(bus, subscriber) is not None


def test_the_services_own_user_is_heard_without_being_on_the_list(bus: Bus, keys: Path) -> None:
    with subscribed(bus, read_client_keys(keys)) as subscriber:
        assert hears(bus, subscriber) is not None


NOBODY: list[tuple[str, Callable[[Path], ClientKeys | None], str]] = [
    ("no key", lambda keys: None, "it wants a key and there is none, or the key is for another service"),
    ("unknown key", lambda keys: client(keys, "stranger"), "does not allow this key"),
    ("may only send", lambda keys: client(keys, "gateway", "send"), "does not allow this key"),
    (
        "the key of another service",
        lambda keys: ClientKeys(client(keys, "display", "listen").pair, new_pair().public),
        "the key is for another service",
    ),
]


@pytest.mark.parametrize(("keys_of", "why"), [case[1:] for case in NOBODY], ids=[case[0] for case in NOBODY])
def test_nobody_else_hears_the_bus_and_is_told_why(
    bus: Bus, keys: Path, keys_of: Callable[[Path], ClientKeys | None], why: str
) -> None:
    with subscribed(bus, keys_of(keys)) as subscriber:
        assert hears(bus, subscriber, REFUSED_WITHIN_S) is None
        assert says(bus, subscriber, why)


def test_whose_key_is_revoked_hears_nothing_more_although_connected_and_the_others_go_on(
    bus: Bus, keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        subscribed(bus, client(keys, "lost", "listen")) as lost,
        subscribed(bus, client(keys, "display", "listen")) as display,
    ):
        assert hears(bus, lost) is not None
        assert hears(bus, display) is not None
        revoke_client(keys, "lost")
        give_up = time.monotonic() + PATIENCE_S
        while bus.health().renewed == 0 and time.monotonic() < give_up:
            bus.publish_health(Health(1.0, "ok"))
            time.sleep(0.01)
        while lost.receive(0.2):
            pass  # what was on its way
        assert hears(bus, lost, REFUSED_WITHIN_S) is None
        assert says(bus, lost, "does not allow this key")
        assert hears(bus, display) is not None
    assert "no longer allowed: lost" in caplog.text


def test_a_list_with_a_mistake_is_not_taken_and_the_one_before_stays(
    bus: Bus, keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = client(keys, "display", "listen")
    with subscribed(bus, allowed) as subscriber:
        assert hears(bus, subscriber) is not None
    listed = keys / "allowed_clients"
    listed.write_text(listed.read_text() + "intruder\n")
    give_up = time.monotonic() + PATIENCE_S
    while "stays in force" not in caplog.text and time.monotonic() < give_up:
        bus.publish_health(Health(1.0, "ok"))
        time.sleep(0.01)
    assert f"{listed}:4: expected a name" in caplog.text
    with subscribed(bus, allowed) as subscriber:
        assert hears(bus, subscriber) is not None


def taken(received: ReceivedInput, within_s: float = PATIENCE_S) -> list[object]:
    give_up = time.monotonic() + within_s
    while time.monotonic() < give_up:
        if records := list(received.until(1.0)):
            return list(records)
        time.sleep(0.01)
    return []


@pytest.fixture
def received(keys: Path, free_port: int) -> Iterator[ReceivedInput]:
    received = ReceivedInput(f"tcp://127.0.0.1:{free_port}", keys)
    yield received
    received.close()


def test_what_a_client_sends_is_taken_if_it_may_send(
    received: ReceivedInput, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dms.client.sender._SENDING_TIMEOUT_MS", 60_000)  # the machine may be busy
    send_driver_action(received.health().endpoint, "acknowledge", keys=client(keys, "button", "send"))
    assert taken(received) == [DriverInput(1.0, "acknowledge")]


@pytest.mark.parametrize("keys_of", [case[1] for case in NOBODY if case[0] != "may only send"])
def test_nobody_else_presses_the_drivers_buttons(
    received: ReceivedInput, keys: Path, keys_of: Callable[[Path], ClientKeys | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dms.client.sender._SENDING_TIMEOUT_MS", 1000)
    with pytest.raises(DmsError, match=NOT_TAKEN):
        send_driver_action(received.health().endpoint, "pause", keys=keys_of(keys))
    assert taken(received, 0.2) == []


def test_who_may_only_listen_cannot_send(received: ReceivedInput, keys: Path) -> None:
    with pytest.raises(DmsError, match=NOT_TAKEN):
        send_driver_action(received.health().endpoint, "pause", keys=client(keys, "display", "listen"))


def test_whose_key_is_revoked_sends_nothing_more(received: ReceivedInput, keys: Path) -> None:
    button = client(keys, "button", "send")
    endpoint = received.health().endpoint
    with zmq.Context() as context, context.socket(zmq.PUSH) as gateway:
        gateway.set(zmq.LINGER, 0)
        gateway.set(zmq.CURVE_PUBLICKEY, button.pair.public.encode())
        gateway.set(zmq.CURVE_SECRETKEY, button.pair.secret.encode())
        gateway.set(zmq.CURVE_SERVERKEY, button.server.encode())
        gateway.connect(endpoint)
        gateway.send(b'{"topic":"driver","action":"interaction"}')
        assert taken(received) == [DriverInput(1.0, "interaction")]
        revoke_client(keys, "button")
        time.sleep(1.1)  # it is looked for once a second
        assert taken(received, 0.1) == []
        for _ in range(3):
            with suppress(zmq.Again):  # ZeroMQ may have given up on the connection already
                gateway.send(b'{"topic":"driver","action":"pause"}', zmq.DONTWAIT)
        assert taken(received, REFUSED_WITHIN_S) == []


def test_nobody_gets_in_when_the_thread_that_asks_has_ended(bus: Bus, keys: Path) -> None:
    gate = bus._socket._gate
    assert gate is not None
    authenticator = gate._authenticator
    assert authenticator is not None
    authenticator.pipe.send(b"TERMINATE")
    authenticator.thread.join(PATIENCE_S)
    with subscribed(bus, client(keys, "stranger")) as stranger:
        assert hears(bus, stranger, REFUSED_WITHIN_S) is None
    with subscribed(bus, client(keys, "display", "listen")) as display:
        assert hears(bus, display) is not None  # it was started anew


def test_without_keys_a_warning_says_who_may_connect(free_port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Bus(f"tcp://127.0.0.1:{free_port}", "s").close()
    assert "every user of this machine may connect, without authentication" in caplog.text


def test_keys_that_are_missing_or_open_to_others_are_refused(keys: Path, tmp_path: Path, free_port: int) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere/server\.key: not there; `dms keys make` makes it"):
        Bus(f"tcp://0.0.0.0:{free_port}", "s", keys=tmp_path / "nowhere")
    (keys / "server.key").chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"server\.key: other users may read this secret: chmod 600"):
        Bus(f"tcp://0.0.0.0:{free_port}", "s", keys=keys)
