"""What goes wrong in a vehicle, as the one who runs `dms run` meets it: a clear message and the right exit code, or it goes on
and everybody can hear that it is degraded."""

from __future__ import annotations

import http.server
import re
import resource
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from dms.decision.pack_loader import pack_path
from dms.outputs.journal import Journal
from dms.perception.manifest import models_directory

StartService = Callable[..., Any]
Refuses = Callable[..., Any]
GOES_WRONG, WRONG_CONFIGURATION = 1, 78


class MotionJpegCamera:
    """A network camera on this machine that can be unplugged and plugged in again."""

    def __init__(self) -> None:
        self.plugged_in = threading.Event()
        self.plugged_in.set()
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if camera.plugged_in.is_set():
                    self.send_response(200)
                    self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=picture")
                    self.end_headers()
                    camera.send_pictures(self.wfile.write)
                else:
                    self.send_error(503)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/camera.mjpeg"

    def send_pictures(self, write: Callable[[bytes], object]) -> None:
        noise = cv2.GaussianBlur(np.random.default_rng(7).integers(0, 255, (240, 320, 3), dtype=np.uint8), (0, 0), 3)
        number = 0
        while self.plugged_in.is_set():
            number += 1
            _, picture = cv2.imencode(".jpg", np.roll(noise, 4 * number, axis=1))
            head = f"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            try:
                write(head.encode() + picture.tobytes() + b"\r\n")
            except OSError:
                return
            time.sleep(0.033)

    def close(self) -> None:
        self.plugged_in.clear()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def camera() -> Iterator[MotionJpegCamera]:
    camera = MotionJpegCamera()
    yield camera
    camera.close()


def is_degraded_by(part: str) -> Callable[[dict[str, Any]], bool]:
    return lambda health: health["status"] == "degraded" and any(reason.startswith(part) for reason in health["degraded"])


@pytest.fixture
def impatient_rules(tmp_path: Path) -> Path:
    """The default rules, with the alert for a driver who cannot be seen after one second instead of eight."""
    pack = tmp_path / "impatient.yaml"
    text, replaced = re.subn(
        r"(alert: system\.degraded.*?after_s: )8\.0", r"\g<1>1.0", pack_path("default").read_text(), flags=re.S
    )
    assert replaced == 1
    pack.write_text(text)
    return pack


def test_without_a_camera_the_service_runs_warns_and_keeps_trying(start: StartService, impatient_rules: Path) -> None:
    service = start("--source", "/dev/video97", "--rules", impatient_rules)
    alert = service.wait_for("alert")
    assert (alert["kind"], alert["phase"]) == ("system.degraded", "raise")
    health = service.wait_for("health", is_degraded_by("camera stale"))
    assert "/dev/video97" in health["camera"]["note"]
    stale = [message for message in service.messages if message["topic"] == "observation"]
    assert {message["camera"] for message in stale} == {"stale"}
    assert len(stale) / (stale[-1]["t"] - stale[0]["t"]) >= 3, "fusion takes rarer observations for gaps"
    assert service.stop() == 0


def test_a_camera_unplugged_in_mid_drive_is_missed_and_welcomed_back(start: StartService, camera: MotionJpegCamera) -> None:
    service = start("--source", camera.url)
    service.wait_for("health", lambda health: health["frames"] > 10)
    camera.plugged_in.clear()
    service.wait_for("observation", lambda observation: observation["camera"] == "stale")
    service.wait_for("health", is_degraded_by("camera stale"))
    camera.plugged_in.set()
    service.wait_for("observation", lambda observation: observation["camera"] != "stale")
    assert service.stop() == 0
    assert camera.url in service.log


def not_a_video(folder: Path) -> Path:
    (folder / "notes.mp4").write_text("this is no video")
    return folder / "notes.mp4"


def empty_folder(folder: Path) -> Path:
    (folder / "pictures").mkdir()
    return folder / "pictures"


