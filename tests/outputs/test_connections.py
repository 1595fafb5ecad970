"""Programs that connect over and over, or many times: they are hung up on, and those that were there first go on hearing."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import zmq

from dms.client.subscriber import Subscriber
from dms.health import Health
from dms.outputs.bus.bound_socket import EndpointError
from dms.outputs.bus.bus import MOST_CONNECTIONS, Bus
from dms.outputs.bus.connections import _hang_up
from dms.outputs.bus.lost_peers import KEEPALIVE_EVERY_S, KEEPALIVE_IDLE_S, KEEPALIVE_MOST, LOST_AFTER_S
from dms.outputs.bus.memory import MUCH_MIB, Growth, Memory
from dms.outputs.bus.messages import Topic
from dms.service.input_endpoint import MOST_CONNECTIONS as MOST_SENDERS
from dms.service.input_endpoint import ReceivedInput
from tests.outputs.output_examples import PATIENCE_S, receive_until, wait_until_connected
from tools.ports import free_port

Subscribe = Callable[..., Subscriber]
STRANGERS = 300


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def connected(path: str) -> socket.socket:
    """A program that connects and says nothing."""
    stranger = socket.socket(socket.AF_UNIX)
    stranger.connect(path)
    return stranger


def test_whoever_comes_when_it_is_full_is_hung_up_on_and_the_others_go_on_hearing(
    bus: Bus, endpoint: str, subscribe: Subscribe, caplog: pytest.LogCaptureFixture
) -> None:
    first = subscribe(Topic.HEALTH)
    wait_until_connected(bus, first)
    before = descriptors()
    strangers = [connected(endpoint.removeprefix("ipc://")) for _ in range(STRANGERS)]
    try:
        wait_until(lambda: bus.health().connections_refused == STRANGERS + 1 - MOST_CONNECTIONS)
        assert bus.health().connections == MOST_CONNECTIONS
        assert f"{endpoint}: {MOST_CONNECTIONS} programs are connected" in caplog.text, (
            "or nobody would know why a program hears nothing"
        )
        wait_until(lambda: descriptors() - before - STRANGERS < MOST_CONNECTIONS)
        bus.publish_health(Health(7.0, "ok"))
        receive_until(first, lambda message: message.fields["t"] == 7.0)
    finally:
        for stranger in strangers:
            stranger.close()
    wait_until(lambda: bus.health().connections == 1)
    late = subscribe(Topic.HEALTH)
    assert late.receive(PATIENCE_S) is not None, "when they are gone, others are served"
    wait_until(lambda: descriptors() <= before + 20)  # a subscriber of this process has a few of its own


def test_the_limit_outlasts_a_renewal(bus: Bus, endpoint: str, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger with too many names makes all connections anew; what was refused before is still counted."""
    path = endpoint.removeprefix("ipc://")
    strangers = [connected(path) for _ in range(MOST_CONNECTIONS + 5)]
    wait_until(lambda: bus.health().connections_refused == 5)
    monkeypatch.setattr("dms.outputs.bus.thread.MOST_SUBSCRIPTIONS", 0)
    for stranger in strangers:
        stranger.close()
    wait_until(lambda: bus.health().connections == 0)
    subscriber = subscribe(Topic.HEALTH)
    wait_until(lambda: bus.health().renewed > 0)
    monkeypatch.undo()
    wait_until_connected(bus, subscriber)
    assert bus.health().connections_refused == 5
    assert bus.health().connections == 1


def looked_after(descriptor: int) -> tuple[int, ...]:
    """What the kernel was told to do about a peer that says nothing more: whether, after how long, how often, and for sending."""
    with socket.socket(fileno=os.dup(descriptor)) as connection:
        asked = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        alive = connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        return (alive, *(connection.getsockopt(socket.IPPROTO_TCP, each) for each in asked))


