"""Engines: ONNX Runtime and PyTorch say the same of the shipped weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from dms.perception.engines import PARITY_TOLERANCE, load_network
from dms.perception.engines.base import NetworkName
from dms.perception.manifest import ModelError, models_directory

SHAPES: dict[NetworkName, dict[str, tuple[int, ...]]] = {
    "detector": {"image": (1, 1, 128, 160)},
    "face": {"image": (3, 1, 112, 112)},
    "eye": {"image": (2, 1, 48, 48), "head": (2, 6)},
}


@pytest.mark.parametrize("network", SHAPES)
def test_engines_agree(network: NetworkName) -> None:
    rng = np.random.default_rng(5)
    inputs = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in SHAPES[network].items()}
    ours, reference = (load_network(network, engine).run(inputs) for engine in ("onnx", "torch"))
    assert ours.keys() == reference.keys()
    for name, values in reference.items():
        assert values.dtype == ours[name].dtype == np.float32
        assert ours[name] == pytest.approx(values, abs=PARITY_TOLERANCE), name


@pytest.mark.parametrize("shape", [(160, 96), (96, 160), (160, 160)])
def test_detector_takes_frames_of_any_shape(shape: tuple[int, int]) -> None:
    outputs = load_network("detector").run({"image": np.zeros((1, 1, *shape), np.float32)})
    assert outputs["heatmap"].shape == (1, 1, shape[0] // 4, shape[1] // 4)


@pytest.mark.parametrize("network", SHAPES)
def test_a_batch_reads_each_picture_on_its_own(network: NetworkName) -> None:
    rng = np.random.default_rng(6)
    batch = {name: rng.standard_normal((2, *shape[1:])).astype(np.float32) for name, shape in SHAPES[network].items()}
    engine = load_network(network)
    together, alone = engine.run(batch), engine.run({name: values[1:] for name, values in batch.items()})
    for name, values in alone.items():
        assert together[name][1:] == pytest.approx(values, abs=PARITY_TOLERANCE), name


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_swapped_weights_are_refused(engine: str, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(models_directory(), tmp_path / "models"))
    for suffix in ("onnx", "safetensors"):
        shutil.copy(directory / f"face.{suffix}", directory / f"eye.{suffix}")
    with pytest.raises(ModelError, match="eye"):
        load_network("eye", engine, directory)  # type: ignore[arg-type]


def test_unknown_network_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("version: 1\nnetworks: {}\n")
    with pytest.raises(ModelError, match="no network 'face'"):
        load_network("face", directory=tmp_path)
