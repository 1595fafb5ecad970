"""`dms observe`: observations to programs, a summary to people, drawings to look at."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from dms.capture import open_source
from dms.cli.observe import command
from dms.console.overlay_files import OverlayVideo
from dms.errors import EXIT_DONE, EXIT_FAILED, EXIT_USAGE, UsageError
from dms.types import Observation
from dms.wire import from_json

DAY = Path(__file__).resolve().parents[1] / "data/drives/day_colour.mp4"
VARIABLE = DAY.parents[1] / "videos/variable_rate.webm"
FRAMES = 12

app = typer.Typer()
app.command()(command)


def observe(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first frames of a rendered drive, as pictures."""
    folder = tmp_path_factory.mktemp("drive") / "pictures"
    folder.mkdir()
    with open_source(DAY) as source:
        for frame in itertools.islice(source, FRAMES):
            cv2.imwrite(str(folder / f"{frame.index}.png"), frame.image)
    return folder


@pytest.fixture(scope="module")
def clip(pictures: Path) -> Path:
    """The same as a video."""
    path = pictures.parent / "clip.avi"
    first = cv2.imread(str(pictures / "0.png"))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (first.shape[1], first.shape[0]))
    for number in range(FRAMES):
        picture = cv2.imread(str(pictures / f"{number}.png"))
        assert picture is not None
        writer.write(picture)
    writer.release()
    return path


def observations(lines: str) -> list[Observation]:
    records = [from_json(line) for line in lines.splitlines()]
    assert all(isinstance(record, Observation) for record in records)
    return [record for record in records if isinstance(record, Observation)]


def test_program_gets_only_json_lines_and_people_the_summary(clip: Path) -> None:
    answer = observe(clip, "--jsonl", "-")
    assert answer.exit_code == EXIT_DONE
    seen = observations(answer.stdout)
    assert [one.frame for one in seen] == list(range(FRAMES))
    assert all(one.face is not None and one.landmarks is not None for one in seen)
    assert f"{FRAMES} frames, face in {FRAMES} (100.0%)" in answer.stderr
    assert "ms of processor a frame" in answer.stderr


def test_landmarks_can_be_left_out_and_lines_go_to_a_file(clip: Path, tmp_path: Path) -> None:
    answer = observe(clip, "--no-landmarks", "--jsonl", tmp_path / "drive.jsonl")
    assert answer.exit_code == EXIT_DONE
    assert answer.stdout == ""
    seen = observations((tmp_path / "drive.jsonl").read_text())
    assert len(seen) == FRAMES
    assert all(one.landmarks is None for one in seen)


def test_overlay_of_a_video_is_a_video_with_as_many_frames(clip: Path, tmp_path: Path) -> None:
    assert observe(clip, "--overlay", tmp_path / "drawn.mp4").exit_code == EXIT_DONE
    with open_source(tmp_path / "drawn.mp4") as drawn, open_source(clip) as plain:
        pairs = list(zip(drawn, plain, strict=True))
    assert len(pairs) == FRAMES
    assert all(cv2.absdiff(shown.image, raw.image)[:30].mean() > 5 for shown, raw in pairs)


def test_stills_are_read_and_drawn_one_by_one(pictures: Path, tmp_path: Path) -> None:
    answer = observe("--stills", pictures, "--jsonl", "-", "--overlay", tmp_path / "drawn")
    assert answer.exit_code == EXIT_DONE
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [Path(line["source"]).name for line in lines] == [f"{number}.png" for number in range(FRAMES)]
    assert all(one.face is not None for one in observations(answer.stdout))
    assert len(list((tmp_path / "drawn").glob("*.png"))) == FRAMES