@pytest.mark.parametrize(
    "make", [lambda folder: folder / "missing.mp4", not_a_video, empty_folder], ids=["missing", "text", "empty"]
)
def test_a_recording_that_cannot_be_read_is_one_message(refused: Refuses, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    source = make(tmp_path)
    refusal = refused("--source", source)
    assert refusal.exit_code == GOES_WRONG
    assert refusal.message.startswith(f"dms: {source}")
    assert refusal.message.count("\n") == 1


def test_a_recording_that_was_cut_off_is_watched_as_far_as_it_goes(start: StartService, video: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.avi"
    cut.write_bytes(video.read_bytes()[: video.stat().st_size * 2 // 3])
    service = start("--source", cut, "--full-speed")
    assert service.wait() == 0
    assert "truncated" in service.log
    assert str(cut) in service.log


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("after_s: 8.0", "after_ms: 8000", "keys that end in _s"),
        ("after_s: 8.0", "after_s: 8.0, after_s: 9.0", "twice"),
        ("after_s: 8.0", "after_s: .nan", "finite"),
        ("after_s: 8.0", "after_s: 8.0 s", "a number is wanted"),
        ("advisory, after_s: 8.0}", "advisory, after_s: 8.0}\n      - {level: warning, after_s: 7.0}", "must go up"),
    ],
    ids=["unknown key", "duplicate key", "not a number", "unit in the value", "thresholds in the wrong order"],
)
def test_a_wrong_pack_is_named_with_its_line(
    refused: Refuses, video: Path, tmp_path: Path, right: str, wrong: str, complaint: str
) -> None:
    pack = tmp_path / "mine.yaml"
    text = pack_path("default").read_text()
    assert right in text
    pack.write_text(text.replace(right, wrong))
    refusal = refused("--source", video, "--rules", pack)
    assert refusal.exit_code == WRONG_CONFIGURATION
    assert re.search(rf"{pack}:\d+: rules\.degraded\.ladder", refusal.message)
    assert complaint in refusal.message


def test_a_wrong_configuration_is_named_with_its_line(refused: Refuses, video: Path) -> None:
    refusal = refused("--source", video, settings={"perception": {"threads": "many"}, "jurnal": {}})
    assert refusal.exit_code == WRONG_CONFIGURATION
    assert "dms.yaml:" in refusal.message
    assert "perception.threads" in refusal.message
    assert "did you mean 'journal'" in refusal.message


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return Path(shutil.copytree(models_directory(), tmp_path / "models"))


def altered(weights: Path, name: str) -> None:
    """A file of which one bit fell over."""
    content = bytearray((weights / name).read_bytes())
    content[len(content) // 2] ^= 1
    (weights / name).write_bytes(content)


def missing(weights: Path, name: str) -> None:
    (weights / name).unlink()


def swapped(weights: Path, name: str) -> None:
    """The face network's file where another's should be, and a manifest that says so."""
    manifest = yaml.safe_load((weights / "manifest.yaml").read_text())
    network, _, _ = name.partition(".")
    for key in ("onnx", "onnx_int8", "safetensors"):
        manifest["networks"][network][key] = dict(manifest["networks"]["face"][key])
    (weights / "manifest.yaml").write_text(yaml.safe_dump(manifest))


def of_a_training(weights: Path, name: str) -> None:
    """A folder with a network in it, but not one that dms runs with."""
    (weights / "manifest.yaml").unlink()


@pytest.mark.parametrize(
    ("spoil", "name", "complaint"),
    [
        (altered, "eye.onnx", "eye.onnx: sha256 is "),
        (altered, "face.int8.onnx", "face.int8.onnx: sha256 is "),
        (missing, "face.onnx", "face.onnx: No such file or directory"),
        (
            of_a_training,
            "",
            "manifest.yaml: No such file or directory; `python -m tools.train export RUN",
        ),
        (swapped, "eye.onnx", "does not take what the eye network is given"),
    ],
)
def test_weights_that_cannot_be_used_are_named_before_anything_starts(
    refused: Refuses, video: Path, weights: Path, spoil: Callable[[Path, str], None], name: str, complaint: str
) -> None:
    """Typed or configured, it is the same folder and the same sentence."""
    spoil(weights, name)
    typed = refused("--source", video, "--models", weights)
    configured = refused("--source", video, settings={"perception": {"models": str(weights)}})
    assert typed == configured
    assert typed.exit_code == WRONG_CONFIGURATION
    assert typed.message.startswith(f"dms: {weights}/")
    assert complaint in typed.message


def test_a_folder_of_weights_that_is_not_there_is_named(refused: Refuses, video: Path, tmp_path: Path) -> None:
    refusal = refused("--source", video, "--models", tmp_path / "mine")
    assert (refusal.exit_code, refusal.message) == (WRONG_CONFIGURATION, f"dms: {tmp_path}/mine: there is no such folder\n")


def test_an_endpoint_that_another_program_has_is_named(refused: Refuses, video: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        endpoint = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        refusal = refused("--source", video, settings={"bus": {"endpoint": endpoint}})
        assert refusal.exit_code == GOES_WRONG
        assert endpoint in refusal.message
        assert "in use" in refusal.message


def test_a_second_service_is_turned_away_and_the_first_goes_on(start: StartService, long_video: Path) -> None:
    first = start("--source", long_video)
    before = first.wait_for("health")
    second = start("--source", long_video)
    assert second.wait() == GOES_WRONG
    assert f"process {first.process.pid}" in second.log
    assert first.wait_for("health", lambda health: health["seq"] > before["seq"])["session"] == before["session"]
    assert first.stop() == 0


def test_a_journal_that_cannot_be_written_leaves_the_service_watching(
    start: StartService, tmp_path: Path, long_video: Path
) -> None:
    (tmp_path / "in_the_way").write_text("a file where the folder should be")
    path = tmp_path / "in_the_way" / "journal.db"
    service = start("--source", long_video, settings={"journal": {"path": str(path)}})
    health = service.wait_for("health", is_degraded_by("journal"))
    assert health["journal"]["path"] == str(path)
    assert health["fps"] > 0
    assert service.stop() == 0


def test_a_full_disk_leaves_the_service_watching(start: StartService, impatient_rules: Path) -> None:
    def allow_small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    service = start("--source", "/dev/video97", "--rules", impatient_rules, preexec_fn=allow_small_files_only)
    service.wait_for("health", is_degraded_by("journal"))
    alert = service.wait_for("alert")
    assert not alert["journalled"]
    assert service.stop() == 0


def test_a_damaged_journal_is_put_aside_and_a_new_one_begun(start: StartService, tmp_path: Path, long_video: Path) -> None:
    path = tmp_path / "dms" / "journal.db"
    Journal(path).close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    service = start("--source", long_video)
    health = service.wait_for("health", lambda health: health["journal"]["quarantined"] is not None)
    assert health["journal"]["status"] == "ok"
    assert Path(health["journal"]["quarantined"]).read_bytes().endswith(b"\xff" * 4096)
    assert service.stop() == 0
    with closing(sqlite3.connect(path)) as fresh:
        assert fresh.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_a_place_where_nothing_can_be_recorded_is_named_and_the_driver_is_watched_all_the_same(
    start: StartService, video: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    service = start("--source", video, "--record", tmp_path / "taken")
    health = service.wait_for("health", lambda health: any("record" in reason for reason in health["degraded"]))
    assert any(str(tmp_path / "taken") in reason for reason in health["degraded"])
    assert service.wait() == 0


def test_no_source_at_all_is_a_wrong_configuration(refused: Refuses) -> None:
    refusal = refused()
    assert refusal.exit_code == WRONG_CONFIGURATION
    assert "--source" in refusal.message
