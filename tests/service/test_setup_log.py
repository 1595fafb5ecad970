"""The service as it records: pictures, marks and rules that change, and the drive replayed as it was lived."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from dms.decision.pack_loader import pack_path
from dms.drives.replaying.recorded import recorded_monitor
from dms.drives.replaying.replay import replay
from dms.recording.drive import open_drive
from dms.recording.folder import keep_file
from dms.recording.images import images_of
from dms.types import Alert, DriverInput
from dms.wire import to_json

PROGRAM = Path(sys.executable).with_name("dms")
DRIVES = Path(__file__).parents[1] / "data" / "drives"
StartService = Callable[..., Any]


def as_bytes(alerts: Iterable[Alert]) -> list[bytes]:
    return [to_json(alert) for alert in alerts]


def test_a_drive_in_which_the_rules_were_reloaded_replays_to_the_byte(start: StartService, tmp_path: Path) -> None:
    """From pixels: watched by the real service, its pack changed and reloaded before the driver looks away, then replayed."""
    pack = tmp_path / "mine.yaml"
    original = pack_path("default").read_text()
    pack.write_text(original)
    options = ("--source", DRIVES / "day_colour.mp4", "--rules", pack, "--record", tmp_path / "drives", "--full-speed")
    service = start(*options, "--record-video", "event")
    service.wait_for("observation", lambda message: message["t"] > 5.0)
    pack.write_text(original.replace("pack: default", "pack: mine"))
    service.process.send_signal(signal.SIGHUP)
    service.wait_for("observation", lambda message: message["t"] > 25.0)
    service.wait_for("alert", lambda message: (message["kind"], message["phase"]) == ("distraction.head_away", "clear"))
    assert service.stop() == 0

    (path,) = (tmp_path / "drives").iterdir()
    as_lived = replay(open_drive(path), recorded_monitor(path))
    assert len(as_lived.recorded) >= 4
    assert {alert.pack for alert in as_lived.recorded} == {"mine"}
    assert as_bytes(as_lived.alerts) == as_bytes(as_lived.recorded)
    said = subprocess.run([PROGRAM, "replay", path, "--rules", "recorded"], capture_output=True, text=True, check=True)
    assert f"the same as when it was recorded, all {len(as_lived.recorded)} messages" in said.stdout

    first = min(alert.t for alert in as_lived.recorded)
    frames = {record.frame: record.t for record in open_drive(path) if hasattr(record, "frame")}
    images = list(images_of(path))
    assert images[0].t == pytest.approx(first - 10.0, abs=0.1)
    assert all(frames[image.frame] == pytest.approx(image.t, abs=1e-6) for image in images)


def test_a_mark_protects_the_running_drive_and_survives_being_killed(
    start: StartService, long_video: Path, tmp_path: Path
) -> None:
    service = start(
        "--source", long_video, "--record", tmp_path / "drives", settings={"record": {"video": "event", "folder": "x"}}
    )
    service.wait_for("observation", lambda message: message["t"] > 1.0)
    said = subprocess.run(
        [PROGRAM, "mark", "a near miss", "--endpoint", service.endpoint], capture_output=True, text=True, check=False
    )
    service.process.kill()
    service.wait()
    assert said.returncode == 0, said.stderr
    (path,) = (tmp_path / "drives").glob("*.mcap")
    assert str(path) in said.stdout
    assert "pictures from before it" in said.stdout
    assert "a near miss" in keep_file(path).read_text()
    drive = open_drive(path)
    marks = [record for record in drive if isinstance(record, DriverInput)]
    assert [(mark.action, mark.note) for mark in marks] == [("mark", "a near miss")]
    assert "cut off" in drive.warnings[0]
    images = list(images_of(path))
    assert images[0].t < 1.0
    assert images[-1].t >= marks[0].t - 0.2


def test_pictures_need_a_folder(refused: Callable[..., Any], tmp_path: Path) -> None:
    refusal = refused("--record-video", "all")
    assert refusal.exit_code == 2
    assert "record: video: all needs a folder" in refusal.message.replace("Value error, ", "")


def test_what_is_wrong_with_the_recording_is_said_with_its_line(refused: Callable[..., Any]) -> None:
    refusal = refused(settings={"record": {"folder": "/tmp/x", "video": "some", "quota_mib": 5, "keep_mib": 1.0}})
    assert refusal.exit_code == 78
    assert "record.video: 'some'" in refusal.message
    assert "record.quota_mib: unknown key" in refusal.message
    assert "record.keep_mib: 1.0: " in refusal.message
