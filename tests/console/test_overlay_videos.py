"""Drawn videos play where people open them, and hold what the rules made of what was seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from dms.capture import open_source
from dms.cli.app import app
from dms.console.overlay_files import CODECS, OverlayVideo
from dms.errors import UsageError
from dms.perception.overlay import LEVEL_COLORS
from dms.types import Level, Observation
from dms.videos import perceived
from tests.drives.drive_making import PACK, story
from tests.needs import need
from tools import browser

FRAMES = 12
PLAYED = """
const video = document.createElement("video");
video.muted = true; video.src = arguments[0]; document.body.append(video);
return new Promise((done) => {
  video.onerror = () => done("error " + video.error.code + " " + video.error.message);
  video.onended = () => done([video.videoWidth, video.videoHeight, video.duration]);
  video.oncanplay = () => video.play();
});
"""


def written(path: Path) -> Path:
    with OverlayVideo(path, 30.0) as video:
        for number in range(FRAMES):
            video.write(np.full((96, 128, 3), 20 * number, dtype=np.uint8))
    return path


@pytest.mark.parametrize("suffix", CODECS)
def test_every_kind_of_video_that_is_offered_holds_its_frames(
    tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with open_source(written(tmp_path / f"drawn{suffix}")) as video:
        assert len(list(video)) == FRAMES
    assert capfd.readouterr().err == ""


def test_a_browser_plays_webm_and_mp4(tmp_path: Path) -> None:
    need("browser", browser.missing())
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><title>videos</title><body>")
    with browser.Browser() as window:
        for suffix in (".webm", ".mp4"):
            window.open(page.as_uri())
            width, height, duration_s = window.run(PLAYED, written(tmp_path / f"drawn{suffix}").as_uri())
            assert (width, height) == (128, 96)
            assert duration_s == pytest.approx(FRAMES / 30.0, abs=0.05)


class Seen:
    """A video as it was perceived."""

    def __init__(self, observations: list[Observation]) -> None:
        self.warnings: list[str] = []
        self.metadata: dict[str, str] = {}
        self.share_read = 1.0
        self._observations = observations

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._observations)


@pytest.fixture
def video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A minute at ten pictures a second, in which the head is turned away from 40 s to 44 s."""
    records = [record for record in story(60, turned=[(40, 44)]) if isinstance(record, Observation)][::3]
    seen = [replace(record, frame=number) for number, record in enumerate(records)]
    monkeypatch.setattr(perceived, "PerceivedVideo", lambda path, **_: Seen(seen))
    with OverlayVideo(tmp_path / "drive.avi", 10.0) as pictures:
        for _ in seen:
            pictures.write(np.zeros((96, 128, 3), dtype=np.uint8))
    return tmp_path / "drive.avi"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def test_a_replay_draws_its_alerts_while_they_are_in_force(video: Path, tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(PACK)
    answer = run(video, "--rules", tmp_path / "story.yaml", "--speed-kph", 80, "--overlay", tmp_path / "drawn.avi")
    assert answer.exit_code == 0, answer.output
    assert "distraction.head_away" in answer.stdout
    with open_source(tmp_path / "drawn.avi") as drawn:
        told = [frame.t for frame in drawn if has_bar(frame.image)]
    assert told
    assert 42.0 <= min(told) <= max(told) <= 47.0


def has_bar(image: np.ndarray) -> bool:
    """Whether the bar of an advisory lies along the bottom."""
    near = np.abs(image[-12:].astype(int) - LEVEL_COLORS[Level.ADVISORY]).max(axis=2) < 60
    return bool(near.sum() > 100)


@pytest.mark.parametrize(
    ("target", "complaint"),
    [("drawn.txt", "give it the name of a video"), ("drive.avi", "is the video itself")],
)
def test_an_overlay_that_cannot_be_is_wrong_usage(video: Path, target: str, complaint: str) -> None:
    answer = run(video, "--overlay", video.with_name(target))
    assert isinstance(answer.exception, UsageError)
    assert complaint in str(answer.exception)


def test_a_drive_without_pictures_is_not_drawn_on(video: Path, tmp_path: Path) -> None:
    (tmp_path / "drive.jsonl").write_text('{"topic":"observation","t":0.0}\n')
    assert "is no video" in str(run(tmp_path / "drive.jsonl", "--overlay", tmp_path / "drawn.webm").exception)
    shutil.copy(video, tmp_path / "other.avi")
    two = run(video, tmp_path / "other.avi", "--overlay", tmp_path / "drawn.webm")
    assert "--overlay draws one video, and these are 2 drives" in str(two.exception)
