"""From trainings to weights for others and to one table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from torch import nn
from typer.testing import CliRunner

from dms.errors import UsageError
from dms.perception.crops import Crop
from dms.perception.engines import load_network
from dms.perception.head_geometry import angles_from_rotation, rotation_from_angles
from dms.perception.landmark_pose import mean_face_mm
from dms.perception.manifest import models_directory
from dms.perception.networks import build_network
from tests.tools.train.fake_shards import write_shards
from tests.tools.train.written import write_recipe
from tools.export import write_onnx
from tools.networks.heatmaps.targets import draw
from tools.train.__main__ import app
from tools.train.by_recipe.samples import exact_crop
from tools.train.by_recipe.training import Order, train_recipe
from tools.train.compared.accuracy import measure, subjects
from tools.train.compared.cost import macs_of
from tools.train.compared.exporting import ExportDiffersError, export_run
from tools.train.compared.onnx_file import engine_of
from tools.train.compared.reading import fitted, read
from tools.train.compared.shipping import ship
from tools.train.running.team import ALONE
from tools.train.shards import Sample, Shards

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning"),
]
YARDSTICK = Path(__file__).parents[3] / "tools" / "train" / "recipes" / "face-yardstick.yaml"
PAGE = "# Networks\n\n<!-- networks: written by python -m tools.train compare --write -->\n<!-- end of networks -->\n\nThe end.\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards, and two short trainings: the tiny network and the one that ships."""
    folder = tmp_path_factory.mktemp("desk")
    write_shards(folder / "data", "face", count=60)
    for recipe in (write_recipe(folder), YARDSTICK):
        train_recipe(Order(recipe, folder / "data", folder / "runs", samples=12, workers=0, threads=1), ALONE)
    return folder


def size_of(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_multiplications_are_those_counted_by_hand() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.Flatten(), nn.Linear(4 * 8 * 8, 10))
    assert macs_of(network, torch.zeros(1, 1, 8, 8)) == 8 * 8 * 4 * 9 + 256 * 10


def test_an_export_answers_as_torch_does_for_any_number_of_pictures(desk: Path) -> None:
    done = export_run(desk / "runs" / "tiny", desk / "data")
    assert done.off["network.onnx"] < 1e-5
    picture = np.random.default_rng(0).standard_normal((3, 1, 32, 32)).astype(np.float32)
    assert engine_of(done.onnx).run({"image": picture})["rotation"].shape == (3, 6)
    assert done.trained.samples == 12


def test_an_export_leaves_the_network_as_it_was_trained(desk: Path) -> None:
    network = export_run(desk / "runs" / "face-yardstick", desk / "data").trained.network
    assert size_of(network) == size_of(build_network("face"))


def test_an_export_that_differs_is_refused(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held against torch is the file: another network's is found out."""
    write = write_onnx

    def spoilt(network: nn.Module, *rest: object) -> None:
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.01)
        write(network, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("tools.train.compared.exporting.write_onnx", spoilt)
    with pytest.raises(ExportDiffersError, match=r"tiny/network\.onnx: rotation is .* from torch, more than 0\.0002"):
        export_run(desk / "runs" / "tiny", desk / "data")


def test_one_command_writes_the_table(desk: Path, tmp_path: Path) -> None:
    page = tmp_path / "networks.md"
    page.write_text(PAGE)
    words = ["compare", "--runs", str(desk / "runs"), "--heldout", str(desk / "data"), "--write", str(page)]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    text = page.read_text()
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line in answer.output for line in table), "as printed"
    names = {line.split(" | ")[0].removeprefix("| ") for line in table[2:]}
    assert names == {"tiny", "face-yardstick", "face, as shipped"}
    assert all(line.count(" | ") == table[0].count(" | ") for line in table[2:])
    assert "60 pictures of 60 people" in text
    assert text.endswith("The end.\n")


