"""docs/training.md, "Your own camera": from a video of one's own to weights that dms runs with, from end to end."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import yaml
from typer.testing import CliRunner

from dms.capture import open_source
from dms.cli.app import app as dms
from dms.perception import LandmarkDetector
from dms.perception.manifest import load_manifest, models_directory
from dms.perception.own_weights import checked_weights
from dms.recording.mcap_reader import McapDrive
from dms.types import Frame, Observation
from dms.videos.perceived import PerceivedVideo
from tools.datasets.__main__ import app as datasets
from tools.train.__main__ import app as train

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning"),
]
ROOT = Path(__file__).parents[3]
RECIPE = ROOT / "tools" / "train" / "recipes" / "face-own-camera.yaml"
DAY = ROOT / "tests" / "data" / "drives" / "day_colour.mp4"
FRAMES = 12


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`own.avi`, and its pictures with their points beside them. What people label by hand the shipped networks do here."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "models").symlink_to(models_directory())
    (folder / "labelled").mkdir()
    detector = LandmarkDetector()
    with open_source(DAY) as source:
        frames = [frame.image for frame in itertools.islice(source, FRAMES) if isinstance(frame, Frame)]
    height, width = frames[0].shape[:2]
    video = cv2.VideoWriter(str(folder / "own.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (width, height))
    for number, image in enumerate(frames):
        video.write(image)
        cv2.imwrite(str(folder / "labelled" / f"{number:03}.png"), image)
        points = "".join(f"{x + 1:.3f} {y + 1:.3f}\n" for x, y in detector(image))
        (folder / "labelled" / f"{number:03}.pts").write_text(f"version: 1\nn_points: 68\n{{\n{points}}}\n")
    video.release()
    return folder


def ran(app: object, *words: str | Path) -> str:
    answer = CliRunner().invoke(app, [str(word) for word in words])  # type: ignore[arg-type]
    assert answer.exit_code == 0, f"{answer.output}\n{answer.exception!r}"
    return answer.output


def test_from_an_own_video_to_a_service_that_watches_with_own_weights(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    ran(datasets, "shards", "pts", "labelled", "--out", "data/own")
    # One driver of twelve pictures: nobody is left to judge on, a step is a handful of pictures, and two steps better nothing.
    recipe = RECIPE.read_text().replace("batch: 64", "batch: 4\ndata: {judged_share: 0}\nbudget: {samples: 8}")
    assert "nme: 0.0005" in recipe
    Path("own-camera.yaml").write_text(recipe.replace("nme: 0.0005", "nme: 0.01"))
    ran(train, "recipe", "own-camera.yaml", "--data", "data/own", "--workers", "0", "--threads", "1")
    said = ran(train, "export", "runs/recipes/own-camera", "--data", "data/own", "--models", "models-mine")
    assert "gate: network.onnx: nme " in said

    sha256 = hashlib.sha256(Path("models-mine/face.safetensors").read_bytes()).hexdigest()
    shipped = yaml.safe_load((models_directory() / "manifest.yaml").read_text())["networks"]["face"]["safetensors"]["sha256"]
    assert sha256 != shipped
    assert f"face in {FRAMES} (100.0%)" in ran(dms, "observe", "own.avi", "--models", "models-mine", "--jsonl", "seen.jsonl")
    ran(dms, "replay", "own.avi", "--models", "models-mine")
    replayed = PerceivedVideo(Path("own.avi"), keep=False, weights=checked_weights(Path("models-mine")))
    assert len(list(replayed)) == FRAMES
    assert replayed.metadata["model_face"] == sha256

    service = [sys.executable, "-m", "dms", "run", "--config", "dms.yaml", "--source", "own.avi", "--models", "models-mine"]
    Path("dms.yaml").write_text(f"bus: {{endpoint: 'ipc://{desk}/bus'}}\n")
    options = ["--full-speed", "--record", "drives", "--journal", "journal.db"]
    ended = subprocess.run([*service, *options], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    (drive,) = Path("drives").rglob("*.mcap")
    recorded = McapDrive(drive)
    assert sum(isinstance(record, Observation) and record.face is not None for record in recorded) == FRAMES
    own = "".join(entry.safetensors.sha256 for entry in load_manifest(Path("models-mine")).networks.values())
    assert recorded.metadata["models_sha256"] == hashlib.sha256(own.encode()).hexdigest()


def test_recorded_drives_have_nothing_left_to_look_at(desk: Path) -> None:
    """Nobody is to think that own weights judged what others saw."""
    (desk / "drive.jsonl").write_text('{"topic":"observation","t":0.0,"frame":0,"camera":"ok"}\n')
    answer = CliRunner().invoke(dms, ["replay", str(desk / "drive.jsonl"), "--models", str(models_directory())])
    assert answer.exit_code != 0
    assert "--models looks at videos" in f"{answer.output}{answer.exception}"


@pytest.mark.parametrize(
    "command", ["observe", "replay", "report", "score", "glances", "tune", "studio", "doctor", "run", "serve"]
)
def test_every_command_that_looks_takes_the_same_option(command: str) -> None:
    said = ran(dms, command, "--help")
    assert "--models" in said


@pytest.mark.parametrize("command", ["observe", "replay", "score", "glances"])
def test_a_folder_that_is_not_there_is_named_before_anything_is_looked_at(command: str, desk: Path) -> None:
    answer = CliRunner().invoke(dms, [command, str(desk / "own.avi"), "--models", str(desk / "nowhere")])
    assert answer.exit_code != 0
    assert f"{desk}/nowhere: there is no such folder" in f"{answer.output}{answer.exception}"
