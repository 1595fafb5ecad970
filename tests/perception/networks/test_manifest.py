"""The manifest: weights are the ones that were measured, or there is one clear error that names the file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from dms.perception.manifest import ModelError, WeightsFile, load_manifest, models_directory, read_weights
from dms.perception.own_weights import checked_weights


def entry(**changes: object) -> dict[str, object]:
    file = {"file": "eye.onnx", "sha256": hashlib.sha256(b"weights").hexdigest()}
    return {"onnx": file, "safetensors": dict(file), "parameters": 7, "inputs": {"image": ""}, "outputs": {}, **changes}


def write(directory: Path, **changes: object) -> Path:
    (directory / "eye.onnx").write_bytes(b"weights")
    (directory / "manifest.yaml").write_text(yaml.safe_dump({"version": 1, "networks": {"eye": entry(**changes)}}))
    return directory


def test_weights_with_the_right_hash_are_read(tmp_path: Path) -> None:
    manifest = load_manifest(write(tmp_path))
    assert read_weights(manifest.networks["eye"].onnx, tmp_path) == b"weights"


def test_altered_weights_are_refused_by_name(tmp_path: Path) -> None:
    manifest = load_manifest(write(tmp_path))
    (tmp_path / "eye.onnx").write_bytes(b"weightz")
    with pytest.raises(ModelError, match=r"eye\.onnx: sha256 is [0-9a-f]{64}, the manifest lists"):
        read_weights(manifest.networks["eye"].onnx, tmp_path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx: No such file"):
        read_weights(WeightsFile(file="gone.onnx", sha256="0" * 64), tmp_path)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"colour": 3}, "networks.eye.colour"),
        ({"parameters": "many"}, "networks.eye.parameters"),
        ({"onnx": {"file": "eye.onnx", "sha256": "short"}}, "networks.eye.onnx.sha256"),
    ],
)
def test_faulty_manifest_names_the_field(tmp_path: Path, changes: dict[str, object], fault: str) -> None:
    with pytest.raises(ModelError, match=fault):
        load_manifest(write(tmp_path, **changes))


@pytest.mark.parametrize("content", ["networks: [", "just text", ""])
def test_unreadable_manifest_is_one_error_with_its_path(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.yaml").write_text(content)
    with pytest.raises(ModelError, match=r"manifest\.yaml"):
        load_manifest(tmp_path)


def test_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.yaml: No such file"):
        load_manifest(tmp_path)


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"mine: there is no such folder$"):
        load_manifest(tmp_path / "mine")


def test_own_weights_are_checked_whole_and_told_apart_by_their_manifest(tmp_path: Path) -> None:
    first = checked_weights(write(tmp_path, safetensors=entry()["onnx"]))
    (tmp_path / "manifest.yaml").write_text((tmp_path / "manifest.yaml").read_text() + "evaluation: {mine: 1.0}\n")
    assert str(checked_weights(tmp_path)) != str(first)
    (tmp_path / "eye.onnx").write_bytes(b"weightz")
    with pytest.raises(ModelError, match=r"eye\.onnx: sha256 is"):
        checked_weights(tmp_path)


def test_shipped_weights_are_the_listed_ones_and_small() -> None:
    manifest = load_manifest()
    listed = [file for one in manifest.networks.values() for file in (one.onnx, one.onnx_int8, one.safetensors)]
    assert {file.file for file in listed if file} == {
        path.name for path in models_directory().iterdir() if path.suffix in {".onnx", ".safetensors"}
    }
    assert sum(len(read_weights(network.onnx)) for network in manifest.networks.values()) <= 12_000_000
    assert sum(network.parameters for network in manifest.networks.values()) <= 5_000_000
