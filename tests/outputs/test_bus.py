"""The bus, with real sockets: who hears what, in which order, and that nobody who listens badly holds up the others."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq
from msgspec.structs import replace

from dms.client.subscriber import Message, Subscriber
from dms.errors import ConfigurationError, DmsError
from dms.health import BusHealth, Health
from dms.outputs.bus.bus import SEND_HIGH_WATER_MARK, Bus
from dms.outputs.bus.messages import Topic
from dms.outputs.bus.thread import BusThread
from dms.types import Cues, Observation
from tests.outputs.output_examples import PATIENCE_S, a_summary, an_alert, heard_so_far, receive_until, wait_until_connected
from tools.ports import free_port

Subscribe = Callable[..., Subscriber]


def test_a_subscriber_gets_every_topic_with_its_envelope(bus: Bus, subscribe: Subscribe) -> None:
    subscriber = subscribe()
    wait_until_connected(bus, subscriber)
    bus.publish_observation(Observation(t=1.0, frame=30))
    bus.publish_alert(an_alert(), journalled=True)
    bus.publish_state(1.0, Cues(t=1.0), [an_alert()])
    bus.publish_health(Health(1.0, "ok"))
    bus.publish_summary(a_summary())
    messages = {message.topic: message.fields for message in heard_so_far(bus, subscriber)}
    assert set(messages) == set(Topic)
    for fields in messages.values():
        assert fields["session"] == "test-session"
        assert fields["utc"] == "2026-11-21T09:30:00.000000Z"
        assert isinstance(fields["t"], float)
    assert messages[Topic.ALERT]["journalled"] is True
    assert messages[Topic.STATE]["active"][0]["kind"] == "fatigue.microsleep"


def test_messages_are_two_frames(bus: Bus, endpoint: str, raw_context: zmq.Context) -> None:
    with raw_context.socket(zmq.SUB) as raw:
        raw.subscribe(b"")
        raw.connect(endpoint)
        bus.publish_health(Health(0.0, "starting"))
        assert raw.poll(PATIENCE_S * 1000)
        frames = raw.recv_multipart()
    assert frames[0] == b"dms.v1.health"
    assert frames[1].startswith(b'{"topic":"health","session":"test-session","seq":1,')
    assert len(frames) == 2


def test_each_topic_counts_on_its_own_without_gaps(bus: Bus, subscribe: Subscribe) -> None:
    subscriber = subscribe(Topic.OBSERVATION, Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    for number in range(60):
        bus.publish_observation(Observation(t=number / 30, frame=number))
        if number % 30 == 0:
            bus.publish_health(Health(number / 30, "ok"))
    messages = heard_so_far(bus, subscriber)
    assert [m.fields["seq"] for m in messages if m.topic is Topic.OBSERVATION] == list(range(1, 61))
    assert [m.fields["seq"] for m in messages if m.topic is Topic.HEALTH] == [2, 3]


def test_threads_that_publish_at_once_never_share_or_skip_a_number(bus: Bus, subscribe: Subscribe) -> None:
    subscriber = subscribe(Topic.ALERT, Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    publishers = [threading.Thread(target=lambda: [bus.publish_alert(an_alert(), False) for _ in range(20)]) for _ in range(4)]
    for publisher in publishers:
        publisher.start()
    for publisher in publishers:
        publisher.join()
    alerts = [message for message in heard_so_far(bus, subscriber) if message.topic is Topic.ALERT]
    assert [message.fields["seq"] for message in alerts] == list(range(1, 81))


def test_a_late_subscriber_hears_the_last_state_health_and_summary_marked_as_repeated(bus: Bus, subscribe: Subscribe) -> None:
    for t in (1.0, 2.0):
        bus.publish_state(t, Cues(t=t), [an_alert()] if t == 2.0 else [])
    bus.publish_health(Health(2.0, "ok"))
    bus.publish_summary(a_summary())
    bus.publish_summary(a_summary("drive", 0.0, complete=False))
    bus.publish_alert(an_alert(), journalled=True)
    while bus.waiting():
        time.sleep(0.001)  # the messages are gone before anyone listens
    time.sleep(0.05)
    late = subscribe()
    messages = [late.receive(PATIENCE_S) for _ in range(3)]
    repeated = {message.topic: message.fields for message in messages if message is not None}
    assert set(repeated) == {Topic.STATE, Topic.HEALTH, Topic.SUMMARY}
    assert all(fields["snapshot"] for fields in repeated.values())
    assert repeated[Topic.STATE]["seq"] == 2
    assert (repeated[Topic.SUMMARY]["kind"], repeated[Topic.SUMMARY]["complete"]) == ("drive", False)
    assert repeated[Topic.STATE]["active"][0]["kind"] == "fatigue.microsleep"
    assert heard_so_far(bus, late) == []


def test_a_second_late_subscriber_is_answered_as_well(bus: Bus, subscribe: Subscribe) -> None:
    bus.publish_state(1.0, Cues(t=1.0), [])
    assert subscribe(Topic.STATE).receive(PATIENCE_S) is not None
    assert subscribe(Topic.STATE).receive(PATIENCE_S) is not None


def test_a_subscriber_that_stalls_slows_nobody_and_sees_what_it_missed(bus: Bus, endpoint: str, subscribe: Subscribe) -> None:
    """A real subscriber process stops reading (SIGSTOP) while far more is published than sockets and queues hold."""
    program = f"""
