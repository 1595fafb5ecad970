"""`--rotate`, `--mirror` and `--fps`: what a video does not say of itself."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from dms.capture import Mounting, RecordedAs, open_source
from dms.cli.app import app
from dms.config.settings import load_settings, with_changes
from dms.console.mounting_options import camera_changes, mounting_of
from dms.drives.report.origin import Origin
from dms.errors import ConfigurationError, UsageError
from dms.service.inputs import open_frames
from dms.videos.kept_observations import kept_path
from dms.videos.pictures import pictures_at

PERCEIVING = ["observe", "replay", "score", "report", "tune", "run"]


@pytest.mark.parametrize("name", PERCEIVING)
def test_every_command_that_looks_at_videos_has_them(name: str) -> None:
    help_text = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert "--rotate" in help_text
    assert "--mirror" in help_text
    assert "--fps" in help_text


def test_they_are_judged_as_the_configuration_is(tmp_path: Path) -> None:
    assert mounting_of(270, True) == Mounting(270, True)
    assert mounting_of(None, None) == Mounting()
    with pytest.raises(UsageError, match=r"camera\.rotate: Input should be 0, 90, 180 or 270"):
        mounting_of(45, None)
    config = tmp_path / "dms.yaml"
    config.write_text("camera:\n  rotate: 45\n")
    with pytest.raises(ConfigurationError, match=r"dms\.yaml:2.*0, 90, 180 or 270"):
        load_settings(config)
    config.write_text("camera: {rotate: 90, mirror: true}\n")
    camera = load_settings(config).camera
    assert (camera.rotate, camera.mirror) == (90, True)


@pytest.mark.parametrize("option", ["--speed-kph", "--fps"])
@pytest.mark.parametrize("value", ["nan", "inf", "-3"])
def test_a_number_that_is_none_is_refused_by_its_name(option: str, value: str) -> None:
    answer = CliRunner().invoke(app, ["replay", "drive.mp4", option, value], env={"COLUMNS": "200", "TERM": "dumb"})
    assert answer.exit_code == 2
    assert f"{value}: expected a number from " in answer.output


def test_the_service_takes_the_rate_of_a_recording_from_its_configuration_and_its_option(tmp_path: Path) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.zeros((120, 160, 3), np.uint8))
    config = tmp_path / "dms.yaml"
    config.write_text("camera: {recorded_fps: 10}\n")
    configured = with_changes(load_settings(config), {"source": str(tmp_path)})
    for settings, fps in ((configured, 10.0), (with_changes(configured, camera_changes(None, None, 5.0)), 5.0)):
        with open_frames(settings, 0.0, paced=False) as pictures:
            assert [frame.t for frame in pictures] == [0.0, 1 / fps, 2 / fps]
            assert pictures.take_events() == []


def test_a_rate_that_nobody_told_is_said_to_be_a_guess(tmp_path: Path) -> None:
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.zeros((120, 160, 3), np.uint8))
    with open_source(tmp_path) as pictures:
        (event,) = pictures.take_events()
    assert event.message == (
        f"{tmp_path}: pictures without times: 30 a second are a guess, and every time rests on it; --fps says how many there were"
    )
    with open_source(tmp_path / "0.png") as picture:
        assert picture.take_events() == []


def test_what_was_seen_with_another_mounting_is_seen_again(tmp_path: Path) -> None:
    video = tmp_path / "drive.mp4"
    video.write_bytes(b"a video")
    names = {kept_path(video, {}, str(Mounting(rotate, mirror))) for rotate in (0, 90, 180, 270) for mirror in (False, True)}
    assert len(names) == 8


def test_a_report_names_them_and_its_pictures_are_upright(tmp_path: Path) -> None:
    origin = Origin("default", None, "left_hand_drive", rotate_deg=180, mirror=True, fps=20.0)
    assert "--rotate 180 --mirror --fps 20" in origin.command(tmp_path / "drive.avi")
    picture = np.zeros((120, 160, 3), dtype=np.uint8)
    picture[:60] = 200
    path = tmp_path / "drive.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (160, 120))
    for _ in range(10):
        writer.write(picture[::-1])
    writer.release()
    (shown,) = pictures_at(path, [0.2], RecordedAs(Mounting(180)))
    seen = cv2.imdecode(np.frombuffer(shown.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert seen is not None
    assert seen[:90].mean() > 150 > 50 > seen[-60:].mean()
