"""The service with two cameras, as its user has it: one drive, one of them failing, and what cannot be configured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import pytest

from dms.capture.video import VideoFile
from dms.recording.drive import find_drives, open_drive
from dms.types import Observation, Views
from tests.service.conftest import StartService
from tests.service.toy_packages import TOY, install

FOLDER = Path(__file__).parents[1] / "data" / "two_cameras"
FIRST, SECOND = FOLDER / "first.mp4", FOLDER / "second.mp4"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def four_seconds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The beginning of the drive: a busy machine takes its time with all of it."""
    folder = tmp_path_factory.mktemp("videos")
    for video in (FIRST, SECOND):
        writer = cv2.VideoWriter(str(folder / f"{video.stem}.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 15.0, (640, 480))
        with VideoFile(video) as frames:
            for frame in islice(frames, 60):
                writer.write(frame.image)
        writer.release()
    return folder / "first.avi", folder / "second.avi"


def test_two_recordings_are_watched_in_step_and_recorded_as_one_drive(
    start: StartService, tmp_path: Path, four_seconds: tuple[Path, Path]
) -> None:
    (first, second), drives = four_seconds, tmp_path / "drives"
    service = start(*("--source", first, "--second", second, "--record", drives, "--full-speed"))
    health = service.wait_for("health", lambda message: message["frames"] > 0)
    assert service.process.wait(300.0) == 0
    assert health["camera"] == {"source": str(first), "state": "ok", "note": None}
    assert health["second_camera"]["source"] == str(second)
    assert health["second_camera"]["state"] == "ok"
    assert f"watching {first} and {second}" in service.log
    assert "second.avi stands at yaw_deg: 4" in service.log
    (recorded,) = find_drives([drives])
    drive = open_drive(recorded)
    seen = [record for record in drive if isinstance(record, Observation)]
    assert len(seen) == 60
    assert {(one.views.face, one.views.eyes) for one in seen if isinstance(one.views, Views)} == {("first", "first")}
    assert (drive.metadata["source"], drive.metadata["second_source"]) == (str(first), str(second))


def test_a_second_camera_that_is_away_degrades_the_service_and_is_taken_when_it_comes(
    start: StartService, tmp_path: Path
) -> None:
    packages = install(tmp_path / "packages", "dms-toy", TOY, {"dms.sources": {"filmcam": "CAMERA"}})
    films = tmp_path / "films"
    films.mkdir()
    shutil.copy(FIRST, films / "first.mp4")
    service = start(
        *("--source", f"filmcam://{films}/first.mp4", "--speed-kph", "80"),
        settings={"second_camera": {"source": f"filmcam://{films}/second.mp4"}},
        env={**os.environ, "PYTHONPATH": f"{packages}:{os.environ.get('PYTHONPATH', '')}"},
    )
    away = service.wait_for("health", lambda message: message["second_camera"]["state"] == "stale" and message["frames"] > 5)
    assert away["status"] == "degraded"
    assert away["camera"]["state"] == "ok"
    (problem,) = away["degraded"]
    assert problem.startswith("second camera stale")
    assert "second.mp4" in problem
    alone = service.wait_for("observation", lambda message: message["face"] is not None)
    assert (alone["camera"], alone["views"]["face"]) == ("ok", "first")
    shutil.copy(SECOND, films / "coming.mp4")
    (films / "coming.mp4").rename(films / "second.mp4")
    service.wait_for("health", lambda message: message["second_camera"]["state"] == "ok" and not message["degraded"])
    assert {"capture", "second capture", "first camera", "second camera"} <= service.wait_for("health")["threads"].keys()
    assert service.stop() == 0


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"source": "nothing.mp4"}, "nothing.mp4: no such video, picture or folder"),
        ({"source": "udp://127.0.0.1:9"}, "udp://127.0.0.1:9 is live and {first} is a recording: two cameras in step are both"),
        ({"source": "x.mp4", "yaw_deg": 40}, "dms.yaml:5: second_camera: yaw_deg and pitch_deg say together where"),
        ({"yaw_deg": 40, "pitch_deg": 0}, "second_camera.source: "),
        ({"source": "{first}"}, "second_camera: source: {first} is the first camera: another one is wanted"),
    ],
)
def test_what_cannot_be_in_step_is_one_clear_error(
    refused: Callable[..., Any], second: dict[str, Any], message: str, video: Path
) -> None:
    second = {key: value.format(first=video) if isinstance(value, str) else value for key, value in second.items()}
    refusal = refused("--source", video, settings={"second_camera": second})
    assert refusal.exit_code in (1, 2, 78)
    assert message.format(first=video) in refusal.message