@pytest.mark.parametrize("words", [["compare", "--heldout", "data", "--runs", "empty"], ["export", "empty", "--data", "data"]])
def test_where_nothing_was_trained_it_is_said(words: list[str], desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    (desk / "empty").mkdir(exist_ok=True)
    answer = CliRunner().invoke(app, words)
    assert isinstance(answer.exception, UsageError)
    assert "python -m tools.train recipe" in str(answer.exception)


def test_a_face_network_goes_into_a_folder_that_dms_reads(desk: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    words = ["export", str(desk / "runs" / "face-yardstick"), "--data", str(desk / "data"), "--models", str(models)]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    assert "from torch on 16 pictures" in answer.output
    manifest = yaml.safe_load((models / "manifest.yaml").read_text())
    assert set(manifest["networks"]) >= {"detector", "face", "eye"}
    assert "evaluation" not in manifest
    picture = np.random.default_rng(0).standard_normal((1, 1, 112, 112)).astype(np.float32)
    ours, theirs = (load_network("face", directory=folder).run({"image": picture})["landmarks"] for folder in (models, None))
    assert np.abs(ours - theirs).max() > 0.01


def test_what_dms_cannot_read_is_not_shipped(desk: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"dms cannot run with tests\.tools\.train\.tiny_network:Tiny: .* face network"):
        ship(export_run(desk / "runs" / "tiny", desk / "data"), tmp_path / "models")
    with pytest.raises(UsageError, match="holds the weights that ship"):
        ship(export_run(desk / "runs" / "face-yardstick", desk / "data"), models_directory())


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    write_shards(tmp_path, "face", count=24)
    shards = Shards(tmp_path, "face")
    return [shards.sample(index) for index in range(24)]


class Perfect:
    """An engine that knows the truth, in one of the ways in which networks say it."""

    def __init__(self, samples: list[Sample], how: str) -> None:
        self.samples, self.how = samples, how

    def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        count = len(inputs["image"])
        points = np.stack([exact_crop(sample).to_crop(sample["landmarks"]) for sample in self.samples[:count]])
        rotation = np.stack([sample["rotation"] for sample in self.samples[:count]])
        if self.how == "heatmaps":
            return {"heatmaps": draw(torch.from_numpy(points), 56, 56, 1.5).numpy()}
        columns = np.concatenate([rotation[:, :, 0], rotation[:, :, 1]], axis=1)
        return {"landmarks": points, "rotation": columns if self.how == "columns" else rotation}


@pytest.mark.parametrize(("how", "off"), [("matrix", 0.01), ("columns", 0.01), ("heatmaps", 0.01)])
def test_a_network_that_knows_the_truth_has_no_error(how: str, off: float, samples: list[Sample], tmp_path: Path) -> None:
    figures = measure(Perfect(samples, how), 64, "network", subjects(tmp_path, "face", 100))  # type: ignore[arg-type]
    assert figures["nme"].value < off
    assert figures["failures"].value == 0.0
    assert figures["area"].value > 0.9
    if how != "heatmaps":
        assert figures["geodesic"].value < off
        assert figures["mae"].low <= figures["mae"].value <= figures["mae"].high
    else:
        assert "geodesic" not in figures


def test_points_of_a_mean_face_give_its_rotation() -> None:
    """Two stages: points, then EPnP and Rodrigues."""
    for angles in ((0.0, 0.0, 0.0), (35.0, -10.0, 5.0), (-50.0, 15.0, -20.0)):
        turned = mean_face_mm() @ rotation_from_angles(*angles).T
        focal_px, away_mm = 192 / 2 / np.tan(np.radians(15.0)), 700.0
        points = turned[:, :2] * (1, -1) * focal_px / (away_mm - turned[:, 2:]) + 95.5
        sample: Sample = {"image": np.zeros((192, 192), np.uint8), "field_of_view_deg": np.array(30.0, np.float32)}
        assert angles_from_rotation(fitted(points, sample)) == pytest.approx(angles, abs=0.5)


def test_points_that_are_no_head_count_as_looking_ahead() -> None:
    sample = {"image": np.zeros((192, 192), np.uint8)}
    assert (fitted(np.full((68, 2), 50.0), sample) == np.eye(3)).all()


def test_what_is_said_in_a_turned_crop_is_read_in_the_picture() -> None:
    rotation = rotation_from_angles(10.0, 0.0, 0.0).astype(np.float32)
    crop = Crop(90.0, 80.0, 100.0, 30.0, mirrored=True)
    sample = {"image": np.zeros((192, 192), np.uint8)}
    readings = read({"rotation": rotation[None], "landmarks": np.zeros((1, 68, 2), np.float32)}, [crop], [sample], "network")
    assert readings.rotation is not None
    assert readings.points is not None
    assert angles_from_rotation(readings.rotation[0])[0] < 0.0
    assert angles_from_rotation(readings.rotation[0])[2] == pytest.approx(30.0, abs=2.0)
    assert readings.points[0, 0] == pytest.approx((90.0, 80.0))
