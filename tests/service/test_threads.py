"""Whoever listens to the service hears how each of its threads gets on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

StartService = Callable[..., Any]


def test_health_names_every_thread(start: StartService, long_video: Path, tmp_path: Path) -> None:
    service = start("--source", long_video, "--record", tmp_path / "drives")
    threads = service.wait_for("health", lambda health: health["frames"] > 0)["threads"]
    assert set(threads) == {"pipeline", "bus", "journal", "log", "recorder", "calibration", "rules"}
    assert {thread["state"] for thread in threads.values()} == {"ok"}
    assert threads["pipeline"]["doing"] in ("capture", "perception", "decision", "publishing")
    assert service.stop() == 0


def test_a_camera_has_a_thread_of_its_own(start: StartService) -> None:
    service = start("--source", "/dev/video97")
    threads = service.wait_for("health")["threads"]
    assert "capture" in threads
    assert threads["capture"]["state"] == "ok", "a camera that is away is no thread that stalls"
    assert service.stop() == 0
