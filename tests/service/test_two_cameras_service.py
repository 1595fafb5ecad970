"""The service with two cameras, as its user has it: one drive, one of them failing, and what cannot be configured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dms.recording.drive import find_drives, open_drive
from dms.types import Observation, Views
from tests.service.conftest import StartService
from tests.service.toy_packages import TOY, install

FOLDER = Path(__file__).parents[1] / "data" / "two_cameras"
FIRST, SECOND = FOLDER / "first.mp4", FOLDER / "second.mp4"

pytestmark = pytest.mark.timeout(600)


def test_two_recordings_are_watched_in_step_and_recorded_as_one_drive(start: StartService, tmp_path: Path) -> None:
    drives = tmp_path / "drives"
    service = start(
        *("--source", FIRST, "--record", drives, "--full-speed"),
        settings={"second_camera": {"source": str(SECOND), "yaw_deg": 46, "pitch_deg": 3}},
    )
    health = service.wait_for("health", lambda message: message["frames"] > 0)
    assert service.wait() == 0
    assert health["camera"] == {"source": str(FIRST), "state": "ok", "note": None}
    assert health["second_camera"]["source"] == str(SECOND)
    assert health["second_camera"]["state"] == "ok"
    assert "second.mp4 stands at yaw_deg: 4" in service.log
    assert "fatigue.microsleep" in service.log
    (recorded,) = find_drives([drives])
    drive = open_drive(recorded)
    seen = [record for record in drive if isinstance(record, Observation)]
    assert len(seen) == 330
    assert {one.views.eyes for one in seen if isinstance(one.views, Views)} >= {"first", "second"}
    assert (drive.metadata["source"], drive.metadata["second_source"]) == (str(FIRST), str(SECOND))


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
