"""A driver who is known, a driver who wants to be forgotten: the whole service on a live camera, and the command beside it."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from dms.fusion.calibration import Calibration
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationStore

StartService = Callable[..., Any]
PROGRAM = Path(sys.executable).with_name("dms")
DRIVER = Calibration(12.5, -4.0, open_eye=0.93, progress=1.0, source="learned")


class NetworkCamera(http.server.BaseHTTPRequestHandler):
    """Ten pictures of nobody a second, as motion JPEG, until the test is over."""

    over = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
        self.end_headers()
        noise = np.random.default_rng(7).integers(40, 200, (240, 320, 3), dtype=np.uint8)
        while not self.over.wait(0.1):
            noise = np.roll(noise, 3, axis=1)
            picture = cv2.imencode(".jpg", cv2.GaussianBlur(noise, (0, 0), 4))[1].tobytes()
            head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            try:
                self.wfile.write(head.encode() + picture + b"\r\n")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def camera() -> Iterator[str]:
    NetworkCamera.over.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), NetworkCamera)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/camera.mjpeg"
    NetworkCamera.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_known_driver_is_restored_and_forgotten_on_command(start: StartService, camera: str, tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "state" / "calibration.json")
    settings = {"calibration": {"path": str(store.path)}}
    first = start("--source", camera, settings=settings)
    health = first.wait_for("health")
    assert health["calibration"] == {"percent": 0, "source": "prior", "kept": True, "problem": None}
    assert first.stop() == 0
    store.keep(Seat(camera, "left_hand_drive", health["models_sha256"]), DRIVER, "2026-11-21T09:30:00.000000Z")

    second = start("--source", camera, settings=settings)
    restored = second.wait_for("state", lambda state: state["cues"] is not None)["cues"]
    assert (restored["calibration_source"], restored["calibration"]) == ("restored", 1.0)
    assert second.wait_for("health")["calibration"]["percent"] == 100
    assert f"calibration of {camera} restored, learned 2026-11-21" in second.log

    command = [str(PROGRAM), "calibration", "forget", "--config", str(tmp_path / "dms" / "dms.yaml"), "--source", camera]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, f"{camera}: the running service has forgotten its driver and learns again\n")
    second.wait_for("state", lambda state: state["cues"]["calibration_source"] == "prior")
    assert second.stop() == 0
    assert store.read() == ()


def test_what_a_recording_shows_is_learned_anew_each_time(start: StartService, video: Path, tmp_path: Path) -> None:
    service = start("--source", video, settings={"calibration": {"path": str(tmp_path / "calibration.json")}})
    assert service.wait_for("health", lambda health: health["status"] == "stopping")["calibration"]["kept"] is False
    assert service.wait() == 0
    assert not (tmp_path / "calibration.json").exists()
