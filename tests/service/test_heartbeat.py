"""The heartbeat feeds the watchdog while the pipeline works, starves it when a stage hangs, and never dies in silence."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dms.service.heartbeat import Heartbeat
from dms.service.sd_notify import ServiceManager
from dms.service.supervisor import Supervisor


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[tuple[socket.socket, ServiceManager]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(30.0)
        yield channel, ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify")})


def test_the_watchdog_starves_when_a_stage_hangs(
    systemd: tuple[socket.socket, ServiceManager], caplog: pytest.LogCaptureFixture
) -> None:
    channel, manager = systemd
    now = [0.0]
    supervisor = Supervisor(clock=lambda: now[0])
    supervisor.begin("perception")
    heartbeat = Heartbeat(manager, supervisor, lambda: "ok")
    heartbeat.start()
    heard = [channel.recv(100) for _ in range(3)]
    now[0] = 3.5
    while "the watchdog is not fed" not in caplog.text:
        channel.settimeout(0.3)
        try:
            heard.append(channel.recv(100))
        except TimeoutError:
            continue
    heartbeat.stop()
    assert b"WATCHDOG=1" in heard
    assert b"STATUS=ok" in heard
    assert "no progress in perception for 3.5 s" in caplog.text


def test_a_message_that_cannot_be_made_is_survived(
    systemd: tuple[socket.socket, ServiceManager], caplog: pytest.LogCaptureFixture
) -> None:
    channel, manager = systemd
    attempts: list[str] = []

    def fails_at_first() -> str:
        attempts.append("attempt")
        if len(attempts) == 1:
            raise OSError("no health to be had")
        return "ok"

    heartbeat = Heartbeat(manager, Supervisor(), fails_at_first)
    heartbeat.start()
    heard = b""
    while b"STATUS=ok" not in heard:
        heard = channel.recv(100)
    heartbeat.stop()
    assert "no health to be had" in caplog.text