def connections_to(port: int) -> list[int]:
    """The descriptors of this process that are connected to a port."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as connection:
                if connection.family == socket.AF_INET and connection.getpeername()[1] == port:
                    found.append(int(name))
        except OSError:  # no socket, not connected, or gone by now
            continue
    return found


def test_machines_that_lose_their_power_are_noticed_at_both_ends() -> None:
    """Else a gateway that is switched off with the ignition takes a place for ever, and a display misses the next service."""
    port = free_port()
    wanted = (1, KEEPALIVE_IDLE_S, KEEPALIVE_EVERY_S, KEEPALIVE_MOST, 1000 * LOST_AFTER_S)
    with closing(Bus(f"tcp://127.0.0.1:{port}", "s")) as bus, Subscriber(bus.endpoint, [Topic.HEALTH]) as subscriber:
        wait_until_connected(bus, subscriber)
        (at_subscriber,) = connections_to(port)
        (at_bus,) = bus._socket.connections._open
        assert [looked_after(at_bus), looked_after(at_subscriber)] == [wanted, wanted]


def test_senders_are_bounded_and_the_first_goes_on_being_read(tmp_path: Path, raw_context: zmq.Context) -> None:
    inputs = ReceivedInput(f"ipc://{tmp_path}/vehicle")
    strangers: list[socket.socket] = []
    try:
        gateway = raw_context.socket(zmq.PUSH)
        gateway.connect(f"ipc://{tmp_path}/vehicle")
        gateway.send(b'{"topic":"vehicle","speed_kph":50}')
        wait_until(lambda: len(list(inputs.until(1.0))) == 1)
        strangers = [connected(f"{tmp_path}/vehicle") for _ in range(100)]
        wait_until(lambda: list(inputs.until(2.0)) == [] and inputs.health().connections_refused == 101 - MOST_SENDERS)
        gateway.send(b'{"topic":"vehicle","speed_kph":60}')
        wait_until(lambda: len(list(inputs.until(3.0))) == 1)
        gateway.close(linger=0)
    finally:
        for stranger in strangers:
            stranger.close()
        inputs.close()


def test_what_is_not_returned_at_once_is_not_held_against_the_next_who_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """An allocator keeps what was freed. What goes on growing all the same is told from it in the end."""
    now_s, mib = 0.0, 200.0
    monkeypatch.setattr("dms.outputs.bus.memory.resident_mib", lambda: mib)
    memory = Memory(lambda: now_s)

    def after(seconds: float, takes_mib: float) -> Growth:
        nonlocal now_s, mib
        now_s, mib = now_s + seconds, takes_mib
        return memory.growth()

    assert [after(0.1, takes) for takes in (200.0, 200.0 + MUCH_MIB)] == [Growth.LITTLE, Growth.LITTLE]
    assert after(0.1, 201.0 + MUCH_MIB) is Growth.MUCH
    memory.let_go(of_all=False)
    assert after(0.5, 250.0 + MUCH_MIB) is Growth.LITTLE, "it is not free yet"
    assert [after(2.0, 201.0 + MUCH_MIB) for _ in range(3)] == [Growth.LITTLE] * 3
    assert after(0.1, 201.0 + 2 * MUCH_MIB) is Growth.TOO_MUCH
    memory.let_go(of_all=True)
    assert after(2.0, 201.0 + 2 * MUCH_MIB) is Growth.LITTLE
    assert after(0.1, 202.0 + 3 * MUCH_MIB) is Growth.MUCH


def talking(path: str, kind: bytes) -> socket.socket:
    """A program that speaks ZMTP 3.0 as the ZeroMQ guide describes it, and is ready to send."""
    stranger = connected(path)
    stranger.sendall(b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
    stranger.settimeout(PATIENCE_S)
    greeting = 64
    while greeting:
        greeting -= len(stranger.recv(greeting))
    ready = b"\x05READY" + b"\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    stranger.sendall(b"\x04" + bytes([len(ready)]) + ready)
    return stranger


def send_without_an_end(stranger: socket.socket, patience_s: float) -> bool:
    """Parts of one message, each of which says that more come. Returns whether it was hung up on."""
    parts = (b"\x01\xc8" + b"x" * 200) * 1000
    give_up = time.monotonic() + patience_s
    while time.monotonic() < give_up:
        try:
            stranger.sendall(parts)
        except (BrokenPipeError, ConnectionResetError):
            return True
    return False


def test_a_message_without_an_end_is_cut_off_and_the_others_go_on_hearing(
    bus: Bus, endpoint: str, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """ZeroMQ holds all parts of a message until the last has come, and counts none of them."""
    monkeypatch.setattr("dms.outputs.bus.memory.MUCH_MIB", 16.0)
    first = subscribe(Topic.HEALTH)
    wait_until_connected(bus, first)
    with talking(endpoint.removeprefix("ipc://"), b"SUB") as stranger:
        assert send_without_an_end(stranger, PATIENCE_S)
    wait_until(lambda: bus.health().connections_refused >= 1)
    assert "programs that may be sending without an end are hung up on" in caplog.text
    wait_until_connected(bus, first)
    bus.publish_health(Health(7.0, "ok"))
    receive_until(first, lambda message: message.fields["t"] == 7.0)


def test_neither_does_the_endpoint_for_the_vehicle_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.outputs.bus.memory.MUCH_MIB", 16.0)
    inputs = ReceivedInput(f"ipc://{tmp_path}/vehicle")
    try:
        wait_until(lambda: list(inputs.until(1.0)) == [])
        with talking(f"{tmp_path}/vehicle", b"PUSH") as stranger:
            cut_off = threading.Event()
            sender = threading.Thread(target=lambda: send_without_an_end(stranger, PATIENCE_S) and cut_off.set())
            sender.start()
            wait_until(lambda: list(inputs.until(1.0)) == [] and cut_off.is_set())
            sender.join(PATIENCE_S)
        assert inputs.health().connections_refused == 1
    finally:
        inputs.close()


def test_a_number_that_something_else_has_by_now_is_left_alone(tmp_path: Path) -> None:
    """ZeroMQ may have closed a descriptor already when it is to be hung up on."""
    endpoint = f"ipc://{tmp_path / 'bus'}".encode()
    before = descriptors()
    with (tmp_path / "journal").open("w") as file:
        _hang_up(file.fileno(), endpoint)
        file.write("still open")
    ours, theirs = socket.socketpair()
    listening = socket.create_server(("127.0.0.1", 0))
    broker = socket.create_connection(listening.getsockname())
    accepted, _ = listening.accept()
    with ours, theirs, listening, broker, accepted:
        for each in (ours, broker):
            _hang_up(each.fileno(), endpoint)
            _hang_up(each.fileno(), b"tcp://127.0.0.1:1")
        ours.sendall(b"still")
        broker.sendall(b"open")
        assert (theirs.recv(5), accepted.recv(4)) == (b"still", b"open")
        _hang_up(accepted.fileno(), f"tcp://127.0.0.1:{listening.getsockname()[1]}".encode())
        assert broker.recv(1) == b"", "and who is connected to it is hung up on"
    assert descriptors() == before


def test_when_the_system_gives_no_threads_the_endpoint_is_refused_and_the_process_lives(tmp_path: Path) -> None:
    before = threading.stack_size()
    threading.stack_size(1 << 46)  # more address space than a process has
    try:
        with pytest.raises(EndpointError, match="no threads to be had"):
            ReceivedInput(f"ipc://{tmp_path / 'vehicle'}")
    finally:
        threading.stack_size(before)
    ReceivedInput(f"ipc://{tmp_path / 'vehicle'}").close()