import sys, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.rcvhwm = 10
socket.subscribe(b"dms.v1.")
socket.connect({endpoint!r})
while True:
    sys.stdout.write(socket.recv_multipart()[0].decode() + chr(10)); sys.stdout.flush()
"""
    awake = subscribe(Topic.HEALTH)
    wait_until_connected(bus, awake)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as stalled:
        try:
            assert stalled.stdout is not None
            assert stalled.stdout.readline().startswith("dms.v1.health")
            os.kill(stalled.pid, 19)  # SIGSTOP
            before = bus.health().health
            landmarks = tuple((float(i), float(i)) for i in range(68))
            for number in range(5000):
                bus.publish_observation(Observation(t=number / 30, frame=number, landmarks=landmarks))
                while bus.waiting() > 500:
                    time.sleep(0.001)
                if number % 1000 == 999:
                    bus.publish_health(Health(number / 30, "ok"))
            heard = [message.fields["seq"] for message in heard_so_far(bus, awake)]
            bus.close()  # nor does it keep the service from ending
        finally:
            stalled.kill()
    assert heard[-5:] == list(range(before + 1, before + 6))
    assert replace(bus.health(), health=0, subscriptions=0) == BusHealth(observation=5000)


def test_a_slow_subscriber_sees_its_gap_in_the_sequence(bus: Bus, endpoint: str, raw_context: zmq.Context) -> None:
    with raw_context.socket(zmq.SUB) as slow:
        slow.rcvhwm = 10
        slow.rcvbuf = 4096
        slow.subscribe(b"")
        slow.connect(endpoint)
        bus.publish_health(Health(0.0, "starting"))
        assert slow.poll(PATIENCE_S * 1000)
        slow.recv_multipart()
        for number in range(20 * SEND_HIGH_WATER_MARK):
            bus.publish_health(Health(float(number), "ok", versions={"padding": "x" * 1000}))
        while bus.waiting():
            time.sleep(0.001)
        messages = [json.loads(slow.recv_multipart()[1]) for _ in iter(lambda: slow.poll(300), 0)]
        # a subscription that is answered while its first message is on the way hears that one again, marked as repeated
        heard = [message["seq"] for message in messages if not message.get("snapshot")]
        bus.publish_health(Health(0.0, "ok"))
        assert slow.poll(PATIENCE_S * 1000)
        after = json.loads(slow.recv_multipart()[1])["seq"]
    assert heard == sorted(set(heard))
    assert heard[0] == 2
    assert after == 20 * SEND_HIGH_WATER_MARK + 2
    assert len(heard) < after - 2


def test_the_last_health_arrives_although_the_bus_closes_at_once(endpoint: str, subscribe: Subscribe) -> None:
    bus = Bus(endpoint, "s")
    subscriber = subscribe(Topic.HEALTH)
    wait_until_connected(bus, subscriber)
    bus.publish_health(Health(9.0, "stopping"))
    bus.close()
    assert receive_until(subscriber, lambda message: message.fields["status"] == "stopping")


def test_closing_ends_the_thread_and_lets_the_endpoint_go(endpoint: str, tmp_path: Path) -> None:
    for _ in range(3):
        bus = Bus(endpoint, "s")
        bus.close()
        bus.close()
    assert not any(thread.name == "dms-bus" for thread in threading.enumerate())
    assert not (tmp_path / "bus").exists()


def test_publishing_after_closing_is_counted_and_harmless(endpoint: str) -> None:
    bus = Bus(endpoint, "s")
    bus.close()
    bus.publish_health(Health(1.0, "stopping"))
    assert bus.health().dropped == 1


def test_a_second_instance_is_refused_and_does_not_take_the_path_away(bus: Bus, endpoint: str, subscribe: Subscribe) -> None:
    with pytest.raises(DmsError, match=f"{endpoint} is in use by another instance, process {os.getpid()}"):
        Bus(endpoint, "second")
    subscriber = subscribe(Topic.HEALTH)
    bus.publish_health(Health(1.0, "ok"))
    message = subscriber.receive(PATIENCE_S)
    assert message is not None
    assert message.fields["session"] == "test-session"


def test_a_socket_file_left_by_a_killed_service_is_no_obstacle(endpoint: str) -> None:
    program = f"import os; from dms.outputs.bus.bus import Bus; Bus({endpoint!r}, 's'); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    Bus(endpoint, "next").close()


def test_a_folder_in_the_way_is_not_called_a_program(tmp_path: Path) -> None:
    (tmp_path / "bus").mkdir()
    with pytest.raises(DmsError, match=f"{tmp_path}/bus: there is a folder of this name"):
        Bus(f"ipc://{tmp_path}/bus", "s")


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_nothing_but_a_socket_is_deleted_to_make_room_for_one(tmp_path: Path, kind: str) -> None:
    """ZeroMQ deletes whatever has the name: a slip in the configuration would take a journal away."""
    path = tmp_path / "journal.db"
    (tmp_path / "kept").write_text("what people wrote")
    {"file": lambda: path.write_text("kept"), "link": lambda: path.symlink_to("kept"), "pipe": lambda: os.mkfifo(path)}[kind]()
    before = path.lstat()
    with pytest.raises(ConfigurationError, match=f"bus endpoint 'ipc://{path}': {path} is there already and no socket"):
        Bus(f"ipc://{path}", "s")
    assert path.lstat() == before


def test_a_port_in_use_is_one_clear_error(raw_context: zmq.Context) -> None:
    with raw_context.socket(zmq.PUB) as other:
        port = other.bind_to_random_port("tcp://127.0.0.1")
        with pytest.raises(DmsError, match=rf"tcp://127.0.0.1:{port}: already in use by another program"):
            Bus(f"tcp://127.0.0.1:{port}", "s")


@pytest.mark.parametrize(
    ("endpoint", "complaint"),
    [
        ("bus", "expected ipc:///path or tcp://127.0.0.1:port"),
        ("udp://127.0.0.1:5000", "expected ipc:///path or tcp"),
        ("ipc://", "expected ipc:///path"),
        ("ipc://relative/path", "the path must be absolute"),
        ("ipc:///" + "x" * 200, "the path is longer than"),
        ("tcp://127.0.0.1:99999", "a port from 1 to 65535"),
        ("tcp://127.0.0.1", "expected tcp://address:port"),
        ("tcp://*:5556", "other machines could reach it, so it needs `keys:`"),
        ("tcp://192.168.1.4:5556", "other machines could reach it, so it needs `keys:`"),
        ("tcp://0.0.0.0:5556", "other machines could reach it, so it needs `keys:`"),
    ],
)
def test_an_endpoint_that_makes_no_sense_or_is_unsafe_is_refused(endpoint: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint.replace("*", r"\*")) as caught:
        Bus(endpoint, "s")
    assert endpoint in str(caught.value)


def test_a_directory_that_cannot_be_made_is_one_clear_error() -> None:
    with pytest.raises(DmsError, match=r"ipc:///proc/dms/bus: No such file or directory"):
        Bus("ipc:///proc/dms/bus", "s")


def test_the_group_may_connect_and_nobody_else(bus: Bus, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "bus").stat().st_mode) == 0o770


def test_missing_directories_are_made_for_owner_and_group(tmp_path: Path) -> None:
    umask_before = os.umask(0o022)
    os.umask(umask_before)
    Bus(f"ipc://{tmp_path}/run/dms/bus", "s").close()
    assert stat.S_IMODE((tmp_path / "run" / "dms").stat().st_mode) == 0o770
    assert os.umask(umask_before) == umask_before


def test_without_a_trusted_clock_the_time_is_unknown(endpoint: str, subscribe: Subscribe) -> None:
    bus = Bus(endpoint, "s", None)
    subscriber = subscribe(Topic.HEALTH)
    bus.publish_health(Health(1.0, "ok"))
    message = subscriber.receive(PATIENCE_S)
    bus.close()
    assert message is not None
    assert message.fields["utc"] is None


def test_loopback_is_allowed_and_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    Bus(endpoint, "s").close()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"{endpoint}: every user of this machine may connect, without authentication" in caplog.text


# Strangers


def a_stranger(raw_context: zmq.Context, endpoint: str) -> zmq.Socket[bytes]:
    """An XSUB socket, which sends whatever subscription it is told to."""
    stranger = raw_context.socket(zmq.XSUB)
    stranger.set(zmq.LINGER, 0)
    stranger.set(zmq.SNDHWM, 1000)
    stranger.connect(endpoint)
    return stranger


def test_a_subscriber_that_comes_and_goes_without_end_holds_up_nobody(
    bus: Bus, endpoint: str, subscribe: Subscribe, raw_context: zmq.Context
) -> None:
    """Each coming asks for a repetition of the last messages; one repetition serves all that have asked."""
    honest = subscribe(Topic.HEALTH, Topic.ALERT)
    wait_until_connected(bus, honest)
    stranger = a_stranger(raw_context, endpoint)
    for _ in range(20_000):
        stranger.send(b"\x01dms.v1.health")
        stranger.send(b"\x00dms.v1.health")
    bus.publish_alert(an_alert(7.0), journalled=True)
    messages: list[Message] = []
    give_up = time.monotonic() + PATIENCE_S
    while not any(message.topic is Topic.ALERT for message in messages):
        assert time.monotonic() < give_up
        messages += [message for message in [honest.receive(0.1)] if message is not None]
    stranger.close()
    repeated = [message for message in messages if message.fields.get("snapshot")]
    assert len(repeated) < 2000, "one for each of 20,000 that asked"
    assert bus.health().dropped == 0


def test_a_topic_of_ten_megabytes_is_hung_up_on(bus: Bus, endpoint: str, subscribe: Subscribe) -> None:
    honest = subscribe(Topic.HEALTH, Topic.ALERT)
    wait_until_connected(bus, honest)
    program = f"""