def test_one_bad_picture_is_named_and_costs_only_itself(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes((pictures / "0.png").read_bytes())
    (tmp_path / "torn.png").write_bytes((pictures / "1.png").read_bytes()[:200])
    answer = observe("--stills", tmp_path, "--jsonl", "-")
    assert answer.exit_code == EXIT_FAILED
    assert len(observations(answer.stdout)) == 1
    assert "torn.png: not a picture that can be decoded" in answer.stderr


def test_several_sources_are_told_apart_and_one_that_is_missing_does_not_stop_the_others(clip: Path, tmp_path: Path) -> None:
    answer = observe(clip, "missing.mp4", clip.parent / "pictures", "--jsonl", "-", "--overlay", tmp_path)
    assert answer.exit_code == EXIT_FAILED
    sources = [json.loads(line)["source"] for line in answer.stdout.splitlines()]
    assert sources == [str(clip)] * FRAMES + [str(clip.parent / "pictures")] * FRAMES
    assert "missing.mp4: no such video, picture or folder" in answer.stderr
    assert len(list(tmp_path.glob("*.webm"))) == 2


def test_truncated_video_is_observed_as_far_as_it_goes(clip: Path, tmp_path: Path) -> None:
    cut_off = tmp_path / "cut_off.avi"
    cut_off.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    answer = observe(cut_off, "--jsonl", "-")
    assert answer.exit_code == EXIT_FAILED
    assert 0 < len(observations(answer.stdout)) < FRAMES
    assert "truncated" in answer.stderr


def test_torch_sees_the_same_as_onnx(clip: Path) -> None:
    onnx, torch = (
        observations(observe(clip, "--jsonl", "-", "--engine", engine, "--precision", "fp32").stdout)
        for engine in ("onnx", "torch")
    )
    for first, second in zip(onnx, torch, strict=True):
        assert first.head is not None
        assert second.head is not None
        assert first.head.yaw_deg == pytest.approx(second.head.yaw_deg, abs=0.05)
        assert first.face is not None
        assert second.face is not None
        assert first.face.box_px == pytest.approx(second.face.box_px, abs=0.3)


def test_overlay_of_a_video_whose_rate_varies_lasts_as_long(tmp_path: Path) -> None:
    """24 pictures within 2.7 s; FFmpeg takes the unit of the file's times for its rate, a thousand a second."""
    assert observe(VARIABLE, "--overlay", tmp_path / "drawn.avi").exit_code == EXIT_DONE
    with open_source(tmp_path / "drawn.avi") as source:
        times = [frame.t for frame in source]
        assert source.fps == 30.0
    assert times[-1] == pytest.approx(12 * 0.04 + 11 * 0.2, abs=0.05)


def test_a_break_of_the_source_does_not_fill_the_disk(tmp_path: Path) -> None:
    with OverlayVideo(tmp_path / "drawn.avi", 10.0) as video:
        for t in (5.0, 5.1, 3605.1, 3605.2, 3605.21, 3605.3):
            video.write(np.zeros((48, 64, 3), np.uint8), t)
    with open_source(tmp_path / "drawn.avi") as source:
        assert len(list(source)) == 2 + 100 + 2


def test_overlay_of_one_picture_is_a_picture(pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with.dot"
    folder.mkdir()
    for target, written in ((tmp_path / "drawn.png", tmp_path / "drawn.png"), (folder, folder / "pictures_0.png")):
        assert observe(pictures / "0.png", "--overlay", target).exit_code == EXIT_DONE
        drawn, plain = cv2.imread(str(written)), cv2.imread(str(pictures / "0.png"))
        assert drawn is not None
        assert plain is not None
        assert drawn.shape == plain.shape
        assert (drawn != plain).any()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["a.mp4", "b.mp4", "--overlay", "both.mp4"], "several sources do not fit into one video"),
        (["--stills", "PICTURES", "--overlay", "stills.mp4"], "with --stills give a folder"),
        (["--stills", "PICTURES", "--overlay", "stills.png"], "one picture holds what one picture shows"),
        (["a.mp4", "--overlay", "drawn.png"], "one picture holds what one picture shows"),
        (["0.jpg", "--overlay", "x.txt"], "neither a video, a picture ("),
    ],
)
def test_overlay_that_cannot_be_is_wrong_usage(pictures: Path, clip: Path, arguments: list[str], complaint: str) -> None:
    places = {"a.mp4": clip, "b.mp4": clip, "PICTURES": pictures}
    answer = observe(*[places.get(argument, argument) for argument in arguments])
    assert isinstance(answer.exception, UsageError)
    assert complaint in str(answer.exception)


def test_unknown_engine_and_missing_source_are_wrong_usage() -> None:
    assert observe("x.mp4", "--engine", "tensorrt").exit_code == EXIT_USAGE
    assert observe().exit_code == EXIT_USAGE


def test_video_as_a_still_is_refused_by_name(clip: Path) -> None:
    answer = observe("--stills", clip)
    assert answer.exit_code == EXIT_FAILED
    assert "clip.avi: --stills takes pictures" in answer.stderr
