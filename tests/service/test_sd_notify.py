"""systemd hears from the service over a datagram socket, in the file system or in the abstract namespace."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.service.sd_notify import ServiceManager


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@dms-test-{os.getpid()}-{tmp_path.name}"
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind("\0" + address[1:] if address.startswith("@") else address)
    channel.settimeout(5.0)
    yield channel, address
    channel.close()


def test_systemd_hears_what_the_service_says(listening: tuple[socket.socket, str]) -> None:
    channel, address = listening
    assert ServiceManager({"NOTIFY_SOCKET": address}).notify(READY=1, STATUS="camera: ok\nall well")
    assert channel.recv(4096) == b"READY=1\nSTATUS=camera: ok; all well"


def test_outside_systemd_nothing_is_sent_and_nothing_fails() -> None:
    manager = ServiceManager({})
    assert not manager.notify(READY=1)
    assert manager.watchdog_s is None


def test_a_socket_that_is_gone_is_logged_and_does_not_stop_the_monitor(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert not ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).notify(WATCHDOG=1)
    assert "WATCHDOG=1" in caplog.text


@pytest.mark.parametrize(
    ("environment", "budget_s"),
    [
        ({"WATCHDOG_USEC": "10000000"}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_budget_is_read_when_it_is_meant_for_this_process(
    environment: dict[str, str], budget_s: float | None
) -> None:
    assert ServiceManager(environment).watchdog_s == budget_s
