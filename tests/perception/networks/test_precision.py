"""INT8 or float32: both read the same driver, the choice is explained, and what is asked for is what runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from dms.config.defaults import Precision
from dms.perception import crops, decode
from dms.perception.engines import load_network, load_with_choice
from dms.perception.engines.base import NetworkName
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.manifest import ModelError, load_manifest, models_directory

DRIVER = Path(__file__).with_name("rendered_driver.npz")
BOTH: tuple[Precision, ...] = ("fp32", "int8")
NETWORKS: tuple[NetworkName, ...] = ("detector", "face", "eye")


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("precision", BOTH)
def test_what_is_asked_for_runs(network: NetworkName, precision: Precision) -> None:
    _, choice = load_with_choice(network, load_manifest(), "onnx", None, 1, precision)
    assert (choice.precision, choice.why) == (precision, "asked for")


@pytest.mark.parametrize("network", NETWORKS)
def test_left_to_itself_it_gives_both_times(network: NetworkName) -> None:
    _, choice = load_with_choice(network, load_manifest(), "onnx", None, 1, "auto")
    assert choice.precision in ("fp32", "int8")
    assert choice.why.count(" ms") == 2


def test_without_int8_weights_float32_runs_and_int8_is_refused(tmp_path: Path) -> None:
    directory = Path(shutil.copytree(models_directory(), tmp_path / "models"))
    manifest = yaml.safe_load((directory / "manifest.yaml").read_text())
    del manifest["networks"]["eye"]["onnx_int8"]
    (directory / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    assert load_with_choice("eye", load_manifest(directory), "onnx", directory, 1, "auto")[1].precision == "fp32"
    with pytest.raises(ModelError, match=r"eye\.onnx: the manifest lists no INT8 weights"):
        load_network("eye", "onnx", directory, precision="int8")


def test_int8_reads_a_rendered_driver_as_float32_does() -> None:
    with np.load(DRIVER) as driver:
        grey, landmarks = driver["image"], driver["landmarks"]
    crop = crops.face_crop_from_landmarks(landmarks)
    inputs = {"image": crops.normalise(crops.cut(grey, crop, crops.FACE_SIZE)[None])}
    full, short = (decode.decode_face(load_network("face", precision=name).run(inputs), crop) for name in BOTH)
    off_px = np.linalg.norm(full.landmarks - short.landmarks, axis=1)
    assert off_px.mean() < 0.01 * crop.side
    assert angles_from_rotation(short.rotation) == pytest.approx(angles_from_rotation(full.rotation), abs=2.0)
    assert short.mouth_open == pytest.approx(full.mouth_open, abs=0.05)
    assert short.score == pytest.approx(full.score, abs=0.05)
