"""A vehicle box has no PyTorch: what runs there works in an interpreter in which importing it fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dms.resources import how_to_add
from tools.identical.service import cut_from

ROOT = Path(__file__).resolve().parent.parent
VIDEO = ROOT / "tests" / "data" / "drives" / "night_infrared.mp4"
DAY = VIDEO.with_name("day_colour.mp4")
DMS = ("-c", "from dms.cli.app import main; main()")
ABSENT = ("torch", "safetensors")
# What `import` does with a name that stands for None in `sys.modules`: ModuleNotFoundError, in this process and in all it starts.
BLOCKER = f"import sys\nsys.modules.update(dict.fromkeys({ABSENT!r}))\n"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the interpreter as on a machine without PyTorch."""
    folder = tmp_path_factory.mktemp("blocker")
    (folder / "sitecustomize.py").write_text(BLOCKER)
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="module")
def recorded(python: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece of a bundled drive as the service watched and recorded it, with its labels beside it."""
    folder = tmp_path_factory.mktemp("drive")
    config, piece = write_configuration(folder / "dms.yaml", {}), cut_from(DAY, folder)
    answer = python(*DMS, "run", "--config", config, "--source", piece, "--full-speed", "--record", folder)
    assert answer.returncode == 0, answer.stderr
    (drive,) = folder.glob("*.mcap")
    records = [json.loads(line) for line in piece.with_suffix(".jsonl").read_text().splitlines()]
    labels = [{key: label[key] for key in ("t", "end", "kind")} for label in records if label["topic"] == "label"]
    drive.with_suffix(".labels.json").write_text(json.dumps(labels))
    return drive


def write_configuration(path: Path, perception: dict[str, object]) -> Path:
    sections: dict[str, object] = {
        "bus": {"endpoint": f"ipc://{path.parent}/bus"},
        "journal": {"path": f"{path.parent}/journal.db"},
        "calibration": {"path": f"{path.parent}/calibration.json"},
        "perception": perception,
    }
    path.write_text(yaml.safe_dump(sections))
    return path


@pytest.mark.parametrize("library", ABSENT)
def test_the_library_is_really_absent(python: Run, library: str) -> None:
    answer = python("-c", f"import {library}")
    assert answer.returncode == 1
    assert "ModuleNotFoundError" in answer.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["events", "--db", "{folder}/journal.db"], "fatigue.microsleep"),
        (["replay", "{drive}"], "fatigue.microsleep"),
        (["score", "{drive}"], "fatigue.microsleep"),
        (["report", "{drive}", "-o", "{folder}/drive.html"], "drive.html"),
        (["check", "{folder}/dms.yaml"], "dms.yaml"),
        (["rules", "explain", "default"], "microsleep"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_the_service_recorded_is_worked_with(python: Run, recorded: Path, command: list[str], said: str) -> None:
    answer = python(*DMS, *(word.format(drive=recorded, folder=recorded.parent) for word in command))
    assert answer.returncode == 0, answer.stderr
    assert said in answer.stdout + answer.stderr


def test_doctor_finds_the_machine_fit_and_says_which_engine_is_missing(python: Run, tmp_path: Path) -> None:
    answer = python(*DMS, "doctor", "--config", write_configuration(tmp_path / "dms.yaml", {}))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (engines,) = [line for line in answer.stdout.splitlines() if "engines:" in line]
    assert engines.startswith("ok")
    assert "onnx is installed" in engines
    assert f"torch and safetensors not installed: {how_to_add('torch')}" in engines


def test_the_weights_are_checked_without_the_library_that_reads_them(python: Run, tmp_path: Path) -> None:
    weights = Path(shutil.copytree(ROOT / "models", tmp_path / "models"))
    (weights / "face.safetensors").write_bytes(b"something else")
    config = write_configuration(tmp_path / "altered.yaml", {"models": str(weights)})
    answer = python(*DMS, "doctor", "--config", config)
    assert answer.returncode == 1
    assert f"{weights}/face.safetensors: sha256 is" in answer.stdout


@pytest.mark.parametrize(
    "command", [["run", "--config", "{config}", "--source", str(VIDEO)], ["observe", str(VIDEO), "--engine", "torch"]]
)
def test_asking_for_the_missing_engine_is_one_clear_error(python: Run, tmp_path: Path, command: list[str]) -> None:
    config = write_configuration(tmp_path / "torch.yaml", {"engine": "torch"})
    answer = python(*DMS, *(word.format(config=config) for word in command))
    assert answer.returncode == 78
    assert answer.stderr.splitlines()[-1] == f"dms: engine torch: torch and safetensors not installed: {how_to_add('torch')}"
    assert "Traceback" not in answer.stderr


def test_doctor_names_the_engine_to_use_instead(python: Run, tmp_path: Path) -> None:
    answer = python(*DMS, "doctor", "--config", write_configuration(tmp_path / "torch.yaml", {"engine": "torch"}))
    assert answer.returncode == 1
    assert "use the other engine: `perception: {engine: onnx}`" in answer.stdout
