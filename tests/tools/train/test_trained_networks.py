"""A network that somebody trained reads pictures in two lines of Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from dms.errors import ConfigurationError
from dms.perception import EmotionDetector, HeadPoseEstimator, LandmarkDetector
from dms.perception.heatmaps import points_of_maps
from dms.perception.manifest import ModelError
from tests.tools.train.fake_shards import write_shards
from tests.tools.train.written import write_recipe
from tools.networks.heatmaps.decoding import decode
from tools.train.by_recipe.training import Order, train_recipe
from tools.train.compared.exporting import export_run
from tools.train.running.team import ALONE

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning"),
]
DRIVER = np.load(Path(__file__).parents[2] / "perception" / "networks" / "rendered_driver.npz")["image"]
NOBODY = np.full((240, 320, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two networks, each trained for a moment and exported: `pose` gives a rotation, `points` maps of its points."""
    folder = tmp_path_factory.mktemp("desk")
    write_shards(folder / "data", "face", count=32)
    maps = (("tests.tools.train.tiny_network:Tiny", "tools.networks.unet:UNet"), ("{cells: 4}", "{widths: [4, 8]}"),
            ("kind: geodesic", "kind: heatmaps"), ("side: 32", "side: 32\npose: landmarks"))  # fmt: skip
    for name, changes in (("pose", ()), ("points", maps)):
        recipe = write_recipe(folder, *changes, name=name)
        order = Order(recipe, folder / "data", folder / "runs" / "recipes", samples=40, workers=0, threads=1)
        export_run(train_recipe(order, ALONE), folder / "data")
    return folder


def test_it_goes_by_its_name_or_its_folder(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    by_name = HeadPoseEstimator(network="pose")(DRIVER)
    assert by_name.found
    assert HeadPoseEstimator(network=desk / "runs" / "recipes" / "pose").batch([DRIVER, NOBODY])[0] == by_name
    assert by_name != HeadPoseEstimator()(DRIVER), "that ship"


def test_points_come_from_its_maps_where_the_face_is(desk: Path) -> None:
    network = desk / "runs" / "recipes" / "points"
    points, found = LandmarkDetector(network=network)(DRIVER), LandmarkDetector()(DRIVER)
    assert points.shape == (68, 2)
    middle, size = found.mean(axis=0), np.ptp(found, axis=0).max()
    assert np.abs(points - middle).max() < size, "within the crop around the face"
    assert np.isnan(LandmarkDetector(network=network)(NOBODY)).all()


def test_what_it_does_not_give_is_not_asked_of_it(desk: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"runs/recipes/pose': gives no expression, only rotation$"):
        EmotionDetector(network=desk / "runs" / "recipes" / "pose")
    with pytest.raises(ConfigurationError, match=r"gives no points, only rotation$"):
        LandmarkDetector(network=desk / "runs" / "recipes" / "pose")
    with pytest.raises(ConfigurationError, match=r"gives no expression, only heatmaps$"):
        EmotionDetector(network=desk / "runs" / "recipes" / "points")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("network.onnx", b"something else", r"network\.onnx: sha256 is [0-9a-f]{64}, the manifest lists"),
        ("network.yaml", b"name: pose\n", r"network\.yaml: side: Field required"),
        ("network.yaml", b"[", r"network\.yaml: not readable as YAML"),
        ("network.yaml", None, r"network\.yaml: No such file or directory; `python -m tools\.train export .*` writes it"),
    ],
)
def test_a_folder_that_was_meddled_with_is_refused(
    desk: Path, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    for file in ("network.onnx", "network.yaml"):
        (tmp_path / file).write_bytes((desk / "runs" / "recipes" / "pose" / file).read_bytes())
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=said):
        HeadPoseEstimator(network=tmp_path)


def test_maps_are_read_as_the_tools_read_them() -> None:
    maps = np.random.default_rng(0).random((3, 68, 12, 16)).astype(np.float32)
    maps[0, 0] = 0.0  # flat
    expected = decode(torch.from_numpy(maps))[0].numpy()
    assert np.stack([points_of_maps(each) for each in maps]) == pytest.approx(expected, abs=1e-4)