import sys, time, zmq
stranger = zmq.Context().socket(zmq.XSUB)
ended = stranger.get_monitor_socket(zmq.EVENT_DISCONNECTED)
stranger.connect({endpoint!r})
stranger.send(bytes([1]) + b"x" * 10_000_000)
ended.recv_multipart()
sys.stdout.write("hung up" + chr(10)); sys.stdout.flush(); time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == "hung up\n"
        bus.publish_alert(an_alert(7.0), journalled=True)
        assert Topic.ALERT in {message.topic for message in heard_so_far(bus, honest)}
        assert bus.health().subscriptions == 2
        stranger.kill()


def test_more_names_than_anybody_needs_end_all_connections_and_honest_ones_come_back(
    bus: Bus, endpoint: str, subscribe: Subscribe, raw_context: zmq.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dms.outputs.bus.thread.MOST_SUBSCRIPTIONS", 500)
    honest = subscribe(Topic.HEALTH, Topic.ALERT)
    wait_until_connected(bus, honest)
    stranger = a_stranger(raw_context, endpoint)
    for number in range(1000):
        stranger.send(b"\x01%d" % number)
    give_up = time.monotonic() + PATIENCE_S
    while not bus.health().renewed:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    stranger.close()
    alerts: list[Message] = []
    while not alerts:
        assert time.monotonic() < give_up
        bus.publish_alert(an_alert(7.0), journalled=True)
        alerts += [message for message in [honest.receive(0.1)] if message is not None and message.topic is Topic.ALERT]
    assert bus.health().subscriptions <= 500


def test_a_message_that_waits_is_told_as_lag(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while the socket's thread hangs: it is the thread itself that is kept from sending."""
    hold, held = threading.Event(), threading.Event()

    def hang(self: BusThread, topic: Topic, message: bytes) -> None:
        held.set()
        hold.wait(PATIENCE_S)

    with monkeypatch.context() as stuck:
        stuck.setattr(BusThread, "_transmit", hang)
        bus.publish_alert(an_alert(1.0), journalled=True)
        assert held.wait(PATIENCE_S)
        while bus.health().lag_s < 0.05:
            time.sleep(0.01)
    hold.set()
    while bus.waiting():
        time.sleep(0.001)
    assert bus.health().lag_s == 0.0
